//! The local file system.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use fs2::FileExt as LockExt;

use super::ranges::read_joined;
use super::{Bytes, DirEntry, EntryKind, Fs, LockAccess, LockFile, ReadFile, WriteFile};

/// The file system of the machine, through `std` and, for locks, `fs2`.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalFs;

impl Fs for LocalFs {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn ReadFile>> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Arc::new(LocalRead { file, length }))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn WriteFile>> {
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        Ok(Box::new(LocalWrite { file, syncing: None, process: std::process::id() }))
    }

    fn copy(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut source = File::open(from)?;
        let mut copy = OpenOptions::new().write(true).create_new(true).open(to)?;
        // Between two files this is a system call in which the kernel copies, or lets both files share their blocks.
        io::copy(&mut source, &mut copy).map(|_| ())
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        let file = File::open(path)?;
        file.sync_all()?;
        // Asks the kernel to forget the pages, so that reads come from the disk. If the kernel does not, reads come
        // from memory.
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
        Ok(())
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        fs::read_dir(path)?.filter_map(|entry| listed(entry).transpose()).collect()
    }

    fn kind(&self, path: &Path) -> io::Result<Option<EntryKind>> {
        match fs::symlink_metadata(path) {
            Ok(metadata) => Ok(Some(entry_kind(metadata.file_type()))),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn open_lock(&self, path: &Path, access: LockAccess) -> io::Result<Box<dyn LockFile>> {
        let (write, create) = (access != LockAccess::Read, access == LockAccess::Create);
        let file = OpenOptions::new().read(true).write(write).create(create).truncate(false).open(path)?;
        Ok(Box::new(LocalLock { file }))
    }
}

/// `None` for an entry that vanished while the folder was listed. Some file systems do not list the kinds of entries,
/// so each is looked up; "not found" then is about the entry and must not be reported as about the folder.
fn listed(entry: io::Result<fs::DirEntry>) -> io::Result<Option<DirEntry>> {
    let entry = entry?;
    let kind = match entry.file_type() {
        Ok(kind) => entry_kind(kind),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let name = entry.file_name().into_string().unwrap_or_else(|name| name.to_string_lossy().into_owned());
    Ok(Some(DirEntry { name, kind }))
}

fn entry_kind(kind: fs::FileType) -> EntryKind {
    if kind.is_file() {
        EntryKind::File
    } else if kind.is_dir() {
        EntryKind::Dir
    } else {
        EntryKind::Other
    }
}

#[derive(Debug)]
struct LocalRead {
    file: File,
    length: u64,
}

impl ReadFile for LocalRead {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }

    fn read_ranges(&self, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        read_joined(self, ranges)
    }
}

#[derive(Debug)]
struct LocalWrite {
    file: File,
    /// The sync that was begun. It uses the same open file description, to which the kernel reports an error of writing
    /// back only once. So the error arrives here or nowhere.
    syncing: Option<JoinHandle<io::Result<()>>>,
    /// The process that opened the file.
    process: u32,
}

impl LocalWrite {
    /// Waits for the sync that was begun; `None` if no sync was begun.
    fn begun(&mut self) -> Option<io::Result<()>> {
        let ended = self.syncing.take()?.join();
        Some(ended.unwrap_or_else(|_| Err(io::Error::other("the thread that syncs has died"))))
    }
}

impl Drop for LocalWrite {
    /// Waits for the syncing thread, which has the file open too and must not outlive this handle. A forked child does
    /// not have the thread, so it must not wait.
    fn drop(&mut self) {
        if self.process == std::process::id() {
            let _ = self.begun();
        }
    }
}

impl Write for LocalWrite {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The sync that was begun does not include bytes written from now on, so it must end first.
        self.begun().transpose()?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl WriteFile for LocalWrite {
    fn begin_sync(&mut self) {
        let thread = thread::Builder::new().name("oups sync".to_owned());
        let spawn = |file: File| thread.spawn(move || file.sync_all());
        // If no thread can be started, `sync` does all of the work.
        self.syncing = self.syncing.take().or_else(|| self.file.try_clone().and_then(spawn).ok());
    }

    fn sync(&mut self) -> io::Result<()> {
        self.begun().unwrap_or_else(|| self.file.sync_all())
    }
}

/// An advisory lock of the whole file. The methods of `fs2` are called by their full path: `std` has methods of the
/// same names, and the compiler would choose those silently.
#[derive(Debug)]
struct LocalLock {
    file: File,
}

impl LocalLock {
    /// Turns "another process has the lock" into `false`.
    fn taken(result: io::Result<()>) -> io::Result<bool> {
        match result {
            Ok(()) => Ok(true),
            Err(error) if error.raw_os_error() == fs2::lock_contended_error().raw_os_error() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl LockFile for LocalLock {
    fn try_exclusive(&self) -> io::Result<bool> {
        Self::taken(LockExt::try_lock_exclusive(&self.file))
    }

    fn exclusive(&self) -> io::Result<()> {
        loop {
            match LockExt::lock_exclusive(&self.file) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }

    fn try_shared(&self) -> io::Result<bool> {
        Self::taken(LockExt::try_lock_shared(&self.file))
    }

    fn unlock(&self) -> io::Result<()> {
        LockExt::unlock(&self.file)
    }

    fn is_at(&self, path: &Path) -> io::Result<bool> {
        let here = self.file.metadata()?;
        match fs::symlink_metadata(path) {
            Ok(there) => Ok((here.dev(), here.ino()) == (there.dev(), there.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn read_text(&self) -> io::Result<String> {
        let mut bytes = Vec::new();
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Writes over the old text and cuts the file last, so that the file is never empty in between: a waiter that reads
    /// it at that moment would not learn who holds the lock.
    fn write_text(&self, text: &str) -> io::Result<()> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(text.as_bytes())?;
        file.set_len(text.len() as u64)
    }

    fn append_text(&self, text: &str) -> io::Result<()> {
        let mut file = &self.file;
        file.seek(SeekFrom::End(0))?;
        file.write_all(text.as_bytes())
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}
