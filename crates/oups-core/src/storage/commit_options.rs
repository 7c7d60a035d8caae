//! The terms of a commit that every change of an existing dataset shares: which version it is for, how long to wait for
//! the lock, whether to wait for the disk.

use std::time::Duration;

use super::lock::Patience;
use super::publish::Durability;
use super::turn::Turn;
use crate::format::manifest::Manifest;
use crate::store::dataset::Dataset;
use crate::version::{Expected, Version};
use crate::{Error, Result};

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) if_version: Option<Expected>,
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
        // Looked at before locking: taking the lock makes the folders above the dataset, and may take long.
        self.check_version(dataset.path_text(), dataset.loaded()?.version())?;
        let mut patience = Patience::of(self.lock_timeout);
        let turn = Turn::begin(&dataset.store.fs, &dataset.paths, &mut patience, None)?;
        let Some(base) = turn.base().cloned() else { return Err(dataset.absent()) };
        self.check_version(&base.dataset, base.version())?;
        Ok((turn, base))
    }

    /// # Errors
    ///
    /// [`Error::VersionConflict`] if the caller named another version than the one found.
    pub(crate) fn check_version(&self, dataset: &str, found: Version) -> Result<()> {
        check_version(dataset, self.if_version, found)
    }
}

/// # Errors
///
/// [`Error::VersionConflict`] if the caller named another version than the one found.
pub(crate) fn check_version(dataset: &str, expected: Option<Expected>, found: Version) -> Result<()> {
    match expected {
        Some(expected) if !expected.is(found) => {
            Err(Error::VersionConflict { dataset: dataset.to_owned(), expected, found })
        }
        _ => Ok(()),
    }
}
