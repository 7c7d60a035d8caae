//! Several datasets as they are at one moment: looked at in passes, until one whole pass finds no change. docs/commit.md
//! says why there was a moment then, and why files of what was seen stay.

use std::thread;
use std::time::{Duration, Instant};

use super::handle_cache::HandleCache;
use super::load::current_checksum;
use super::loaded::Loaded;
use super::lock::Pin;
use crate::fs::StoreFs;
use crate::paths::DatasetPaths;
use crate::{Error, Result};

/// So many passes are made whatever time they take.
const PASSES: usize = 8;

/// Behind these, a pass waits so long for the next: one that is demanded may go on for long.
const PAUSE: Duration = Duration::from_millis(1);

/// Whether datasets that were read together are as they were at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Moment {
    /// There was a moment at which all of them were so.
    #[default]
    Exact,
    /// Each dataset is as it was at some moment of the look, and what one commit changed in it is there as a whole. One
    /// moment for all of them is not promised: writers did not pause for long enough, or it was not asked for.
    GroupsWhole,
}

/// How far several datasets that are read together are to be of one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Together {
    /// One moment is looked for, for 8 passes and at least so long; what is found after that is told by [`Moment`].
    Sought(Duration),
    /// One moment, or [`Error::Busy`] after so long.
    Demanded(Duration),
    /// The newest version of each dataset for itself.
    Independently,
}

impl Together {
    /// For how long one moment is looked for unless it is said otherwise.
    pub const WAIT: Duration = Duration::from_millis(200);
}

impl Default for Together {
    fn default() -> Self {
        Self::Sought(Self::WAIT)
    }
}

/// When a search for one moment began, and how long it was given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Search {
    began: Instant,
    together: Together,
    passes: usize,
}

impl Search {
    pub(crate) fn begin(together: Together) -> Self {
        Self { began: Instant::now(), together, passes: 0 }
    }

    /// After a pass that found these datasets changed: whether there is to be another one.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if one moment is demanded and the time is over.
    pub(crate) fn goes_on(&mut self, changed: impl FnOnce() -> Vec<String>) -> Result<bool> {
        self.passes += 1;
        let waited = self.began.elapsed();
        match self.together {
            Together::Independently => return Ok(false),
            Together::Sought(wait) if self.passes >= PASSES && waited >= wait => return Ok(false),
            Together::Demanded(wait) if waited >= wait => return Err(Error::Busy { datasets: changed(), waited }),
            Together::Sought(_) | Together::Demanded(_) => {}
        }
        if self.passes >= PASSES {
            thread::sleep(PAUSE);
        }
        Ok(true)
    }
}

/// The newest versions of several datasets, held by one pin.
#[derive(Debug)]
pub(crate) struct Pinned {
    /// In the order of the datasets; `None` for those that do not exist.
    pub(crate) loaded: Vec<Option<Loaded>>,
    /// `None` where there is nothing to hold, and where no pin can be made.
    pub(crate) pin: Option<Pin>,
    pub(crate) moment: Moment,
}

/// Loads datasets, pins them and looks at all again, until they are of one moment or the search is over.
///
/// # Errors
///
/// [`Error::Busy`], and those of reading a manifest or making a pin.
pub(super) fn pin(fs: &StoreFs, cache: &HandleCache, datasets: &[DatasetPaths], search: &mut Search) -> Result<Pinned> {
    let mut looks = Looks::first(fs, cache, datasets)?;
    let moment = looks.find(search)?;
    tracing::trace!(datasets = datasets.len(), passes = search.passes, ?moment, "looked for one moment");
    let Looks { loaded, pin, .. } = looks;
    Ok(Pinned { loaded, pin, moment })
}

/// What was seen of each dataset when it was looked at last.
struct Looks<'a> {
    fs: &'a StoreFs,
    cache: &'a HandleCache,
    datasets: &'a [DatasetPaths],
    loaded: Vec<Option<Loaded>>,
    /// `None` while there is nothing to pin, and where no pin can be made.
    pin: Option<Pin>,
    can_pin: bool,
}

impl<'a> Looks<'a> {
    /// The first pass: it only collects, and pins what it has.
    fn first(fs: &'a StoreFs, cache: &'a HandleCache, datasets: &'a [DatasetPaths]) -> Result<Self> {
        let loaded = datasets.iter().map(|paths| cache.load(fs, paths)).collect::<Result<Vec<_>>>()?;
        let mut looks = Self { fs, cache, datasets, loaded, pin: None, can_pin: true };
        looks.pin(&looks.all())?;
        Ok(looks)
    }

    fn all(&self) -> Vec<usize> {
        (0..self.datasets.len()).collect()
    }

    /// Looks until what is held is of one moment, or the search is over.
    fn find(&mut self, search: &mut Search) -> Result<Moment> {
        // One dataset alone is of one moment whenever it is looked at. It is looked at again only to see that its pin came
        // in time; if it is not there, it has nothing to pin.
        let alone = self.datasets.len() < 2;
        let mut unsure = self.all();
        if alone || search.together == Together::Independently {
            self.settle(unsure)?;
            return Ok(if alone { Moment::Exact } else { Moment::GroupsWhole });
        }
        loop {
            unsure = self.pass(unsure)?;
            if unsure.is_empty() {
                return Ok(Moment::Exact);
            }
            if !search.goes_on(|| self.names(&unsure))? {
                self.settle(unsure)?;
                return Ok(Moment::GroupsWhole);
            }
            // All are looked at again, not only those that moved: the others must be as they are *after* these have become so.
            unsure = self.all();
        }
    }

    /// Looks again at those that have moved, each for itself, until it has not since its line is in the pin.
    fn settle(&mut self, unsure: Vec<usize>) -> Result<()> {
        for at in unsure {
            // What is absent has nothing to pin, and may be answered as it was.
            while self.pin.is_some() && self.is_there(at) && !self.pass(vec![at])?.is_empty() {}
        }
        Ok(())
    }

    /// Looks at datasets once more, loads and pins those that are not as they were, and tells which these are.
    fn pass(&mut self, which: Vec<usize>) -> Result<Vec<usize>> {
        let (fs, cache) = (self.fs, self.cache);
        let mut moved = Vec::new();
        for at in which {
            let (Some(paths), Some(slot)) = (self.datasets.get(at), self.loaded.get_mut(at)) else { continue };
            if current_checksum(fs, paths)? != slot.as_ref().map(|loaded| loaded.checksum) {
                *slot = cache.load(fs, paths)?;
                moved.push(at);
            }
        }
        self.pin(&moved)?;
        Ok(moved)
    }

    fn pin(&mut self, which: &[usize]) -> Result<()> {
        // All may have been absent until now, and then there was nothing to pin.
        let first = which.iter().find(|&&at| self.is_there(at)).and_then(|&at| self.datasets.get(at));
        if let Some(first) = first.filter(|_| self.pin.is_none() && self.can_pin) {
            self.pin = Pin::new(self.fs, first.root(), &self.cache.pins)?;
            self.can_pin = self.pin.is_some();
        }
        let Some(pin) = &mut self.pin else { return Ok(()) };
        let line = |&at: &usize| Some((self.loaded.get(at)?.as_ref()?.manifest.commit, self.datasets.get(at)?.text()));
        if !pin.add(which.iter().filter_map(line))? {
            // A full disk is no reason not to read.
            (self.pin, self.can_pin) = (None, false);
        }
        Ok(())
    }

    fn is_there(&self, at: usize) -> bool {
        self.loaded.get(at).is_some_and(Option::is_some)
    }

    fn names(&self, which: &[usize]) -> Vec<String> {
        which.iter().filter_map(|&at| Some(self.datasets.get(at)?.text().to_owned())).collect()
    }
}
