//! Several datasets as they are at one moment. They are looked at in passes, until a whole pass finds no change.
//! `docs/commit.md` proves that such a moment existed, and that the files of these versions stay.

use std::thread;
use std::time::{Duration, Instant};

use super::handle_cache::HandleCache;
use super::load::current_checksum;
use super::loaded::Loaded;
use super::lock::Pin;
use crate::fs::StoreFs;
use crate::paths::DatasetPaths;
use crate::{Error, Result};

/// At least this many passes are made, however long they take.
const PASSES: usize = 8;

/// The pause before each further pass. The search for a demanded moment may go on for long.
const PAUSE: Duration = Duration::from_millis(1);

/// Whether datasets that were read together are as they were at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Moment {
    /// At one moment, all of them were at these versions.
    #[default]
    Exact,
    /// Each dataset is at a version that it had during the search, and a commit's change of it is seen as a whole or
    /// not at all. One moment for all datasets is not promised: writers did not pause long enough, or it was not asked
    /// for.
    GroupsWhole,
}

/// Whether several datasets that are read together must be as they are at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Together {
    /// One moment is looked for until it is found, or 8 passes and this time are over. [`Moment`] says whether it was
    /// found.
    Sought(Duration),
    /// One moment is required. After this long without finding it, the read fails with [`Error::Busy`].
    Demanded(Duration),
    /// Each dataset is read at its own newest version.
    Independently,
}

impl Together {
    /// How long one moment is looked for by default.
    pub const WAIT: Duration = Duration::from_millis(200);
}

impl Default for Together {
    fn default() -> Self {
        Self::Sought(Self::WAIT)
    }
}

/// A search for one moment: when it began, and how long it may take.
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

    /// Whether to make another pass, after one that found datasets changed. `changed` names these.
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
    /// `None` if all datasets are absent, or no pin can be made.
    pub(crate) pin: Option<Pin>,
    pub(crate) moment: Moment,
}

/// Loads datasets, pins them and looks at all of them again, until they are of one moment or the search is over.
///
/// # Errors
///
/// [`Error::Busy`] if one moment is demanded and not found; an error of reading a manifest or of making a pin.
pub(super) fn pin(fs: &StoreFs, cache: &HandleCache, datasets: &[DatasetPaths], search: &mut Search) -> Result<Pinned> {
    let mut looks = Looks::first(fs, cache, datasets)?;
    let moment = looks.find(search)?;
    tracing::trace!(datasets = datasets.len(), passes = search.passes, ?moment, "looked for one moment");
    let Looks { loaded, pin, .. } = looks;
    Ok(Pinned { loaded, pin, moment })
}

/// The versions of the datasets at the last look.
struct Looks<'a> {
    fs: &'a StoreFs,
    cache: &'a HandleCache,
    datasets: &'a [DatasetPaths],
    loaded: Vec<Option<Loaded>>,
    /// `None` while all datasets are absent, and if no pin can be made.
    pin: Option<Pin>,
    can_pin: bool,
}

impl<'a> Looks<'a> {
    /// The first pass only loads the datasets, and pins them.
    fn first(fs: &'a StoreFs, cache: &'a HandleCache, datasets: &'a [DatasetPaths]) -> Result<Self> {
        let loaded = datasets.iter().map(|paths| cache.load(fs, paths)).collect::<Result<Vec<_>>>()?;
        let mut looks = Self { fs, cache, datasets, loaded, pin: None, can_pin: true };
        looks.pin(&looks.all())?;
        Ok(looks)
    }

    fn all(&self) -> Vec<usize> {
        (0..self.datasets.len()).collect()
    }

    /// Looks again until the versions are of one moment, or the search is over.
    fn find(&mut self, search: &mut Search) -> Result<Moment> {
        // A single dataset is of one moment at any look. It is looked at again only to check that its pin came in time.
        // An absent one has nothing to pin.
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
            // All are looked at again, not only those that changed: the others must still be the same *after* these
            // changed.
            unsure = self.all();
        }
    }

    /// Looks again at each of these datasets by itself, until it has not changed since its line is in the pin.
    fn settle(&mut self, unsure: Vec<usize>) -> Result<()> {
        for at in unsure {
            // An absent dataset has nothing to pin, and may be reported as absent.
            while self.pin.is_some() && self.is_there(at) && !self.pass(vec![at])?.is_empty() {}
        }
        Ok(())
    }

    /// Looks at these datasets once more. Loads and pins those that have changed, and returns them.
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

    /// Adds the lines of these datasets to the pin. The first time, makes the pin.
    fn pin(&mut self, which: &[usize]) -> Result<()> {
        // The pin is made with the first dataset that exists; all may have been absent until now.
        let first = which.iter().find(|&&at| self.is_there(at)).and_then(|&at| self.datasets.get(at));
        if let Some(first) = first.filter(|_| self.pin.is_none() && self.can_pin) {
            self.pin = Pin::new(self.fs, first.root(), &self.cache.pins)?;
            self.can_pin = self.pin.is_some();
        }
        let Some(pin) = &mut self.pin else { return Ok(()) };
        let line = |&at: &usize| Some((self.loaded.get(at)?.as_ref()?.manifest.commit, self.datasets.get(at)?.text()));
        if !pin.add(which.iter().filter_map(line))? {
            // The pin cannot be written, perhaps because the disk is full. The datasets are read without it.
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
