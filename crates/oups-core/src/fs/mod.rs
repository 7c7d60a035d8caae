//! The one seam through which every file of a store is touched.
//!
//! [`LocalFs`] is the real file system; tests wrap it to count, fail and stop operations. Nothing else in the library
//! opens, renames, lists or removes a file of a store. (The unnamed temporary files of a spill do not belong to a
//! store.)

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

/// The file operations that a store needs. Paths are absolute, or relative to the process's current folder, as the
/// store was given its own.
pub trait Fs: Debug + Send + Sync {
    /// The whole content of a small file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Opens a file for reading at any offset.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn ReadFile>>;
    /// Creates a file that must not exist yet.
    fn create(&self, path: &Path) -> io::Result<Box<dyn WriteFile>>;
    /// Copies a file to a path that must not exist yet. On file systems that can, both files share their blocks.
    fn copy(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Opens an existing file only to sync it, and syncs it. Later reads come from the disk if the system can do that.
    /// After a failed sync the memory may hold bytes that never reached the disk, and they would pass for synced.
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
    /// The kind of the entry at the path; `None` if nothing is there. A symbolic link at the end of the path is not
    /// followed.
    fn kind(&self, path: &Path) -> io::Result<Option<EntryKind>>;
    /// Opens a lock file.
    fn open_lock(&self, path: &Path, access: LockAccess) -> io::Result<Box<dyn LockFile>>;
}

/// How a lock file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockAccess {
    /// To lock it and to read and write its text; an empty one is created if it is missing.
    Create,
    /// To lock it and to read and write its text.
    Write,
    /// To lock it and to read its text. Another user's file may not allow more.
    Read,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirEntry {
    /// The entry's name. A name that is not UTF-8 is converted lossily; oups makes no such names.
    pub name: String,
    /// The entry's kind.
    pub kind: EntryKind,
}

/// The kind of a folder's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A symbolic link, a device, a socket; oups makes none of these.
    Other,
}

/// An open file that several threads can read at once, at any offset.
pub trait ReadFile: Debug + Send + Sync {
    /// The length in bytes when the file was opened.
    fn len(&self) -> u64;
    /// Whether the file has no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Fills the buffer with the bytes from the offset on; fails if the file ends before.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
    /// The bytes of several ranges that are needed together, in the order of the ranges. No memory is allocated for a
    /// range that is not in the file. The default implementation reads one range after another.
    ///
    /// # Errors
    ///
    /// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) if a range is not in the file; else an error of reading.
    fn read_ranges(&self, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        ranges.iter().map(|range| ranges::read(self, range)).collect()
    }
}

/// A new file being written from start to end.
pub trait WriteFile: Write + Debug + Send {
    /// Begins to make the content durable without waiting, if the system can. Only [`sync`](Self::sync) says that it is
    /// durable.
    fn begin_sync(&mut self) {}
    /// Makes the content durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// An open lock file: a short text, and an advisory lock that the operating system releases when the process dies.
pub trait LockFile: Debug + Send + Sync {
    /// Takes the lock exclusively; `false` if another holder has it.
    fn try_exclusive(&self) -> io::Result<bool>;
    /// Takes the lock exclusively, and waits until other holders have released it.
    fn exclusive(&self) -> io::Result<()>;
    /// Takes the lock shared with other holders; `false` if one has it exclusively.
    fn try_shared(&self) -> io::Result<bool>;
    /// Releases the lock. Dropping the file does so too.
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
