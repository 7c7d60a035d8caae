//! Removes a dataset.

use super::outcome::{Attempt, Seen};
use super::retire;
use super::turn::Turn;
use crate::error::outcome::Outcome;
use crate::version::Version;
use crate::{Error, Result};

/// Renames the manifest to the tombstone (the commit point), and retires all files.
///
/// # Errors
///
/// [`Error::NoDataset`] if the dataset does not exist; [`Error::NotDurable`] after the commit point;
/// [`Error::OutcomeUnknown`] if it is not known whether it was passed.
pub(super) fn remove(mut turn: Turn) -> Result<()> {
    let Some(manifest) = turn.base().cloned() else {
        let (dataset, store) = (turn.paths.text().to_owned(), turn.paths.root().to_owned());
        return Err(Error::NoDataset { dataset, store });
    };
    turn.sync_mark(false)?;
    let attempt = Attempt::on("removal", &manifest.dataset, Version::ABSENT);
    let look = || {
        Ok(match turn.fs.kind(&turn.paths.manifest())? {
            None => Seen::New,
            Some(_) => Seen::Old,
        })
    };
    let renamed = attempt.rename(&turn.fs, &turn.paths.manifest(), &turn.paths.tombstone(), look);
    let synced = || turn.fs.sync_dir(&turn.paths.parent()).map_err(|source| attempt.not_durable(source));
    renamed.and_then(|()| synced()).inspect_err(|error| {
        if error.outcome() != Outcome::NotDone {
            turn.leave_mark();
        }
    })?;
    tracing::info!(dataset = manifest.dataset, version = manifest.commit, rows = manifest.rows(), "removed");
    turn.removed();
    let all_gone = retire::of_removed(&turn.fs, &turn.paths, &manifest).is_empty();
    // The tombstone must outlive the files that it lists, also on the disk.
    if all_gone && turn.sync_folder().is_ok() {
        // If this fails, the next writer of the key finds the tombstone, finds none of its files, and deletes it.
        let _ = turn.fs.remove_file_if_there(&turn.paths.tombstone());
    }
    Ok(())
}
