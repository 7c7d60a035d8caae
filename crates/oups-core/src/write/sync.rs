//! Makes unsynced commits durable.

use super::change::sealed::Sealed;
use super::change::{Change, OfOneDataset};
use super::report::CommitReport;
use super::unchanged::unchanged;
use crate::Result;
use crate::store::dataset::Dataset;

/// A change that makes commits durable that were unsynced, or whose sync failed: see [`Dataset::sync`].
#[derive(Debug)]
pub struct Syncing(Dataset);

impl Sealed for Syncing {}
impl OfOneDataset for Syncing {}

impl Change<Syncing> {
    /// Makes the dataset durable. If it is already, nothing happens. Waits for a writer that is at work.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`](crate::Error::NoDataset) if the dataset does not exist; else as the commit of
    /// [`Dataset::write`], except for those about rows.
    pub fn commit(self) -> Result<CommitReport> {
        let dataset = &self.of.0;
        let known = dataset.loaded()?;
        self.options.check_version(&known.dataset, known.version())?;
        // A mark may be of a commit that is visible and not durable. Taking the turn makes it durable.
        if known.is_durable() && !dataset.store.storage.is_marked(&dataset.paths)? {
            return Ok(CommitReport::nothing(known.version()));
        }
        let _span = tracing::info_span!("sync", dataset = dataset.path_text()).entered();
        let (turn, base) = self.begin(dataset)?;
        unchanged(&dataset.store.storage, turn, base, &self.watch(dataset))
    }
}

impl Dataset {
    /// Begins to make [unsynced](crate::Durability::Unsynced) commits durable: syncs their files, and records that in a
    /// commit. A commit that is visible and could not be made durable ([`Error::NotDurable`](crate::Error::NotDurable))
    /// becomes durable, too.
    pub fn sync(&self) -> Change<Syncing> {
        Change::new(Syncing(self.clone()))
    }
}
