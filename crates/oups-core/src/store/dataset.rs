//! The handle on one dataset.

use crate::maintenance::verify::folder::absent;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arrow::datatypes::SchemaRef;

use crate::input::rows::{IntoRows, Rows};
use crate::maintenance::repair::{self, RepairReport};
use crate::maintenance::verify::{self, Finding};
use crate::ordered::IntoRange;
use crate::paths::DatasetPaths;
use crate::settings::Settings;
use crate::snapshot::Snapshot;
use crate::storage::commit_options::Terms;
use crate::storage::publish::Durability;
use crate::store::StoreInner;
use crate::version::Version;
use crate::write::delete::Delete;
use crate::write::insert::{Write, Written, unchanged};
use crate::write::settings::ChangeSettings;
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
        Ok(self.store.storage.fs.kind(&self.paths.manifest())?.is_some())
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
        Snapshot::open(&self.store.storage, &self.paths)
    }

    /// The error for a dataset that is not there, or whose manifest is not.
    pub(crate) fn absent(&self) -> Error {
        absent(&self.store.storage.fs, &self.paths)
    }

    pub(crate) fn loaded(&self) -> Result<Arc<crate::format::manifest::Manifest>> {
        let loaded = self.store.storage.cache.load(&self.store.storage.fs, &self.paths)?;
        loaded.map(|loaded| loaded.manifest).ok_or_else(|| self.absent())
    }

    /// The newest version.
    ///
    /// # Errors
    ///
    /// As [`snapshot`](Self::snapshot).
    pub fn version(&self) -> Result<Version> {
        Ok(self.loaded()?.version())
    }

    /// The columns.
    ///
    /// # Errors
    ///
    /// As [`snapshot`](Self::snapshot).
    pub fn schema(&self) -> Result<SchemaRef> {
        Ok(self.loaded()?.schema.clone())
    }

    /// The number of rows, from the manifest.
    ///
    /// # Errors
    ///
    /// As [`snapshot`](Self::snapshot).
    pub fn rows(&self) -> Result<u64> {
        Ok(self.loaded()?.rows())
    }

    /// The settings that writes use unless they give their own.
    ///
    /// # Errors
    ///
    /// As [`snapshot`](Self::snapshot).
    pub fn settings(&self) -> Result<Settings> {
        Ok(self.loaded()?.settings.clone())
    }

    /// The user's metadata.
    ///
    /// # Errors
    ///
    /// As [`snapshot`](Self::snapshot).
    pub fn metadata(&self) -> Result<BTreeMap<String, String>> {
        Ok(self.loaded()?.metadata.clone())
    }

    /// Looks at every byte of the dataset; see [`Store::verify`](super::Store::verify).
    ///
    /// # Errors
    ///
    /// Where a folder cannot be listed or a pin not be made; what is wrong with the dataset is no error but a finding.
    pub fn verify(&self) -> Result<Vec<Finding>> {
        verify::dataset(self, &mut |_, _| ())
    }

    /// Makes a damaged dataset whole again with every row group that is intact, also when its manifest is gone. What is
    /// damaged is moved to a folder beside it, nothing is deleted. Changes nothing when all is well. `docs/repair.md` says
    /// how, and what cannot be known.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`] where there is nothing to repair, [`Error::NewerFormat`], [`Error::Io`].
    pub fn repair(&self) -> Result<RepairReport> {
        repair::repair(self, None)
    }

    /// As [`repair`](Self::repair), giving up when the lock is not to be had for so long.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`], and those of [`repair`](Self::repair).
    pub fn repair_within(&self, lock_timeout: Duration) -> Result<RepairReport> {
        repair::repair(self, Some(lock_timeout))
    }

    /// Begins a write of these rows: a [`RecordBatch`](arrow::array::RecordBatch), a `Vec` of them, or any
    /// [`RecordBatchReader`](arrow::array::RecordBatchReader). Nothing happens before [`Write::commit`].
    pub fn write<Kind>(&self, rows: impl IntoRows<Kind>) -> Write<'_> {
        Write::new(self, rows.into_rows())
    }

    /// Begins a write without rows: it resizes row groups by the rules of the target, and can change metadata.
    ///
    /// Runs of row groups that are too small or too large are rewritten where there are more than `max_off_target` in a
    /// row, or enough rows for a row group of the wanted size; with `max_off_target(None)`, nothing is.
    pub fn rewrite(&self) -> Write<'_> {
        Write::new(self, Rows::none())
    }

    /// Begins a write without rows that brings row groups as near to the target as they come: a [`rewrite`](Self::rewrite)
    /// that tolerates no two off-target row groups in a row. Give it another
    /// [`row_group_target`](Write::row_group_target) to resize, once; [`change_settings`](Self::change_settings) keeps it.
    pub fn compact(&self) -> Write<'_> {
        self.rewrite().max_off_target(1)
    }

    /// Begins a write of metadata alone: no row group is looked at.
    pub fn change_metadata(&self) -> Write<'_> {
        self.rewrite().max_off_target(None)
    }

    /// Begins a change of the settings that writes use unless they give their own. Stored rows are not touched.
    pub fn change_settings(&self) -> ChangeSettings<'_> {
        ChangeSettings::new(self)
    }

    /// Begins the deletion of all rows whose ordered value is in a range: any Rust range of numbers, texts (times and dates
    /// are texts), bytes. `a..b` does not hold `b`. Nothing happens before [`Delete::commit`].
    pub fn delete(&self, range: impl IntoRange) -> Delete<'_> {
        Delete::new(self, range.into_range())
    }

    /// Makes durable what was committed with [`Durability::Unsynced`]: syncs the files of such commits, and commits that
    /// they are. If there are none, nothing happens.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`] where there is none, and those of a commit without rows: see [`Write::commit`].
    pub fn sync(&self) -> Result<Written> {
        let known = self.loaded()?;
        if known.is_durable() {
            return Ok(Written::nothing(known.version()));
        }
        let _span = tracing::info_span!("sync", dataset = self.path_text()).entered();
        let (turn, base) = self.store.storage.begin(&self.paths, &Terms::default())?;
        unchanged(turn, base, Durability::Synced)
    }
}
