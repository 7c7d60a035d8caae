//! The one function that opens lock and pin files.

use std::io;
use std::path::Path;

use crate::fs::{EntryKind, LockAccess, LockFile, StoreFs, failed};
use crate::{Error, Result};

/// How a lock is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    /// Exclusively, after waiting for all other holders.
    Exclusive,
    /// Exclusively, if nobody holds it.
    TryExclusive,
    /// Shared, if nobody holds it exclusively.
    TryShared,
}

/// Opens and locks the file that the path names; `None` if another holder is in the way.
///
/// Between opening and locking, the former holder may unlink the file and a third one make it again. Then two holders
/// would lock two files of one name. So, under the lock, the path is looked at again.
pub(crate) fn open_locked(
    fs: &StoreFs,
    path: &Path,
    access: LockAccess,
    take: Take,
) -> Result<Option<Box<dyn LockFile>>> {
    loop {
        // If the path were a symbolic link, it would never name the file that was locked.
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

/// Whether the error says that lock files cannot be made or written here, or not any more.
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
