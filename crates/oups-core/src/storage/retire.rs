//! Replaced files: deleted, or renamed and kept for as long as they are needed.

use std::collections::BTreeSet;

use super::lock::pinned_commits;
use crate::Result;
use crate::format::manifest::{Manifest, Retired};
use crate::fs::{StoreFs, is_not_found};
use crate::paths::{self, DatasetPaths};

/// Everything that the removal of a dataset retires.
pub(crate) fn all_of(manifest: &Manifest) -> Vec<Retired> {
    let by = manifest.commit + 1;
    let live = manifest.entries.iter().map(|entry| Retired { file: entry.file.to_string(), by });
    manifest.retired.iter().cloned().chain(live).collect()
}

/// Step 11. Cannot fail: the manifest lists what is left, and the next writer goes on with it.
pub(crate) fn settle(fs: &StoreFs, paths: &DatasetPaths, next: &Manifest) {
    let _ = still_there(fs, paths, &next.retired, next.durable);
}

/// Settles what the removal of a dataset retired, and returns what is still there or may be. The removal is durable, so
/// nothing is kept for the case that it is not.
pub(crate) fn of_removed(fs: &StoreFs, paths: &DatasetPaths, removed: &Manifest) -> Vec<Retired> {
    still_there(fs, paths, &all_of(removed), removed.commit + 1)
}

/// Settles what commits up to now retired, and returns what is still there or may be. `durable` is the newest version
/// that is known to be.
pub(crate) fn still_there(fs: &StoreFs, paths: &DatasetPaths, retired: &[Retired], durable: u64) -> Vec<Retired> {
    if retired.is_empty() {
        return Vec::new();
    }
    let held = pinned_commits(fs, paths).ok();
    let is_gone = |file: &Retired| {
        let gone = matches!(settle_one(fs, paths, file, held.as_ref(), durable), Ok(true));
        tracing::debug!(file = file.file, gone, "retired");
        gone
    };
    retired.iter().filter(|file| !is_gone(file)).cloned().collect()
}

/// Whether the file is gone. `held` is `None` where it is not known what is pinned: then everything is kept.
fn settle_one(
    fs: &StoreFs,
    paths: &DatasetPaths,
    retired: &Retired,
    held: Option<&BTreeSet<u64>>,
    durable: u64,
) -> Result<bool> {
    let Some(id) = paths::file_id(&retired.file) else { return Ok(true) };
    let live = paths.file(&retired.file);
    let kept = paths.retired(&retired.file, retired.by);
    // A snapshot of any commit from the one that made it to the one before the one that replaced it.
    let is_read = held.is_none_or(|held| id.commit < retired.by && held.range(id.commit..retired.by).next().is_some());
    // The rows that replaced those of the newest durable version could still be lost. What came after that version is
    // not kept for it: a long series of unsynced commits would keep every step.
    let is_backup = id.commit <= durable && durable < retired.by;
    if !is_read && !is_backup {
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
