//! The terms of a commit that every change of an existing dataset shares: which version it is for, how long to wait for
//! the lock, whether to wait for the disk.

use crate::maintenance::verify::folder::absent;
use crate::paths::DatasetPaths;
use crate::store::LocalStorage;
use std::time::Duration;

use super::lock::Patience;
use super::publish::Durability;
use super::turn::Turn;
use crate::format::manifest::Manifest;
use crate::version::{Expected, Version};
use crate::{Error, Result};

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) if_version: Option<Expected>,
    pub(crate) lock_timeout: Option<Duration>,
    pub(crate) durability: Durability,
}

impl Terms {
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

impl LocalStorage {
    /// Takes the turn at a dataset that exists; with it, its newest version.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`], [`Error::VersionConflict`], and those of [`Turn::begin`].
    pub(crate) fn begin(&self, paths: &DatasetPaths, options: &Terms) -> Result<(Turn, Manifest)> {
        // Looked at before locking: taking the lock makes the folders above the dataset, and may take long.
        let known = self.cache.load(&self.fs, paths)?.ok_or_else(|| absent(&self.fs, paths))?;
        options.check_version(paths.text(), known.manifest.version())?;
        let mut patience = Patience::of(options.lock_timeout);
        let turn = Turn::begin(&self.fs, paths, &mut patience, None)?;
        let Some(base) = turn.base().cloned() else { return Err(absent(&self.fs, paths)) };
        options.check_version(&base.dataset, base.version())?;
        Ok((turn, base))
    }
}
