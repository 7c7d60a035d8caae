//! A file system that fails, or dies, at a chosen operation.
//!
//! It wraps the local one, so what a "dead process" left is really on disk, and the store can be opened again with the
//! plain [`LocalFs`]. Every operation that changes or makes durable something is counted, in the order in which they
//! come; looks and reads are not, but they too end with the death of the process.

use std::fmt::Debug;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use oups_core::fs::{DirEntry, EntryKind, Fs, LocalFs, LockFile, ReadFile, WriteFile};

/// What happens at the chosen operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not done and reports an error; the process goes on.
    Fails,
    /// It is done and reports an error all the same; the process goes on.
    FailsAfter,
    /// The process dies just before it.
    DiesBefore,
    /// The process dies just after it.
    DiesAfter,
    /// A write leaves half of its bytes, then the process dies. Other operations: as [`DiesBefore`](Self::DiesBefore).
    Torn,
}

/// The faulty file system.
#[derive(Clone, Debug)]
pub struct FaultFs {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// The operation to hit, counted from 0, and how.
    plan: Option<(usize, Fault)>,
    done: Vec<String>,
    dead: bool,
}

impl FaultFs {
    /// One that only counts.
    pub fn counting() -> Self {
        Self::new(None)
    }

    /// One that hits the operation of this number, from 0.
    pub fn hitting(operation: usize, fault: Fault) -> Self {
        Self::new(Some((operation, fault)))
    }

    fn new(plan: Option<(usize, Fault)>) -> Self {
        Self { state: Arc::new(Mutex::new(State { plan, done: Vec::new(), dead: false })) }
    }

    /// The operations so far, each as a verb and a file name.
    pub fn operations(&self) -> Vec<String> {
        self.lock().done.clone()
    }

    /// Whether the process has died.
    pub fn is_dead(&self) -> bool {
        self.lock().dead
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// An operation that is not counted.
    fn look<T>(&self, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        if self.is_dead() { Err(death()) } else { act() }
    }

    /// An operation that is counted, and perhaps hit. `half` is what a torn one leaves.
    fn change<T>(
        &self,
        verb: &str,
        path: &Path,
        act: impl FnOnce() -> io::Result<T>,
        half: impl FnOnce(),
    ) -> io::Result<T> {
        let fault = {
            let mut state = self.lock();
            if state.dead {
                return Err(death());
            }
            let number = state.done.len();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            state.done.push(format!("{verb} {name}"));
            let fault = state.plan.filter(|(at, _)| *at == number).map(|(_, fault)| fault);
            state.dead = matches!(fault, Some(Fault::DiesBefore | Fault::DiesAfter | Fault::Torn));
            fault
        };
        match fault {
            None => act(),
            Some(Fault::Fails) => Err(io::Error::other("injected failure")),
            Some(Fault::FailsAfter) => {
                let _ = act();
                Err(io::Error::other("injected failure, after it was done"))
            }
            Some(Fault::DiesBefore) => Err(death()),
            Some(Fault::DiesAfter) => {
                let _ = act();
                Err(death())
            }
            Some(Fault::Torn) => {
                half();
                Err(death())
            }
        }
    }
}

fn death() -> io::Error {
    io::Error::other("the process is dead")
}

impl Fs for FaultFs {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.look(|| LocalFs.read(path))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn ReadFile>> {
        self.look(|| LocalFs.open(path))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn WriteFile>> {
        let file = self.change("create", path, || LocalFs.create(path), || ())?;
        Ok(Box::new(FaultWrite { fs: self.clone(), path: path.to_owned(), file }))
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.change("sync", path, || LocalFs.sync_file(path), || ())
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.change("sync folder", path, || LocalFs.sync_dir(path), || ())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change("rename", to, || LocalFs.rename(from, to), || ())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.change("remove", path, || LocalFs.remove_file(path), || ())
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.change("create folder", path, || LocalFs.create_dir(path), || ())
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.change("remove folder", path, || LocalFs.remove_dir(path), || ())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        self.look(|| LocalFs.list(path))
    }

    fn kind(&self, path: &Path) -> io::Result<Option<EntryKind>> {
        self.look(|| LocalFs.kind(path))
    }

    fn open_lock(&self, path: &Path, create: bool) -> io::Result<Box<dyn LockFile>> {
        let file = self.change("open lock", path, || LocalFs.open_lock(path, create), || ())?;
        Ok(Box::new(FaultLock { fs: self.clone(), path: path.to_owned(), file }))
    }
}

#[derive(Debug)]
struct FaultWrite {
    fs: FaultFs,
    path: PathBuf,
    file: Box<dyn WriteFile>,
}

impl Write for FaultWrite {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Self { fs, path, file } = self;
        let file = std::cell::RefCell::new(file);
        let half = || {
            let _ = file.borrow_mut().write_all(&bytes[..bytes.len() / 2]);
        };
        fs.change("write", path, || file.borrow_mut().write_all(bytes).map(|()| bytes.len()), half)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.fs.look(|| self.file.flush())
    }
}

impl WriteFile for FaultWrite {
    fn sync(&mut self) -> io::Result<()> {
        let Self { fs, path, file } = self;
        fs.change("sync", path, || file.sync(), || ())
    }
}

#[derive(Debug)]
struct FaultLock {
    fs: FaultFs,
    path: PathBuf,
    file: Box<dyn LockFile>,
}

impl LockFile for FaultLock {
    fn try_exclusive(&self) -> io::Result<bool> {
        self.fs.change("try to lock", &self.path, || self.file.try_exclusive(), || ())
    }

    fn exclusive(&self) -> io::Result<()> {
        self.fs.change("lock", &self.path, || self.file.exclusive(), || ())
    }

    fn try_shared(&self) -> io::Result<bool> {
        self.fs.change("try to share", &self.path, || self.file.try_shared(), || ())
    }

    /// The operating system does this for a dead process too.
    fn unlock(&self) -> io::Result<()> {
        self.file.unlock()
    }

    fn is_at(&self, path: &Path) -> io::Result<bool> {
        self.fs.look(|| self.file.is_at(path))
    }

    fn read_text(&self) -> io::Result<String> {
        self.fs.look(|| self.file.read_text())
    }

    fn write_text(&self, text: &str) -> io::Result<()> {
        let verb = if text.is_empty() { "truncate" } else { "write" };
        let half = || drop(self.file.write_text(&text[..text.len() / 2]));
        self.fs.change(verb, &self.path, || self.file.write_text(text), half)
    }

    fn append_text(&self, text: &str) -> io::Result<()> {
        let half = || drop(self.file.append_text(&text[..text.len() / 2]));
        self.fs.change("append to", &self.path, || self.file.append_text(text), half)
    }

    fn sync(&self) -> io::Result<()> {
        self.fs.change("sync", &self.path, || self.file.sync(), || ())
    }
}
