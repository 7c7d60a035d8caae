//! Making durable what was committed unsynced.

use super::report::CommitReport;
use super::unchanged::unchanged;
use crate::Result;
use crate::storage::commit_options::CommitOptions;
use crate::store::dataset::Dataset;

impl Dataset {
    /// Makes durable what was committed [unsynced](crate::Durability::Unsynced): syncs the files of such commits, and
    /// commits that they are. What a commit made visible and could not make durable
    /// ([`Error::NotDurable`](crate::Error::NotDurable)) becomes so too. If there is neither, nothing happens. Waits for a
    /// writer that is at work.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`](crate::Error::NoDataset) where there is none, and those of a commit without rows: see [`Write::commit`](crate::write::insert::Write::commit).
    pub fn sync(&self) -> Result<CommitReport> {
        let known = self.loaded()?;
        // A mark may be that of a commit that is visible and not durable: taking the turn works it off.
        if known.is_durable() && !self.store.storage.is_marked(&self.paths)? {
            return Ok(CommitReport::nothing(known.version()));
        }
        let _span = tracing::info_span!("sync", dataset = self.path_text()).entered();
        let (turn, base) = self.store.storage.begin(&self.paths, &CommitOptions::default())?;
        unchanged(&self.store.storage, turn, base)
    }
}
