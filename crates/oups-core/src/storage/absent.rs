//! The error for a dataset that does not exist.

use super::lock::Quiet;
use crate::format::mark::Mark;
use crate::fs::{DirEntry, EntryKind, StoreFs};
use crate::paths::{DatasetPaths, FolderName};
use crate::{Error, Result};

/// The error for a dataset that does not exist, or has lost its manifest.
pub(crate) fn absent(fs: &StoreFs, paths: &DatasetPaths) -> Error {
    let dataset = paths.text().to_owned();
    // This look only improves the message. If it fails, the simpler message will do.
    match files_without_manifest(fs, paths).unwrap_or_default() {
        0 => Error::NoDataset { dataset, store: paths.root().to_owned() },
        files => Error::ManifestLost { dataset, files },
    }
}

/// Checks that a dataset without a manifest was removed: that no files are left that only a lost manifest explains.
///
/// # Errors
///
/// [`Error::ManifestLost`] if there are; [`Error::Io`] if its folder cannot be looked at.
pub(crate) fn check_removed(fs: &StoreFs, paths: &DatasetPaths) -> Result<()> {
    match files_without_manifest(fs, paths)? {
        0 => Ok(()),
        files => Err(Error::ManifestLost { dataset: paths.text().to_owned(), files }),
    }
}

/// The number of row group files that only a lost manifest explains; 0 while a writer is at work.
pub(crate) fn files_without_manifest(fs: &StoreFs, paths: &DatasetPaths) -> Result<usize> {
    let Some(quiet) = Quiet::try_hold(fs, paths)? else { return Ok(0) };
    if fs.kind(&paths.manifest())?.is_some() || fs.kind(&paths.tombstone())?.is_some() {
        return Ok(0);
    }
    let died = Mark::parse(&quiet.mark).and_then(|mark| mark.commit);
    let is_lost = |entry: &DirEntry| match FolderName::parse(&entry.name) {
        Some(FolderName::RowGroup(id)) => entry.kind == EntryKind::File && Some(id.commit) != died,
        Some(FolderName::Retired { .. }) => entry.kind == EntryKind::File,
        _ => false,
    };
    Ok(fs.list(&paths.folder())?.iter().filter(|entry| is_lost(entry)).count())
}
