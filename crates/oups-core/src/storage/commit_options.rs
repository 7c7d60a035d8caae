//! The options of a commit that all changes of an existing dataset share: the version that it expects, how long it
//! waits for the lock, and whether it waits for the disk.

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
    /// How long the change waits for its turn, in all of its tries together.
    pub(crate) fn patience(&self) -> Patience<'_> {
        Patience::of(self.lock_timeout)
    }

    /// Checks that the found version is the expected one, if the caller expects one.
    ///
    /// # Errors
    ///
    /// [`Error::VersionConflict`] if it is not.
    pub(crate) fn check_version(&self, dataset: &str, found: Version) -> Result<()> {
        check_version(dataset, self.if_version, found)
    }
}

/// Checks that the found version is the expected one, if the caller expects one.
///
/// # Errors
///
/// [`Error::VersionConflict`] if it is not.
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
    /// Files, folders and manifest are synced. A commit that has returned survives a power loss.
    #[default]
    Synced,
    /// Only the manifest is synced, for bulk loads that can be repeated. Rows of earlier commits stay safe. Until the
    /// next synced commit, a power loss may damage the rows of an unsynced one; the damage is noticed.
    Unsynced,
}
