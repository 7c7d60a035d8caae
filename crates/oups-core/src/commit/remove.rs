//! Removing a dataset.

use super::{Durability, Turn, retire};
use crate::{Error, Result};

/// Renames the manifest away (the commit point) and retires all files. Returns the version that was removed.
///
/// # Errors
///
/// [`Error::NoDataset`] where there is none, [`Error::NotDurable`] after the commit point.
pub(crate) fn remove(mut turn: Turn) -> Result<u64> {
    let Some(manifest) = turn.base().cloned() else {
        let (dataset, store) = (turn.paths.text().to_owned(), turn.paths.root().to_owned());
        return Err(Error::NoDataset { dataset, store });
    };
    turn.sync_mark(Durability::Synced, false)?;
    let renamed = turn.fs.rename(&turn.paths.manifest(), &turn.paths.tombstone());
    // A failed rename may have happened all the same.
    if renamed.is_err() && !matches!(turn.fs.kind(&turn.paths.manifest()), Ok(None)) {
        return renamed.map(|()| manifest.commit);
    }
    if let Err(source) = renamed.and_then(|()| turn.fs.sync_dir(&turn.paths.parent())) {
        turn.leave_mark();
        let (dataset, commit) = (manifest.dataset, turn.commit);
        return Err(Error::NotDurable { dataset, commit, source: Box::new(source) });
    }
    tracing::info!(dataset = manifest.dataset, version = manifest.commit, rows = manifest.rows(), "removed");
    turn.removed();
    let all_gone = retire::of_removed(&turn.fs, &turn.paths, &manifest).is_empty();
    // The tombstone must outlive the files that it tells of, also on the disk.
    if all_gone && turn.sync_folder().is_ok() {
        // Should this fail, the next writer of the key finds the tombstone and nothing left of what it lists.
        let _ = turn.fs.remove_file_if_there(&turn.paths.tombstone());
    }
    Ok(manifest.commit)
}
