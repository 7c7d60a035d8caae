//! Sweeps the leftovers of a writer that died: files that no manifest ever named.

use crate::Result;
use crate::format::manifest::Manifest;
use crate::fs::{EntryKind, StoreFs};
use crate::paths::{DatasetPaths, FolderName};

/// Removes the files of commits above this one: no manifest names them.
pub(crate) fn above(fs: &StoreFs, paths: &DatasetPaths, commit: u64) -> Result<()> {
    sweep(fs, paths, |of| of > commit)
}

/// Removes the files of exactly this commit, a first write that died. `removed` is the last commit of an earlier
/// dataset that was removed. If files of other commits after it are there, the commit was not a first write: the
/// manifest is lost, and nothing is removed.
pub(crate) fn first_write(fs: &StoreFs, paths: &DatasetPaths, commit: u64, removed: u64) -> Result<()> {
    let is_other = |name: &String| match FolderName::parse(name) {
        Some(FolderName::RowGroup(id) | FolderName::Retired { id, .. }) => id.commit != commit && id.commit > removed,
        Some(FolderName::Tmp(_)) | None => false,
    };
    if names(fs, paths)?.iter().any(is_other) { Ok(()) } else { sweep(fs, paths, |of| of == commit) }
}

/// Removes the row group files and temporary files of some commits, and the temporary manifest. Other names are left
/// for `verify` to report.
fn sweep(fs: &StoreFs, paths: &DatasetPaths, is_leftover: impl Fn(u64) -> bool) -> Result<()> {
    let mut swept = false;
    for name in names(fs, paths)? {
        let id = match FolderName::parse(&name) {
            Some(FolderName::RowGroup(id) | FolderName::Tmp(id)) => id,
            Some(FolderName::Retired { .. }) | None => continue,
        };
        if is_leftover(id.commit) {
            fs.remove_file_if_there(&paths.file(&name))?;
            swept = true;
        }
    }
    if swept {
        // The mark is removed next. Without this sync, a power loss could bring files back whose mark is gone.
        fs.sync_dir(&paths.folder())?;
    }
    fs.remove_file_if_there(&paths.manifest_tmp())
}

/// Gives the files that a commit above this version's had retired their live names back. A power loss undid that
/// commit, but not its renames.
pub(crate) fn restore(fs: &StoreFs, paths: &DatasetPaths, base: &Manifest) -> Result<()> {
    let mut restored = false;
    for retired in names(fs, paths)? {
        match FolderName::parse(&retired) {
            Some(FolderName::Retired { by, name, .. }) if by > base.commit => {
                fs.rename(&paths.file(&retired), &paths.file(&name))?;
                restored = true;
            }
            _ => {}
        }
    }
    // The mark is removed next, and without it no writer would look for these files again.
    if restored { fs.sync_dir(&paths.folder()) } else { Ok(()) }
}

/// The number of row group files of later commits, live or retired, in the dataset's folder.
pub(crate) fn row_group_files(fs: &StoreFs, paths: &DatasetPaths, after: u64) -> Result<usize> {
    let is_rows = |name: &String| match FolderName::parse(name) {
        Some(FolderName::RowGroup(id) | FolderName::Retired { id, .. }) => id.commit > after,
        Some(FolderName::Tmp(_)) | None => false,
    };
    Ok(names(fs, paths)?.iter().filter(|name| is_rows(name)).count())
}

fn names(fs: &StoreFs, paths: &DatasetPaths) -> Result<Vec<String>> {
    let entries = fs.list(&paths.folder())?;
    Ok(entries.into_iter().filter(|entry| entry.kind == EntryKind::File).map(|entry| entry.name).collect())
}
