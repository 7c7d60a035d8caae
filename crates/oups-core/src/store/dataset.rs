//! The handle of one dataset.

use std::sync::Arc;

use crate::key::AnyKey;
use crate::paths::DatasetPaths;
use crate::snapshot::Snapshot;
use crate::store::{Store, StoreInner};
use crate::version::Version;
use crate::{Error, Result};

/// A handle of one dataset of a store. The dataset need not exist yet. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Dataset {
    pub(crate) store: Arc<StoreInner>,
    pub(crate) paths: DatasetPaths,
}

impl Dataset {
    pub(crate) fn new(store: Arc<StoreInner>, paths: DatasetPaths) -> Self {
        Self { store, paths }
    }

    /// The store that it is in, for programs that do not have the struct of its keys.
    pub fn store(&self) -> Store<AnyKey> {
        Store::of(self.store.clone())
    }

    /// The path text of its key.
    pub fn path_text(&self) -> &str {
        self.paths.text()
    }

    /// Whether the dataset exists.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the manifest cannot be looked for.
    pub fn exists(&self) -> Result<bool> {
        self.store.storage.is_there(&self.paths)
    }

    /// The dataset as it is now. While the snapshot lives, writers do not disturb reading from it.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`] if the dataset does not exist, [`Error::Damaged`] or [`Error::NewerFormat`] for its
    /// manifest.
    pub fn snapshot(&self) -> Result<Snapshot> {
        self.snapshot_if_there()?.ok_or_else(|| self.absent())
    }

    /// As [`snapshot`](Self::snapshot); `None` if the dataset does not exist.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] or [`Error::NewerFormat`] for its manifest.
    pub fn snapshot_if_there(&self) -> Result<Option<Snapshot>> {
        Snapshot::open_newest(&self.store.storage, &self.paths)
    }

    /// The error for a dataset that does not exist, or has lost its manifest.
    pub(crate) fn absent(&self) -> Error {
        self.store.storage.absent(&self.paths)
    }

    /// The error for a dataset that seemed not to exist: [`Error::ManifestLost`] if its manifest is lost, else `error`.
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

    /// The newest version, for `if_version`. [`info`](Self::info) gives it with other facts.
    ///
    /// # Errors
    ///
    /// As [`snapshot`](Self::snapshot).
    pub fn version(&self) -> Result<Version> {
        Ok(self.loaded()?.version())
    }
}
