//! The one function that opens lock and pin files.

use std::io;
use std::path::Path;

use crate::fs::{EntryKind, LockAccess, LockFile, StoreFs, failed};
use crate::{Error, Result};

/// How a lock is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    /// Alone, waiting for every other holder.
    Exclusive,
    /// Alone, if nobody holds it.
    TryExclusive,
    /// With other shared holders, if nobody holds it alone.
    TryShared,
}

/// Opens and locks the file that the path names, or `None` if another holder is in the way.
///
/// Between opening and locking, the file may have been unlinked by its former holder and made again by a third one. Two
/// holders would then lock two files of one name, so the path is looked at again under the lock.
pub(crate) fn open_locked(
    fs: &StoreFs,
    path: &Path,
    access: LockAccess,
    take: Take,
) -> Result<Option<Box<dyn LockFile>>> {
    loop {
        // Through a symbolic link, the path would never name the file that was locked.
        fs.expect_kind(path, EntryKind::File)?;
        let file = fs.open_lock(path, access)?;
        let taken = match take {
            Take::Exclusive => file.exclusive().map(|()| true),
            Take::TryExclusive => file.try_exclusive(),
            Take::TryShared => file.try_shared(),
        };
        if !taken.map_err(failed("lock", path))? {
            return Ok(None);
        }
        if file.is_at(path).map_err(failed("look at", path))? {
            return Ok(Some(file));
        }
    }
}

/// Whether this is no place to make or write a lock file at, or not any more.
pub(super) fn cannot_write(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. }
    if matches!(
        source.kind(),
        io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
    ))
}
