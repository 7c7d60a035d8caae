//! Replaced files: deleted, or renamed and kept for as long as a snapshot needs them.

use std::collections::BTreeSet;

use super::{Durability, Turn};
use crate::Result;
use crate::fs::{StoreFs, is_not_found};
use crate::layout::{self, DatasetPaths};
use crate::lock::pinned_commits;
use crate::manifest::{Manifest, Retired};

/// Everything that the removal of a dataset retires.
pub(crate) fn all_of(manifest: &Manifest) -> Vec<Retired> {
    let by = manifest.commit + 1;
    let live = manifest.entries.iter().map(|entry| Retired { file: entry.file.clone(), by });
    manifest.retired.iter().cloned().chain(live).collect()
}

/// Step 11. Cannot fail: the manifest lists what is left, and the next writer goes on with it.
pub(super) fn settle(turn: &Turn, retired: &[Retired], durability: Durability) {
    let held = match durability {
        Durability::Synced => pinned_commits(&turn.fs, &turn.paths).ok(),
        // The rows that replaced them could still be lost, so they stay.
        Durability::Unsynced => None,
    };
    for file in retired {
        let settled = settle_one(&turn.fs, &turn.paths, file, held.as_ref());
        tracing::debug!(file = file.file, gone = matches!(settled, Ok(true)), "retired");
    }
}

/// Settles what earlier commits retired, and returns what is still there or may be.
pub(super) fn still_there(fs: &StoreFs, paths: &DatasetPaths, retired: &[Retired]) -> Vec<Retired> {
    if retired.is_empty() {
        return Vec::new();
    }
    let held = pinned_commits(fs, paths).ok();
    retired.iter().filter(|file| !matches!(settle_one(fs, paths, file, held.as_ref()), Ok(true))).cloned().collect()
}

/// Whether the file is gone. It is needed by a snapshot of any commit from the one that made it to the one before the
/// one that replaced it. `held` is `None` where that is not known or must not matter: then it is kept.
fn settle_one(fs: &StoreFs, paths: &DatasetPaths, retired: &Retired, held: Option<&BTreeSet<u64>>) -> Result<bool> {
    let Some(id) = layout::file_id(&retired.file) else { return Ok(true) };
    let live = paths.file(&retired.file);
    let kept = paths.retired(&retired.file, retired.by);
    let needed = held.is_none_or(|held| id.commit < retired.by && held.range(id.commit..retired.by).next().is_some());
    if !needed {
        fs.remove_file_if_there(&live)?;
        fs.remove_file_if_there(&kept)?;
        return Ok(true);
    }
    match fs.rename(&live, &kept) {
        // It was renamed before, or is gone; the next writer that finds it unneeded will know.
        Err(error) if is_not_found(&error) => Ok(false),
        other => other.map(|()| false),
    }
}
