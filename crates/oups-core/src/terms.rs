//! The terms of a commit that every change of an existing dataset shares: which version it is for, how long to wait for
//! the lock, whether to wait for the disk.

use std::time::Duration;

use crate::commit::{Durability, Turn};
use crate::dataset::Dataset;
use crate::manifest::Manifest;
use crate::{Error, Result};

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) if_version: Option<u64>,
    pub(crate) lock_timeout: Option<Duration>,
    pub(crate) durability: Durability,
}

impl Terms {
    /// Takes the turn at a dataset that exists; with it, its newest version.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`], [`Error::VersionConflict`], and those of [`Turn::begin`].
    pub(crate) fn begin(&self, dataset: &Dataset) -> Result<(Turn, Manifest)> {
        // Looked for before locking: taking the lock makes the folders above the dataset.
        if !dataset.exists()? {
            return Err(dataset.absent());
        }
        let turn = Turn::begin(&dataset.store.fs, &dataset.paths, self.lock_timeout, None)?;
        let Some(base) = turn.base().cloned() else { return Err(dataset.absent()) };
        self.check_version(&base.dataset, base.commit)?;
        Ok((turn, base))
    }

    /// # Errors
    ///
    /// [`Error::VersionConflict`] if the caller named another version than the one found.
    pub(crate) fn check_version(&self, dataset: &str, found: u64) -> Result<()> {
        check_version(dataset, self.if_version, found)
    }
}

/// # Errors
///
/// [`Error::VersionConflict`] if the caller named another version than the one found.
pub(crate) fn check_version(dataset: &str, expected: Option<u64>, found: u64) -> Result<()> {
    match expected {
        Some(expected) if expected != found => {
            Err(Error::VersionConflict { dataset: dataset.to_owned(), expected, found })
        }
        _ => Ok(()),
    }
}
