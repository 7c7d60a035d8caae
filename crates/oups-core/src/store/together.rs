//! Snapshots of several datasets of a store, taken together.

use std::ops::Deref;

use super::dataset::Dataset;
use crate::key::{KeyFilter, StoreKey};
use crate::paths::DatasetPaths;
use crate::snapshot::Snapshot;
use crate::snapshot::open::at_one_moment;
use crate::storage::moment::{Moment, Search, Together};
use crate::store::Store;
use crate::{Error, Result};

/// A list of snapshots of several datasets, held by one pin. [`moment`](Self::moment) says whether they are of one
/// moment.
#[derive(Clone, Debug)]
pub struct Snapshots {
    snapshots: Vec<Snapshot>,
    moment: Moment,
}

impl Snapshots {
    /// Whether, at one moment, all datasets were as they are here.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// Snapshots together with what is known of their moment.
    #[doc(hidden)]
    pub fn of(snapshots: Vec<Snapshot>, moment: Moment) -> Self {
        Self { snapshots, moment }
    }
}

/// Snapshots that were taken one by one: they are not known to be of one moment.
impl From<Vec<Snapshot>> for Snapshots {
    fn from(snapshots: Vec<Snapshot>) -> Self {
        Self { snapshots, moment: Moment::GroupsWhole }
    }
}

impl Deref for Snapshots {
    type Target = [Snapshot];

    fn deref(&self) -> &[Snapshot] {
        &self.snapshots
    }
}

impl IntoIterator for Snapshots {
    type Item = Snapshot;
    type IntoIter = std::vec::IntoIter<Snapshot>;

    fn into_iter(self) -> Self::IntoIter {
        self.snapshots.into_iter()
    }
}

impl<'s> IntoIterator for &'s Snapshots {
    type Item = &'s Snapshot;
    type IntoIter = std::slice::Iter<'s, Snapshot>;

    fn into_iter(self) -> Self::IntoIter {
        self.snapshots.iter()
    }
}

impl<K: StoreKey> Store<K> {
    /// Snapshots of several datasets, in the order of the keys, held by one pin. They are of one moment, unless writers
    /// do not pause within 200 ms: [`Snapshots::moment`] says so.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`] for a key without a dataset; [`Error::Damaged`] or [`Error::NewerFormat`] for a manifest.
    pub fn snapshots(&self, keys: &[K]) -> Result<Snapshots> {
        self.snapshots_with(keys, Together::default())
    }

    /// As [`snapshots`](Self::snapshots); `together` says whether they must be of one moment.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if one moment is demanded and not found in time; else as [`snapshots`](Self::snapshots).
    pub fn snapshots_with(&self, keys: &[K], together: Together) -> Result<Snapshots> {
        let paths = keys.iter().map(|key| self.paths(key)).collect::<Result<Vec<_>>>()?;
        let (found, moment) = at_one_moment(&self.inner().storage, &paths, &mut Search::begin(together))?;
        let there = |(paths, found): (DatasetPaths, Option<Snapshot>)| match found {
            Some(snapshot) => Ok(snapshot),
            None => Err(self.at(paths).absent()),
        };
        let snapshots = paths.into_iter().zip(found).map(there).collect::<Result<_>>()?;
        Ok(Snapshots { snapshots, moment })
    }

    /// The keys of the datasets that pass a filter, in key order, with their snapshots, held by one pin. If they are of
    /// one moment, then at that moment exactly these datasets existed of those that pass the filter.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if a folder cannot be listed; [`Error::Busy`] if one moment is demanded and not found in time;
    /// [`Error::Damaged`], [`Error::NewerFormat`] or [`Error::ManifestLost`] for a manifest.
    pub fn snapshots_where(&self, filter: impl Into<KeyFilter>, together: Together) -> Result<(Vec<K>, Snapshots)> {
        let filter = filter.into();
        self.snapshots_of(|| self.keys(filter.clone()), together)
    }

    /// As [`snapshots_where`](Self::snapshots_where), for whatever chooses the datasets otherwise: `list` gives the keys that
    /// are wanted of those that are there, and is called again at the end, to see that it gives the same.
    ///
    /// # Errors
    ///
    /// Those of `list`; [`Error::Busy`] where one moment was demanded and not found in time; those of reading a manifest.
    pub fn snapshots_of<E: From<Error>>(
        &self,
        list: impl Fn() -> Result<Vec<K>, E>,
        together: Together,
    ) -> Result<(Vec<K>, Snapshots), E> {
        let mut search = Search::begin(together);
        let mut listed = list()?;
        loop {
            let (keys, snapshots, mut moment) = self.those_there(listed, &mut search)?;
            if together == Together::Independently {
                // Not `Exact`, even for a single dataset: at its moment, other datasets may have existed that were not
                // listed.
                return Ok((keys, Snapshots { snapshots, moment: Moment::GroupsWhole }));
            }
            // Datasets that were not listed must have been absent at the moment too. They are, if they are not listed
            // after it.
            let again = list()?;
            let same = again == keys;
            if !same && search.goes_on(|| differing(&again, &keys, self))? {
                listed = again;
                continue;
            }
            if !same {
                moment = Moment::GroupsWhole;
            }
            return Ok((keys, Snapshots { snapshots, moment }));
        }
    }

    /// Those of the listed datasets that are still there, with their snapshots.
    fn those_there(&self, listed: Vec<K>, search: &mut Search) -> Result<(Vec<K>, Vec<Snapshot>, Moment)> {
        let paths = listed.iter().map(|key| self.paths(key)).collect::<Result<Vec<_>>>()?;
        let (found, moment) = at_one_moment(&self.inner().storage, &paths, search)?;
        let (mut keys, mut snapshots) = (Vec::with_capacity(found.len()), Vec::with_capacity(found.len()));
        for ((key, paths), found) in listed.into_iter().zip(paths).zip(found) {
            match found {
                Some(snapshot) => {
                    keys.push(key);
                    snapshots.push(snapshot);
                }
                // It was removed since it was listed, unless its manifest is lost.
                None => self.inner().storage.check_removed(&paths)?,
            }
        }
        Ok((keys, snapshots, moment))
    }

    fn at(&self, paths: DatasetPaths) -> Dataset {
        Dataset::new(self.inner_arc(), paths)
    }
}

/// The path texts of the keys that only one of the lists has.
fn differing<K: StoreKey>(left: &[K], right: &[K], store: &Store<K>) -> Vec<String> {
    let only = |these: &[K], others: &[K]| -> Vec<String> {
        let others: std::collections::HashSet<&K> = others.iter().collect();
        let only = these.iter().filter(|key| !others.contains(key));
        only.filter_map(|key| Some(store.paths(key).ok()?.text().to_owned())).collect()
    };
    let mut names = only(left, right);
    names.extend(only(right, left));
    names
}
