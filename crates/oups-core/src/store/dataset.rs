//! The handle on one dataset.

use std::sync::Arc;

use crate::paths::DatasetPaths;
use crate::snapshot::Snapshot;
use crate::store::StoreInner;
use crate::version::Version;
use crate::{Error, Result};

/// A handle on one dataset of a store, whether it exists yet or not. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Dataset {
    pub(crate) store: Arc<StoreInner>,
    pub(crate) paths: DatasetPaths,
}

impl Dataset {
    pub(crate) fn new(store: Arc<StoreInner>, paths: DatasetPaths) -> Self {
        Self { store, paths }
    }

    /// The path text of its key.
    pub fn path_text(&self) -> &str {
        self.paths.text()
    }

    /// Whether it exists.
    ///
    /// # Errors
    ///
    /// Where the manifest cannot be looked for.
    pub fn exists(&self) -> Result<bool> {
        self.store.storage.is_there(&self.paths)
    }

    /// The dataset as it is now, to read from undisturbed by writers for as long as the snapshot lives.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`] where there is none, [`Error::Damaged`] or [`Error::NewerFormat`] for its manifest.
    pub fn snapshot(&self) -> Result<Snapshot> {
        self.snapshot_if_there()?.ok_or_else(|| self.absent())
    }

    /// As [`snapshot`](Self::snapshot), with `None` where there is no dataset.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] or [`Error::NewerFormat`] for its manifest.
    pub fn snapshot_if_there(&self) -> Result<Option<Snapshot>> {
        Snapshot::open_newest(&self.store.storage, &self.paths)
    }

    /// The error for a dataset that is not there, or whose manifest is not.
    pub(crate) fn absent(&self) -> Error {
        self.store.storage.absent(&self.paths)
    }

    /// What to tell of a dataset that was taken for one that is not there: that its manifest is lost, where it is.
    pub(crate) fn lost_or(&self, error: Error) -> Error {
        match self.absent() {
            lost @ Error::ManifestLost { .. } => lost,
            _ => error,
        }
    }

    pub(crate) fn loaded(&self) -> Result<Arc<crate::format::manifest::Manifest>> {
        let loaded = self.store.storage.load(&self.paths)?;
        loaded.map(|loaded| loaded.manifest).ok_or_else(|| self.absent())
    }

    /// The newest version, for `if_version`. What else there is to know comes with it in [`info`](Self::info).
    ///
    /// # Errors
    ///
    /// As [`snapshot`](Self::snapshot).
    pub fn version(&self) -> Result<Version> {
        Ok(self.loaded()?.version())
    }
}
