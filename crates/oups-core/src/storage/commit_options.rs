//! The terms of a commit that every change of an existing dataset shares: which version it is for, how long to wait for
//! the lock, whether to wait for the disk.

use std::time::Duration;

use super::lock::Patience;
use crate::version::{Expected, Version};
use crate::{Error, Result};

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CommitOptions {
    pub(crate) if_version: Option<Expected>,
    pub(crate) lock_timeout: Option<Duration>,
    pub(crate) durability: Durability,
}

impl CommitOptions {
    /// How long the change waits for its turn, in all its tries together.
    pub(crate) fn patience(&self) -> Patience<'_> {
        Patience::of(self.lock_timeout)
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

/// Whether a commit waits until the disk has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// Files, folders and manifest are synced: a commit that returned survives a power loss.
    #[default]
    Synced,
    /// Only the manifest is synced: for bulk loads that can be repeated. Rows written earlier stay safe; the rows of such
    /// a commit may be damaged (and are then found to be) after a power loss, until the next synced commit.
    Unsynced,
}
