//! Retires replaced files: they are deleted, or renamed and kept for as long as they are needed.

use std::collections::BTreeSet;

use super::lock::pinned_commits;
use crate::Result;
use crate::format::manifest::{Manifest, Retired};
use crate::fs::{StoreFs, is_not_found};
use crate::paths::{self, DatasetPaths, FileId};

/// All files that the removal of a dataset retires.
pub(crate) fn all_of(manifest: &Manifest) -> Vec<Retired> {
    let by = manifest.commit + 1;
    let live = manifest.entries.iter().map(|entry| Retired { file: entry.file.to_string(), by });
    manifest.retired.iter().cloned().chain(live).collect()
}

/// Step 11. It cannot fail: the manifest lists the files that are left, and the next writer settles them.
pub(crate) fn settle(fs: &StoreFs, paths: &DatasetPaths, next: &Manifest) {
    let _ = still_there(fs, paths, &next.retired, next.durable);
}

/// Settles the files that the removal of a dataset retired. Returns those that are, or may be, still there. The removal
/// is durable, so no file is kept in case a power loss undoes it.
pub(crate) fn of_removed(fs: &StoreFs, paths: &DatasetPaths, removed: &Manifest) -> Vec<Retired> {
    still_there(fs, paths, &all_of(removed), removed.commit + 1)
}

/// Settles the files that commits up to now retired. Returns those that are, or may be, still there. `durable` is the
/// newest version that is known to be durable.
pub(crate) fn still_there(fs: &StoreFs, paths: &DatasetPaths, retired: &[Retired], durable: u64) -> Vec<Retired> {
    if retired.is_empty() {
        return Vec::new();
    }
    let needs = Needs { pinned: pinned_commits(fs, paths).ok(), durable, kept: BTreeSet::new() };
    let is_gone = |file: &Retired| {
        let gone = matches!(settle_one(fs, paths, file, &needs), Ok(true));
        tracing::debug!(file = file.file, gone, "retired");
        gone
    };
    retired.iter().filter(|file| !is_gone(file)).cloned().collect()
}

/// The versions of a dataset whose files must stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Readers pin these. `None` if the pins could not be read; then every version counts as pinned.
    pub(crate) pinned: Option<BTreeSet<u64>>,
    /// The newest version that is known to be durable. Its files stay, since a power loss may damage those that
    /// replaced them. Files of later unsynced versions do not stay for that: a long series of unsynced commits would
    /// keep every step.
    pub(crate) durable: u64,
    /// These are kept on purpose. Empty until datasets have a history.
    pub(crate) kept: BTreeSet<u64>,
}

/// Whether a version that must stay has this file. The file is in the versions from the commit that made it to the one
/// before the commit `by` that replaced it. Only this function decides whether a replaced file stays.
pub(crate) fn is_needed(file: FileId, by: u64, needs: &Needs) -> bool {
    let Needs { pinned, durable, kept } = needs;
    let versions = file.commit..by;
    // A damaged list may have the two numbers swapped, and `BTreeSet::range` panics on such a range.
    let any_of = |set: &BTreeSet<u64>| !versions.is_empty() && set.range(versions.clone()).next().is_some();
    pinned.as_ref().is_none_or(any_of) || versions.contains(durable) || any_of(kept)
}

/// Deletes a file that is not needed, or gives a needed one its retired name. Returns whether the file is gone.
fn settle_one(fs: &StoreFs, paths: &DatasetPaths, retired: &Retired, needs: &Needs) -> Result<bool> {
    // A file whose name is not ours is not touched, and not listed again.
    let Some(id) = paths::file_id(&retired.file) else { return Ok(true) };
    let live = paths.file(&retired.file);
    let kept = paths.retired(&retired.file, retired.by);
    if !is_needed(id, retired.by, needs) {
        fs.remove_file_if_there(&live)?;
        fs.remove_file_if_there(&kept)?;
        return Ok(true);
    }
    match fs.rename(&live, &kept) {
        // It was renamed before, or is gone. It stays on the list until a writer finds that it is not needed.
        Err(error) if is_not_found(&error) => Ok(false),
        other => other.map(|()| false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(pinned: &[u64], durable: u64, kept: &[u64]) -> Needs {
        let set = |commits: &[u64]| commits.iter().copied().collect::<BTreeSet<u64>>();
        Needs { pinned: Some(set(pinned)), durable, kept: set(kept) }
    }

    /// Whether a file that commit 3 made and commit 7 replaced stays.
    fn stays(needs: &Needs) -> bool {
        is_needed(FileId { commit: 3, part: 0, random: 1 }, 7, needs)
    }

    #[test]
    fn a_file_stays_for_each_version_that_has_it_and_for_no_other() {
        for version in 0..10 {
            let has_it = (3..7).contains(&version);
            assert_eq!(stays(&needs(&[version], 9, &[])), has_it, "pinned: {version}");
            assert_eq!(stays(&needs(&[], version, &[])), has_it, "durable: {version}");
            assert_eq!(stays(&needs(&[], 9, &[version])), has_it, "kept: {version}");
        }
        assert!(stays(&needs(&[1, 2, 6, 8], 9, &[])));
        assert!(!stays(&needs(&[1, 2, 7, 8], 9, &[2, 7])));
    }

    #[test]
    fn a_file_stays_if_the_pins_are_unknown() {
        assert!(stays(&Needs { pinned: None, ..needs(&[], 9, &[]) }));
    }

    #[test]
    fn a_file_that_was_replaced_before_it_was_made_is_in_no_version() {
        let file = FileId { commit: 7, part: 0, random: 1 };
        assert!(!is_needed(file, 3, &needs(&[2, 3, 5, 7], 5, &[4])));
    }
}
