//! Exports a consistent copy of a store: snapshots of datasets as a store of their own. `docs/export.md` has the
//! promises.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::task::Task;
use crate::key::{KeyFilter, StoreKey};
use crate::snapshot::Snapshot;
use crate::storage::moment::{Moment, Together};
use crate::storage::store_copy::StoreCopy;
use crate::store::Store;
use crate::write::progress::{Listener, Phase};
use crate::{Error, Result};

/// The report of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportReport {
    /// The number of datasets that were copied.
    pub datasets: usize,
    /// The number of row group files that were copied.
    pub row_groups: usize,
    /// The number of rows in them.
    pub rows: u64,
    /// The length of all row group files in bytes.
    pub bytes: u64,
    /// Whether, at one moment, all datasets were as they are in the copy.
    pub moment: Moment,
}

/// A task that copies datasets into a store of their own: see [`Store::export`].
#[derive(Debug)]
pub struct Export<K> {
    store: Store<K>,
    dest: PathBuf,
    filter: KeyFilter,
    together: Together,
}

impl<K: StoreKey> Task<Export<K>> {
    /// Whether the datasets must be of one moment: see [`Together`].
    pub fn together(mut self, together: Together) -> Self {
        self.of.together = together;
        self
    }

    /// Makes the copy. It gets its name once it is complete and durable.
    ///
    /// # Errors
    ///
    /// - [`Error::ExportTarget`] if something is at the destination, or it is inside of the store; [`Error::Damaged`]
    ///   if a dataset is damaged; [`Error::Busy`] if one moment is demanded and not found in time;
    ///   [`Error::ExportStopped`] if the export was stopped; [`Error::Io`] if a file operation fails. Nothing is left
    ///   then.
    /// - [`Error::NotDurable`] if the copy is complete but a power loss may undo it.
    /// - [`Error::OutcomeUnknown`] if it is not known whether the copy has its name.
    pub fn run(self) -> Result<ExportReport> {
        let Self { of: Export { store, dest, filter, together }, listener } = self;
        let copy = store.inner().storage.copy_to(&dest)?;
        // One pin holds all snapshots.
        let (_, snapshots) = store.snapshots_where(filter, together)?;
        let mut told = Told { dest: &dest, done: 0, total: total(&snapshots), listener };
        copy.make(store.schema(), |copy| snapshots.iter().try_for_each(|snapshot| told.copy(snapshot, copy)))?;
        Ok(exported(&snapshots, snapshots.moment()))
    }
}

impl<K: StoreKey> Store<K> {
    /// Begins a copy of the datasets that pass a filter, as a new store. Each dataset is copied from a snapshot: a
    /// commit of a writer is in the copy as a whole or not at all, and nobody waits. All are of one moment, unless
    /// writers do not pause within 200 ms: [`ExportReport::moment`] says so. Every copied byte is checked.
    ///
    /// `dest` must not exist, or must be an empty folder.
    pub fn export(&self, dest: impl AsRef<Path>, filter: impl Into<KeyFilter>) -> Task<Export<K>> {
        let (dest, filter, together) = (dest.as_ref().to_owned(), filter.into(), Together::default());
        Task::new(Export { store: self.clone(), dest, filter, together })
    }
}

fn total(snapshots: &[Snapshot]) -> u64 {
    snapshots.iter().map(Snapshot::bytes).fold(0, u64::saturating_add)
}

fn exported(snapshots: &[Snapshot], moment: Moment) -> ExportReport {
    ExportReport {
        datasets: snapshots.len(),
        row_groups: snapshots.iter().map(|snapshot| snapshot.row_groups().len()).sum(),
        rows: snapshots.iter().map(Snapshot::rows).fold(0, u64::saturating_add),
        bytes: total(snapshots),
        moment,
    }
}

/// The progress of an export.
struct Told<'a> {
    dest: &'a Path,
    done: u64,
    total: u64,
    listener: Listener,
}

impl Told<'_> {
    /// Copies a dataset.
    fn copy(&mut self, snapshot: &Snapshot, copy: &StoreCopy) -> Result<()> {
        let name: Arc<str> = snapshot.dataset().into();
        self.add(&name, 0)?;
        snapshot.copy(copy, |bytes| self.add(&name, bytes))
    }

    /// # Errors
    ///
    /// [`Error::ExportStopped`] if the answer is to stop.
    fn add(&mut self, dataset: &Arc<str>, bytes: u64) -> Result<()> {
        self.done += bytes;
        match self.listener.tell(Phase::Copying, Some(dataset), self.done, Some(self.total)) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::ExportStopped { path: self.dest.to_owned() }),
        }
    }
}
