//! The storage of a store on a local disk: the seam between verbs and files.
//!
//! Verbs know these methods, a [`Turn`], and a [`Prepared`] commit. They do not see locks, marks, tombstones and
//! temporary names. `maintenance` does, since it repairs this kind of storage.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::absent::{absent, check_removed};
use super::commit_options::{CommitOptions, Durability};
use super::create::create;
use super::discover::{Discovery, discover};
use super::files::at_its_name;
use super::handle_cache::{CacheSizes, HandleCache};
use super::loaded::Loaded;
use super::lock::{Patience, Pin, is_marked};
use super::moment::{Pinned, Search};
use super::store_copy::StoreCopy;
use super::turn::{Prepared, Turn};
use crate::format::manifest::{CommitKind, Manifest, RowGroup};
use crate::fs::{ReadFile, StoreFs};
use crate::key::{KeyFilter, KeySchema, StoreKey};
use crate::paths::DatasetPaths;
use crate::row_group::Footers;
use crate::version::Version;
use crate::{Error, Result};

/// The datasets of one store on a local disk, with the handle's cache of them.
#[derive(Debug)]
pub(crate) struct LocalStorage {
    root: PathBuf,
    fs: StoreFs,
    cache: HandleCache,
}

impl LocalStorage {
    pub(crate) fn new(root: PathBuf, fs: StoreFs, sizes: CacheSizes) -> Self {
        Self { root, fs, cache: HandleCache::new(sizes) }
    }

    /// Makes the store in its folder, with keys of this schema. A missing folder is made.
    ///
    /// # Errors
    ///
    /// As [`create`].
    pub(crate) fn make(&self, schema: &KeySchema) -> Result<()> {
        create(&self.fs, &self.root, schema)
    }

    /// The folder of the store.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The file system, for `maintenance` and discovery, which also look at files that do not belong to a dataset.
    pub(crate) fn fs(&self) -> &StoreFs {
        &self.fs
    }

    /// The cache of footers of row group files.
    pub(crate) fn footers(&self) -> &Arc<Footers> {
        &self.cache.footers
    }

    /// Whether a writer is at work, or the last one did not end cleanly: it died, or did not know whether its commit is
    /// durable.
    ///
    /// # Errors
    ///
    /// If the mark cannot be read.
    pub(crate) fn is_marked(&self, paths: &DatasetPaths) -> Result<bool> {
        is_marked(&self.fs, paths)
    }

    /// The newest version of a dataset; `None` if the dataset does not exist.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`], [`Error::NewerFormat`] or [`Error::KeyFolded`] for its manifest.
    pub(crate) fn load(&self, paths: &DatasetPaths) -> Result<Option<Loaded>> {
        self.cache.load(&self.fs, paths)
    }

    /// Whether the dataset exists, by the name of its manifest alone. The manifest is not read.
    pub(crate) fn is_there(&self, paths: &DatasetPaths) -> Result<bool> {
        Ok(self.fs.kind(&paths.manifest())?.is_some())
    }

    /// The error for a dataset that does not exist, or has lost its manifest.
    pub(crate) fn absent(&self, paths: &DatasetPaths) -> Error {
        absent(&self.fs, paths)
    }

    /// Checks that a dataset without a manifest was removed.
    ///
    /// # Errors
    ///
    /// [`Error::ManifestLost`] if it has lost its manifest; [`Error::Io`] if its folder cannot be looked at.
    pub(crate) fn check_removed(&self, paths: &DatasetPaths) -> Result<()> {
        check_removed(&self.fs, paths)
    }

    /// Loads datasets, pins them, and looks at all of them again.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if one moment was demanded and not found; else as [`load`](Self::load).
    pub(crate) fn pin(&self, datasets: &[DatasetPaths], search: &mut Search) -> Result<Pinned> {
        super::moment::pin(&self.fs, &self.cache, datasets, search)
    }

    /// Opens a row group file of a version, live or retired.
    ///
    /// # Errors
    ///
    /// [`Error::SnapshotGone`] if a later commit may have deleted the file; [`Error::Damaged`] if the file must be
    /// there, and is missing.
    pub(crate) fn open(
        &self,
        pin: Option<&Pin>,
        (paths, manifest): (&DatasetPaths, &Manifest),
        entry: &RowGroup,
    ) -> Result<Arc<dyn ReadFile>> {
        at_its_name(&self.fs, paths, manifest, pin, entry, |path| self.fs.open(path))
    }

    /// Begins a copy of some of the store, as a store of its own.
    ///
    /// # Errors
    ///
    /// [`Error::ExportTarget`] if the copy cannot be at this destination.
    pub(crate) fn copy_to(&self, dest: &Path) -> Result<StoreCopy> {
        StoreCopy::at(self.fs.for_another_store(), &self.root, dest.to_owned())
    }

    /// Copies a version of a dataset. `told` is called after every few files with the bytes of these.
    ///
    /// # Errors
    ///
    /// That of `told`, and those of [`open`](Self::open) and of writing the copy.
    pub(crate) fn copy(
        &self,
        pin: Option<&Pin>,
        (paths, manifest): (&DatasetPaths, &Manifest),
        to: &StoreCopy,
        told: impl FnMut(u64) -> Result<()>,
    ) -> Result<()> {
        to.add((&self.fs, pin), (paths, manifest), told)
    }

    /// Takes the turn at a dataset, which may not exist. If the manifest is still the one that `known` holds, it is not
    /// decoded again.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`], [`Error::Poisoned`], [`Error::ManifestLost`], a damaged manifest, a failed file operation.
    pub(crate) fn turn(
        &self,
        paths: &DatasetPaths,
        known: Option<&Loaded>,
        durability: Durability,
        patience: &mut Patience,
    ) -> Result<Turn> {
        Turn::begin(&self.fs, paths, patience, known, durability)
    }

    /// Takes the turn at a dataset that exists. Returns its newest version, too.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`], [`Error::VersionConflict`]; else as [`turn`](Self::turn).
    pub(crate) fn begin(
        &self,
        paths: &DatasetPaths,
        options: &CommitOptions,
        patience: &mut Patience<'_>,
    ) -> Result<(Turn, Manifest)> {
        // Checked before locking, too: taking the lock makes the folders above the dataset, and may take long.
        let known = self.load(paths)?.ok_or_else(|| self.absent(paths))?;
        options.check_version(paths.text(), known.manifest.version())?;
        let turn = self.turn(paths, Some(&known), options.durability, patience)?;
        let Some(base) = turn.base().cloned() else { return Err(self.absent(paths)) };
        options.check_version(&base.dataset, base.version())?;
        Ok((turn, base))
    }

    /// Takes the turn at a dataset that exists, or was removed and still has files.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub(crate) fn turn_to_remove(&self, paths: &DatasetPaths, patience: &mut Patience<'_>) -> Result<Turn> {
        // Checked before locking: taking the lock makes the folders above the dataset.
        if !self.is_there(paths)? && self.fs.kind(&paths.tombstone())?.is_none() {
            return Err(self.absent(paths));
        }
        self.turn(paths, None, Durability::Synced, patience)
    }

    /// Takes the turn at a dataset to repair it: see [`Turn::begin_repair`].
    pub(crate) fn begin_repair(&self, paths: &DatasetPaths, patience: &mut Patience<'_>) -> Result<Turn> {
        Turn::begin_repair(&self.fs, paths, patience)
    }

    /// The commit point: makes the prepared commit visible, and retires the files that it replaces. A commit of several
    /// datasets needs a record of the group, which does not exist yet.
    ///
    /// # Errors
    ///
    /// [`Error::NotDurable`] after the commit point; [`Error::OutcomeUnknown`] if it is not known whether it was
    /// passed. After any other error nothing has changed.
    pub(crate) fn publish(&self, prepared: Vec<Prepared>) -> Result<Vec<Loaded>> {
        if prepared.len() > 1 {
            return Err(Error::InvalidOption {
                option: "datasets",
                expected: "one dataset in a commit".to_owned(),
                found: format!("{} datasets", prepared.len()),
            });
        }
        let publish = |prepared: Prepared| {
            let loaded = super::publish::publish(prepared)?;
            // The next change by this handle need not decode it.
            self.cache.insert(loaded.clone());
            Ok(loaded)
        };
        prepared.into_iter().map(publish).collect()
    }

    /// Commits one dataset: the files that the turn has made become part of `next`, which already lists the files that
    /// it retires. Returns the new version.
    ///
    /// # Errors
    ///
    /// As [`Turn::prepare`] and [`publish`](Self::publish).
    pub(crate) fn commit(&self, turn: Turn, next: Manifest, kind: CommitKind) -> Result<Version> {
        let prepared = turn.prepare(next, kind)?;
        let version = prepared.version();
        self.publish(vec![prepared])?;
        Ok(version)
    }

    /// The datasets of the store, and what else is in their folders.
    ///
    /// # Errors
    ///
    /// If a folder cannot be listed.
    pub(crate) fn list<K: StoreKey>(&self, schema: &KeySchema, filter: &KeyFilter) -> Result<Discovery<K>> {
        discover(self.fs.raw(), &self.root, schema, filter)
    }

    /// Removes the dataset of a turn.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`] if the dataset does not exist; [`Error::NotDurable`] after the commit point;
    /// [`Error::OutcomeUnknown`] if it is not known whether it was passed.
    pub(crate) fn remove(&self, turn: Turn) -> Result<()> {
        super::remove::remove(turn)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, RecordBatch};

    use super::*;
    use crate::key::{AnyKey, Separator};
    use crate::store::Store;
    use crate::store::dataset::Dataset;

    fn store() -> (tempfile::TempDir, Store<AnyKey>) {
        let folder = tempfile::tempdir().unwrap();
        let schema = KeySchema::parse("name:str", Separator::default()).unwrap();
        let store = Store::create_for(folder.path(), schema).unwrap();
        (folder, store)
    }

    fn dataset(store: &Store<AnyKey>, key: &str) -> Dataset {
        let rows = RecordBatch::try_from_iter([("t", Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef)]).unwrap();
        let dataset = store.dataset(&store.parse_key(key).unwrap()).unwrap();
        dataset.write(rows).ordered_on("t").commit().unwrap();
        dataset
    }

    fn prepared(dataset: &Dataset) -> Prepared {
        let options = CommitOptions::default();
        let (turn, base) = dataset.store.storage.begin(&dataset.paths, &options, &mut options.patience()).unwrap();
        let mut next = turn.next_of(base);
        next.metadata.insert("seen".to_owned(), "yes".to_owned());
        turn.prepare(next, CommitKind::Meta).unwrap()
    }

    fn names(root: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names.into_iter().map(|name| name.into_string().unwrap()).collect()
    }

    #[test]
    fn a_commit_that_is_prepared_and_not_published_leaves_nothing() {
        let (folder, store) = store();
        let a = dataset(&store, "a");
        let (before, version) = (names(folder.path()), a.version().unwrap());
        drop(prepared(&a));
        assert_eq!((names(folder.path()), a.version().unwrap()), (before, version));
        assert_eq!(std::fs::read(a.paths.lock()).unwrap(), b"", "the mark is still there");
        let version = a.store.storage.publish(vec![prepared(&a)]).unwrap().remove(0).manifest.version();
        assert_eq!((a.version().unwrap(), a.info().unwrap().metadata.len()), (version, 1));
    }

    #[test]
    fn a_manifest_that_was_committed_is_not_decoded_again() {
        let (_folder, store) = store();
        let a = dataset(&store, "a");
        let committed = a.store.storage.publish(vec![prepared(&a)]).unwrap().remove(0);
        let loaded = a.store.storage.load(&a.paths).unwrap().unwrap();
        assert!(Arc::ptr_eq(&committed.manifest, &loaded.manifest));
    }

    #[test]
    fn several_datasets_are_refused_as_one_commit_and_nothing_is_left() {
        let (folder, store) = store();
        let (a, b) = (dataset(&store, "a"), dataset(&store, "b"));
        let before = (names(folder.path()), a.version().unwrap(), b.version().unwrap());
        let error = a.store.storage.publish(vec![prepared(&a), prepared(&b)]).unwrap_err();
        assert!(error.to_string().contains("2 datasets"), "{error}");
        assert_eq!((names(folder.path()), a.version().unwrap(), b.version().unwrap()), before);
    }
}
