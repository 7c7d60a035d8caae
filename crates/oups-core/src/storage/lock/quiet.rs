//! Keeps writers away while somebody looks at a dataset.

use super::open::{Take, cannot_write, open_locked};
use crate::Result;
use crate::fs::{LockAccess, LockFile, StoreFs, failed, is_not_found};
use crate::paths::DatasetPaths;

/// While it is held, no writer works on the dataset. The lock file is neither made nor written to.
#[derive(Debug)]
pub(crate) struct Quiet {
    file: Option<Box<dyn LockFile>>,
    /// The mark that the last writer left in the lock file; empty if it ended cleanly.
    pub(crate) mark: String,
}

impl Quiet {
    /// `None` if a writer is at work, or if this is unknown because the lock cannot be taken.
    pub(crate) fn try_hold(fs: &StoreFs, paths: &DatasetPaths) -> Result<Option<Self>> {
        let path = paths.lock();
        match open_locked(fs, &path, LockAccess::Read, Take::TryExclusive) {
            Ok(None) => Ok(None),
            Ok(Some(file)) => {
                let mark = file.read_text().map_err(failed("read", &path))?;
                Ok(Some(Self { file: Some(file), mark }))
            }
            // No lock file: no writer is at work. One that starts now cannot have made anything that we look at.
            Err(error) if is_not_found(&error) => Ok(Some(Self { file: None, mark: String::new() })),
            Err(error) if cannot_write(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            let _ = file.unlock();
        }
    }
}
