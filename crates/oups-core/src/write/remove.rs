//! Removes a dataset.

use super::change::sealed::Sealed;
use super::change::{Change, OfOneDataset};
use super::progress::Phase;
use super::report::CommitReport;
use crate::Result;
use crate::format::manifest::Manifest;
use crate::store::dataset::Dataset;
use crate::version::Version;

/// A change that removes a whole dataset: see [`Dataset::remove`].
#[derive(Debug)]
pub struct Removal(Dataset);

impl Sealed for Removal {}
impl OfOneDataset for Removal {}

impl Change<Removal> {
    /// Removes the dataset. The report counts its rows as deleted and its row group files as replaced.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`] if the dataset does not exist, [`Error::ManifestLost`] if only its manifest is gone;
    /// [`Error::NotDurable`] if it is removed but a power loss may bring it back, [`Error::OutcomeUnknown`] if it is
    /// not known whether it is removed; else as the commit of [`Dataset::write`], except for those about rows.
    ///
    /// [`Error::NoDataset`]: crate::Error::NoDataset
    /// [`Error::ManifestLost`]: crate::Error::ManifestLost
    /// [`Error::NotDurable`]: crate::Error::NotDurable
    /// [`Error::OutcomeUnknown`]: crate::Error::OutcomeUnknown
    pub fn commit(self) -> Result<CommitReport> {
        let Dataset { store, paths } = &self.of.0;
        let _span = tracing::info_span!("remove", dataset = paths.text()).entered();
        let watch = self.watch(&self.of.0);
        let waiting = watch.waiting(self.options.lock_timeout);
        let mut patience = self.options.patience().telling(waiting.as_ref().map(|told| told as _));
        let turn = store.storage.turn_to_remove(paths, &mut patience)?;
        self.options.check_version(paths.text(), turn.base().map_or(Version::ABSENT, Manifest::version))?;
        let (rows, files) = turn.base().map_or((0, 0), |base| (base.rows(), base.entries.len()));
        watch.tell(Phase::Publishing, 0, Some(files as u64))?;
        store.storage.remove(turn)?;
        watch.has_happened(files as u64);
        let done = CommitReport::nothing(Version::ABSENT);
        Ok(CommitReport { changed: true, rows_deleted: rows, files_replaced: files, ..done })
    }
}

impl Dataset {
    /// Begins the removal of the dataset. Readers that hold a snapshot of it go on undisturbed.
    pub fn remove(&self) -> Change<Removal> {
        Change::new(Removal(self.clone()))
    }
}
