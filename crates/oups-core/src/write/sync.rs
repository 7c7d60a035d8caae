//! Making durable what was committed unsynced.

use super::change::sealed::Sealed;
use super::change::{Change, OfOneDataset};
use super::report::CommitReport;
use super::unchanged::unchanged;
use crate::Result;
use crate::storage::commit_options::Durability;
use crate::store::dataset::Dataset;

/// What was committed unsynced made durable: see [`Dataset::sync`].
#[derive(Debug)]
pub struct Syncing(Dataset);

impl Sealed for Syncing {}
impl OfOneDataset for Syncing {}

impl Change<Syncing> {
    /// Does it. If all is durable, nothing happens.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`](crate::Error::NoDataset) where there is none, and those of [`Dataset::write`]'s commit that are
    /// not about rows.
    pub fn commit(self) -> Result<CommitReport> {
        let dataset = &self.of.0;
        let known = dataset.loaded()?;
        self.options.check_version(&known.dataset, known.version())?;
        if known.is_durable() {
            return Ok(CommitReport::nothing(known.version()));
        }
        let _span = tracing::info_span!("sync", dataset = dataset.path_text()).entered();
        let (turn, base) = self.begin(dataset)?;
        unchanged(turn, base, Durability::Synced, &self.watch(dataset))
    }
}

impl Dataset {
    /// Begins to make durable what was committed with [`Durability::Unsynced`]: syncs the files of such commits, and
    /// commits that they are.
    pub fn sync(&self) -> Change<Syncing> {
        Change::new(Syncing(self.clone()))
    }
}
