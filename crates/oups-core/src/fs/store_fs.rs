//! The file system of a store. Its errors say which action failed on which path.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{DirEntry, EntryKind, Fs, LockAccess, LockFile, ReadFile, WriteFile};
use crate::{Error, Result};

/// The seam as the rest of the library uses it. Errors name action and path, and a failed fsync poisons the handle.
#[derive(Clone, Debug)]
pub(crate) struct StoreFs {
    fs: Arc<dyn Fs>,
    poisoned: Arc<AtomicBool>,
}

impl StoreFs {
    pub(crate) fn new(fs: Arc<dyn Fs>) -> Self {
        Self { fs, poisoned: Arc::default() }
    }

    /// The seam itself, whose errors do not name the path.
    pub(crate) fn raw(&self) -> &dyn Fs {
        &*self.fs
    }

    /// The same file system for another store: an fsync that fails there does not poison this one.
    pub(crate) fn for_another_store(&self) -> Self {
        Self::new(self.fs.clone())
    }

    /// Whether an fsync through this handle has failed. From then on it is unknown what the disk holds: the operating
    /// system may have dropped the pages and report success the next time.
    pub(crate) fn is_poisoned(&self) -> bool {
        self.poisoned.load(Ordering::Acquire)
    }

    pub(crate) fn read(&self, path: &Path) -> Result<Vec<u8>> {
        self.fs.read(path).map_err(failed("read", path))
    }

    /// The file's content; `None` if it does not exist.
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

    /// Copies a file to a path that must not exist yet. Links are refused as in [`open`](Self::open).
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

    /// Poisons the handle if the sync failed.
    fn synced(&self, result: io::Result<()>, path: &Path) -> Result<()> {
        result.map_err(|error| {
            // A file that could not be opened was not synced, so no pages can have been dropped.
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

    /// Removes a file, if it is there.
    pub(crate) fn remove_file_if_there(&self, path: &Path) -> Result<()> {
        if_there(self.remove_file(path)).map(|_| ())
    }

    /// The kind of the entry at the path, which must be this one if anything is there: a symbolic link could lead out
    /// of the store.
    ///
    /// # Errors
    ///
    /// [`Error::InTheWay`] for an entry of another kind.
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
                    // It existed a moment ago, so somebody removes folders here. The caller may try again.
                    None => Err(failed("create folder", path)(io::ErrorKind::NotFound.into())),
                }
            }
            Err(error) => Err(failed("create folder", path)(error)),
        }
    }

    pub(crate) fn remove_dir(&self, path: &Path) -> Result<()> {
        self.fs.remove_dir(path).map_err(failed("remove folder", path))
    }

    /// The entries of a folder; an empty list if the folder does not exist.
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

/// Turns an error of the operating system into [`Error::Io`].
pub(crate) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path: PathBuf = path.to_owned();
    move |source| Error::Io { action, path, source }
}

/// Whether the error says that the file or folder is not there.
pub(crate) fn is_not_found(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if matches!(source.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory))
}

/// Turns "not found" into `None`.
pub(crate) fn if_there<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_not_found(&error) => Ok(None),
        Err(error) => Err(error),
    }
}
