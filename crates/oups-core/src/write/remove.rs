//! Removing a dataset.

use std::time::Duration;

use crate::Result;
use crate::key::StoreKey;
use crate::storage::commit_options::CommitOptions;
use crate::store::Store;

impl<K: StoreKey> Store<K> {
    /// Removes a dataset. Readers that hold a snapshot of it go on undisturbed.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`](crate::Error::NoDataset) where there is none, [`Error::ManifestLost`](crate::Error::ManifestLost) where only its manifest is gone;
    /// [`Error::NotDurable`](crate::Error::NotDurable) if it is gone but the disk may not have it, [`Error::OutcomeUnknown`](crate::Error::OutcomeUnknown) if that is not known.
    pub fn remove(&self, key: &K) -> Result<()> {
        self.remove_on(key, None)
    }

    /// As [`remove`](Self::remove), giving up when the dataset's lock is not to be had for so long.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`](crate::Error::LockTimeout), and those of [`remove`](Self::remove).
    pub fn remove_within(&self, key: &K, lock_timeout: Duration) -> Result<()> {
        self.remove_on(key, Some(lock_timeout))
    }

    fn remove_on(&self, key: &K, lock_timeout: Option<Duration>) -> Result<()> {
        let paths = self.paths(key)?;
        let _span = tracing::info_span!("remove", dataset = paths.text()).entered();
        let options = CommitOptions { lock_timeout, ..CommitOptions::default() };
        let storage = &self.inner.storage;
        storage.remove(storage.turn_to_remove(&paths, &options)?)
    }
}
