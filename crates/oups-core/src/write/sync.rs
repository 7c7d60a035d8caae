//! Making durable what was committed unsynced.

use super::change::sealed::Sealed;
use super::change::{Change, OfOneDataset};
use super::report::CommitReport;
use super::unchanged::unchanged;
use crate::Result;
use crate::store::dataset::Dataset;

/// What was committed unsynced, or could not be made durable, made durable: see [`Dataset::sync`].
#[derive(Debug)]
pub struct Syncing(Dataset);

impl Sealed for Syncing {}
impl OfOneDataset for Syncing {}

impl Change<Syncing> {
    /// Does it. If all is durable, nothing happens. Waits for a writer that is at work.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`](crate::Error::NoDataset) where there is none, and those of [`Dataset::write`]'s commit that are
    /// not about rows.
    pub fn commit(self) -> Result<CommitReport> {
        let dataset = &self.of.0;
        let known = dataset.loaded()?;
        self.options.check_version(&known.dataset, known.version())?;
        // A mark may be that of a commit that is visible and not durable: taking the turn works it off.
        if known.is_durable() && !dataset.store.storage.is_marked(&dataset.paths)? {
            return Ok(CommitReport::nothing(known.version()));
        }
        let _span = tracing::info_span!("sync", dataset = dataset.path_text()).entered();
        let (turn, base) = self.begin(dataset)?;
        unchanged(&dataset.store.storage, turn, base, &self.watch(dataset))
    }
}

impl Dataset {
    /// Begins to make durable what was committed [unsynced](crate::Durability::Unsynced): syncs the files of such commits,
    /// and commits that they are. What a commit made visible and could not make durable
    /// ([`Error::NotDurable`](crate::Error::NotDurable)) becomes so too.
    pub fn sync(&self) -> Change<Syncing> {
        Change::new(Syncing(self.clone()))
    }
}
