//! The one seam through which every file of a store is touched.
//!
//! [`LocalFs`] is the real thing; tests wrap it to count, fail and stop operations. Nothing else in the library opens,
//! renames, lists or removes a file of a store (the spool's anonymous temporary files are no files of the store).

mod local;
pub(crate) mod random;
mod ranges;
mod store_fs;

use std::fmt::Debug;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

pub use bytes::Bytes;
pub use local::LocalFs;

pub(crate) use store_fs::{StoreFs, failed, if_there, is_not_found};

/// File operations that a store needs. Paths are absolute or relative to the process, as given to the store.
pub trait Fs: Debug + Send + Sync {
    /// The whole content of a small file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Opens a file for reading at any offset.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn ReadFile>>;
    /// Creates a file that must not exist yet.
    fn create(&self, path: &Path) -> io::Result<Box<dyn WriteFile>>;
    /// Copies a file to a path where nothing is yet; file systems that can share the blocks do.
    fn copy(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Opens an existing file only to sync it, and syncs it. Reads after that are of what the disk holds, where that can
    /// be had: after a failed sync the memory may hold bytes that never came to the disk, and pass for synced.
    fn sync_file(&self, path: &Path) -> io::Result<()>;
    /// Makes the entries of a folder durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Renames within one file system, replacing `to` atomically.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Creates one folder; its parent exists.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
    /// The entries of a folder, in no order.
    fn list(&self, path: &Path) -> io::Result<Vec<DirEntry>>;
    /// Whether a file or folder is there, following no symbolic link at the end of the path.
    fn kind(&self, path: &Path) -> io::Result<Option<EntryKind>>;
    /// Opens a lock file.
    fn open_lock(&self, path: &Path, access: LockAccess) -> io::Result<Box<dyn LockFile>>;
}

/// What a lock file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockAccess {
    /// To read and write its text; created empty where it is missing.
    Create,
    /// To read and write its text.
    Write,
    /// To lock it and to read its text: another user's file may allow no more.
    Read,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirEntry {
    /// The entry's name; names that are not UTF-8 are never ours and are given lossily.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What a folder's entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A symbolic link, a device, a socket: never ours.
    Other,
}

/// A file open for reading at any offset, from several threads at once.
pub trait ReadFile: Debug + Send + Sync {
    /// Length in bytes when the file was opened.
    fn len(&self) -> u64;
    /// Whether the file has no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Fills the buffer from the offset on; an error if the file ends before.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
    /// The bytes of several ranges that are needed together, one answer for each, in the order of the ranges. Nothing is
    /// allocated for a range that is not in the file. Unless it is said otherwise, they are read one after another.
    ///
    /// # Errors
    ///
    /// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) for a range that is not in the file, and those of reading.
    fn read_ranges(&self, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        ranges.iter().map(|range| ranges::read(self, range)).collect()
    }
}

/// A new file being written from start to end.
pub trait WriteFile: Write + Debug + Send {
    /// Begins to make the content durable and does not wait, where that can be. Only [`sync`](Self::sync) tells that it is.
    fn begin_sync(&mut self) {}
    /// Makes the content durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// An open lock file: an advisory lock that the operating system drops with the process, and a short text.
pub trait LockFile: Debug + Send + Sync {
    /// Takes the lock for this holder alone; `false` if another has it.
    fn try_exclusive(&self) -> io::Result<bool>;
    /// Takes the lock for this holder alone, waiting for others.
    fn exclusive(&self) -> io::Result<()>;
    /// Takes the lock together with other shared holders; `false` if one has it exclusively.
    fn try_shared(&self) -> io::Result<bool>;
    /// Lets the lock go. Dropping the file does so too.
    fn unlock(&self) -> io::Result<()>;
    /// Whether the path still names this file.
    fn is_at(&self, path: &Path) -> io::Result<bool>;
    /// The text in the file.
    fn read_text(&self) -> io::Result<String>;
    /// Replaces the text in the file; an empty text truncates it.
    fn write_text(&self, text: &str) -> io::Result<()>;
    /// Adds to the end of the text in the file.
    fn append_text(&self, text: &str) -> io::Result<()>;
    /// Makes the text durable.
    fn sync(&self) -> io::Result<()>;
}
