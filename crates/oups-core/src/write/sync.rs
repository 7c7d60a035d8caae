//! Making durable what was committed unsynced.

use super::report::CommitReport;
use super::unchanged::unchanged;
use crate::Result;
use crate::storage::commit_options::CommitOptions;
use crate::store::dataset::Dataset;

impl Dataset {
    /// Makes durable what was committed [unsynced](crate::Durability::Unsynced): syncs the files of such commits, and
    /// commits that they are. If there are none, nothing happens.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`] where there is none, and those of a commit without rows: see [`Write::commit`].
    pub fn sync(&self) -> Result<CommitReport> {
        let known = self.loaded()?;
        if known.is_durable() {
            return Ok(CommitReport::nothing(known.version()));
        }
        let _span = tracing::info_span!("sync", dataset = self.path_text()).entered();
        let (turn, base) = self.store.storage.begin(&self.paths, &CommitOptions::default())?;
        unchanged(&self.store.storage, turn, base)
    }
}
