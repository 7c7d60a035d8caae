//! The file system of a store with its errors told: which action failed on which path.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{DirEntry, EntryKind, Fs, LockAccess, LockFile, ReadFile, WriteFile};
use crate::{Error, Result};

/// The seam as the rest of the library uses it: errors name action and path, and a failed fsync poisons the handle.
#[derive(Clone, Debug)]
pub(crate) struct StoreFs {
    fs: Arc<dyn Fs>,
    poisoned: Arc<AtomicBool>,
}

impl StoreFs {
    pub(crate) fn new(fs: Arc<dyn Fs>) -> Self {
        Self { fs, poisoned: Arc::default() }
    }

    /// The bare seam.
    pub(crate) fn raw(&self) -> &dyn Fs {
        &*self.fs
    }

    /// The same file system for another store: an fsync that fails there says nothing of this one.
    pub(crate) fn for_another_store(&self) -> Self {
        Self::new(self.fs.clone())
    }

    /// Whether an fsync through this handle has failed: what the disk holds is unknown from then on, and the operating
    /// system may report success the next time although the pages were dropped.
    pub(crate) fn is_poisoned(&self) -> bool {
        self.poisoned.load(Ordering::Acquire)
    }

    pub(crate) fn read(&self, path: &Path) -> Result<Vec<u8>> {
        self.fs.read(path).map_err(failed("read", path))
    }

    /// The file's content, or `None` where there is no such file.
    pub(crate) fn read_if_there(&self, path: &Path) -> Result<Option<Vec<u8>>> {
        if_there(self.read(path))
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    ///
    /// [`Error::InTheWay`] for a symbolic link, which could lead out of the store.
    pub(crate) fn open(&self, path: &Path) -> Result<Arc<dyn ReadFile>> {
        self.expect_kind(path, EntryKind::File)?;
        self.fs.open(path).map_err(failed("open", path))
    }

    /// Copies a file to a path where nothing is yet. Links are refused as in [`open`](Self::open).
    pub(crate) fn copy(&self, from: &Path, to: &Path) -> Result<()> {
        self.expect_kind(from, EntryKind::File)?;
        self.fs.copy(from, to).map_err(failed("copy", from))
    }

    pub(crate) fn create(&self, path: &Path) -> Result<Box<dyn WriteFile>> {
        self.fs.create(path).map_err(failed("create", path))
    }

    pub(crate) fn write_all(&self, file: &mut dyn WriteFile, path: &Path, bytes: &[u8]) -> Result<()> {
        file.write_all(bytes).map_err(failed("write", path))
    }

    pub(crate) fn sync(&self, file: &mut dyn WriteFile, path: &Path) -> Result<()> {
        self.synced(file.sync(), path)
    }

    pub(crate) fn sync_lock(&self, file: &dyn LockFile, path: &Path) -> Result<()> {
        self.synced(file.sync(), path)
    }

    pub(crate) fn sync_file(&self, path: &Path) -> Result<()> {
        self.synced(self.fs.sync_file(path), path)
    }

    pub(crate) fn sync_dir(&self, path: &Path) -> Result<()> {
        self.synced(self.fs.sync_dir(path), path)
    }

    fn synced(&self, result: io::Result<()>, path: &Path) -> Result<()> {
        result.map_err(|error| {
            // What could not be opened was not synced, and nothing was lost by it.
            let is_untried = matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied);
            if !is_untried && !crate::error::hint::is_out_of_files(&error) {
                self.poisoned.store(true, Ordering::Release);
            }
            failed("sync", path)(error)
        })
    }

    pub(crate) fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.fs.rename(from, to).map_err(failed("rename", from))
    }

    pub(crate) fn remove_file(&self, path: &Path) -> Result<()> {
        self.fs.remove_file(path).map_err(failed("remove", path))
    }

    /// Removes a file; that it is gone already is no error.
    pub(crate) fn remove_file_if_there(&self, path: &Path) -> Result<()> {
        if_there(self.remove_file(path)).map(|_| ())
    }

    /// Checks that what is at a path, if anything, is of this kind: a symbolic link could lead out of the store.
    ///
    /// # Errors
    ///
    /// [`Error::InTheWay`] for anything else.
    pub(crate) fn expect_kind(&self, path: &Path, expected: EntryKind) -> Result<Option<EntryKind>> {
        match self.kind(path)? {
            Some(found) if found != expected => {
                Err(Error::InTheWay { path: path.to_owned(), expected: name_of(expected), found: name_of(found) })
            }
            found => Ok(found),
        }
    }

    /// Makes a folder whose parent exists; `false` if it was there already.
    pub(crate) fn create_dir(&self, path: &Path) -> Result<bool> {
        match self.fs.create_dir(path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                match self.expect_kind(path, EntryKind::Dir)? {
                    Some(_) => Ok(false),
                    // It was there a moment ago.
                    None => Err(failed("create folder", path)(io::ErrorKind::NotFound.into())),
                }
            }
            Err(error) => Err(failed("create folder", path)(error)),
        }
    }

    pub(crate) fn remove_dir(&self, path: &Path) -> Result<()> {
        self.fs.remove_dir(path).map_err(failed("remove folder", path))
    }

    /// The entries of a folder; none where there is no such folder.
    pub(crate) fn list(&self, path: &Path) -> Result<Vec<DirEntry>> {
        Ok(if_there(self.fs.list(path).map_err(failed("list", path)))?.unwrap_or_default())
    }

    pub(crate) fn kind(&self, path: &Path) -> Result<Option<EntryKind>> {
        self.fs.kind(path).map_err(failed("look at", path))
    }

    pub(crate) fn open_lock(&self, path: &Path, access: LockAccess) -> Result<Box<dyn LockFile>> {
        self.fs.open_lock(path, access).map_err(failed("open", path))
    }
}

fn name_of(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "a file",
        EntryKind::Dir => "a folder",
        EntryKind::Other => "a symbolic link, which oups does not follow, or a device",
    }
}

/// Turns an operating system's error into ours.
pub(crate) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path: PathBuf = path.to_owned();
    move |source| Error::Io { action, path, source }
}

/// Whether the error says that the file or folder is not there.
pub(crate) fn is_not_found(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if matches!(source.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory))
}

/// "Not there" as a value.
pub(crate) fn if_there<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_not_found(&error) => Ok(None),
        Err(error) => Err(error),
    }
}
