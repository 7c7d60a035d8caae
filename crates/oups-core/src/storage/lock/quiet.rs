//! A look at a dataset while no writer is at work.

use super::open::{Take, cannot_write, open_locked};
use crate::Result;
use crate::fs::{LockAccess, LockFile, StoreFs, failed, is_not_found};
use crate::paths::DatasetPaths;

/// As long as it is held, no writer works on the dataset. Nothing is written into the lock file, and none is made.
#[derive(Debug)]
pub(crate) struct Quiet {
    file: Option<Box<dyn LockFile>>,
    /// What the last writer left in the lock file: nothing, if it ended cleanly.
    pub(crate) mark: String,
}

impl Quiet {
    /// `None` if a writer is at work, or if that cannot be known because locks may not be taken.
    pub(crate) fn try_hold(fs: &StoreFs, paths: &DatasetPaths) -> Result<Option<Self>> {
        let path = paths.lock();
        match open_locked(fs, &path, LockAccess::Read, Take::TryExclusive) {
            Ok(None) => Ok(None),
            Ok(Some(file)) => {
                let mark = file.read_text().map_err(failed("read", &path))?;
                Ok(Some(Self { file: Some(file), mark }))
            }
            // Where there is no lock file, there is no writer; one that comes now finds nothing of which this is a look at.
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
