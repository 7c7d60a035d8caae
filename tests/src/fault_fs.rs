//! A file system that fails, or dies, at a chosen operation.
//!
//! It wraps the local file system, so the files of a "dead process" are really on disk, and the plain [`LocalFs`] can
//! open the store again. Every operation that changes something or makes it durable is counted, in order. Looks and
//! reads are not counted, but they too fail after the death of the process.

use std::fmt::Debug;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::disk::{Event, relative};
use oups_core::fs::{DirEntry, EntryKind, Fs, LocalFs, LockAccess, LockFile, ReadFile, WriteFile};

/// The fault at the chosen operation.
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
    /// It reports an error, whether it is done or not, and from then on every look fails until
    /// [`FaultFs::sees_again`]; the process goes on.
    Blinds {
        /// Whether it is done.
        done: bool,
    },
    /// A write leaves half of its bytes, then the process dies. Other operations: as [`DiesBefore`](Self::DiesBefore).
    Torn,
}

/// The faulty file system.
#[derive(Clone, Debug)]
pub struct FaultFs {
    state: Arc<Mutex<State>>,
    watch: Watch,
}

/// Called before a file is read or opened for reading, and before a folder is listed, in the thread that does it.
#[derive(Clone)]
struct Watch(Arc<dyn Fn(&Path) + Send + Sync>);

impl Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}

#[derive(Debug)]
struct State {
    /// The operation to hit, counted from 0, and how.
    plan: Option<(Hit, Fault)>,
    done: Vec<String>,
    dead: bool,
    blind: bool,
    /// The name of a file whose first look fails.
    unseen: Option<String>,
    /// Paths in events are below this folder.
    root: PathBuf,
    events: Vec<Event>,
}

/// The chosen operation: by its number, or the first that [`FaultFs::operations`] calls so.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Hit {
    Number(usize),
    Told(String),
}

impl FaultFs {
    /// A file system that only counts.
    pub fn counting() -> Self {
        Self::new(None)
    }

    /// A file system that hits the operation of this number, from 0.
    pub fn hitting(operation: usize, fault: Fault) -> Self {
        Self::new(Some((Hit::Number(operation), fault)))
    }

    /// A file system that hits the first operation that [`operations`](Self::operations) calls so, such as `rename
    /// a.opdmd`.
    pub fn hitting_first(operation: &str, fault: Fault) -> Self {
        Self::new(Some((Hit::Told(operation.to_owned()), fault)))
    }

    fn new(plan: Option<(Hit, Fault)>) -> Self {
        let (done, root, events) = (Vec::new(), PathBuf::new(), Vec::new());
        let watch = Watch(Arc::new(|_| ()));
        Self {
            state: Arc::new(Mutex::new(State { plan, done, dead: false, blind: false, unseen: None, root, events })),
            watch,
        }
    }

    /// The same file system, which calls this before a file is read or opened for reading, and before a folder is
    /// listed.
    #[must_use]
    pub fn watching(self, watch: impl Fn(&Path) + Send + Sync + 'static) -> Self {
        Self { watch: Watch(Arc::new(watch)), ..self }
    }

    /// The same file system; its first look whether a file of this name exists fails.
    #[must_use]
    pub fn not_seeing(self, name: &str) -> Self {
        self.lock().unseen = Some(name.to_owned());
        self
    }

    /// The same file system, with the paths of its events below this folder.
    #[must_use]
    pub fn recording(self, root: &Path) -> Self {
        self.lock().root = root.to_owned();
        self
    }

    /// The changes of the disk so far.
    pub fn events(&self) -> Vec<Event> {
        self.lock().events.clone()
    }

    /// Records the event of an operation that was done, also if it reported an error.
    fn record<T>(&self, result: io::Result<T>, event: impl FnOnce(&dyn Fn(&Path) -> String) -> Event) -> io::Result<T> {
        if result.as_ref().err().is_none_or(|error| error.to_string() == FAILED_AFTER) {
            let mut state = self.lock();
            let event = event(&|path| relative(&state.root, path));
            state.events.push(event);
        }
        result
    }

    /// The operations so far, each as a verb and a file name.
    pub fn operations(&self) -> Vec<String> {
        self.lock().done.clone()
    }

    /// Looks succeed again.
    pub fn sees_again(&self) {
        self.lock().blind = false;
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
        let (dead, blind) = (self.is_dead(), self.lock().blind);
        match (dead, blind) {
            (true, _) => Err(death()),
            (false, true) => Err(io::Error::other("injected failure of a look")),
            (false, false) => act(),
        }
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
            let told = format!("{verb} {name}");
            let is_it = |hit: &Hit| *hit == Hit::Number(number) || *hit == Hit::Told(told.clone());
            let fault = state.plan.take_if(|(hit, _)| is_it(hit)).map(|(_, fault)| fault);
            state.done.push(told);
            state.blind |= matches!(fault, Some(Fault::Blinds { .. }));
            state.dead = matches!(fault, Some(Fault::DiesBefore | Fault::DiesAfter | Fault::Torn));
            fault
        };
        match fault {
            None => act(),
            Some(Fault::Fails) => Err(io::Error::other("injected failure")),
            Some(Fault::Blinds { done: false }) => Err(io::Error::other("injected failure")),
            Some(Fault::FailsAfter | Fault::Blinds { done: true }) => {
                act()?;
                Err(io::Error::other(FAILED_AFTER))
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

const FAILED_AFTER: &str = "injected failure, after it was done";

fn death() -> io::Error {
    io::Error::other("the process is dead")
}

impl Fs for FaultFs {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        (self.watch.0)(path);
        self.look(|| LocalFs.read(path))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn ReadFile>> {
        (self.watch.0)(path);
        self.look(|| LocalFs.open(path))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn WriteFile>> {
        let file = self.change("create", path, || LocalFs.create(path), || ());
        let file = self.record(file, |name| Event::Create(name(path)))?;
        Ok(Box::new(FaultWrite { fs: self.clone(), path: path.to_owned(), file }))
    }

    fn copy(&self, from: &Path, to: &Path) -> io::Result<()> {
        // No event: the power-loss model is for commits, and they copy nothing.
        self.change("copy to", to, || LocalFs.copy(from, to), || ())
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        let done = self.change("sync", path, || LocalFs.sync_file(path), || ());
        self.record(done, |name| Event::SyncFile(name(path)))
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let done = self.change("sync folder", path, || LocalFs.sync_dir(path), || ());
        self.record(done, |name| Event::SyncDir(name(path)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let done = self.change("rename", to, || LocalFs.rename(from, to), || ());
        self.record(done, |name| Event::Rename(name(from), name(to)))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let done = self.change("remove", path, || LocalFs.remove_file(path), || ());
        self.record(done, |name| Event::Remove(name(path)))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        let done = self.change("create folder", path, || LocalFs.create_dir(path), || ());
        self.record(done, |name| Event::MakeDir(name(path)))
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        let done = self.change("remove folder", path, || LocalFs.remove_dir(path), || ());
        self.record(done, |name| Event::RemoveDir(name(path)))
    }

    fn list(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        (self.watch.0)(path);
        self.look(|| LocalFs.list(path))
    }

    fn kind(&self, path: &Path) -> io::Result<Option<EntryKind>> {
        let is_it = |name: &mut String| path.ends_with(name);
        if self.lock().unseen.take_if(is_it).is_some() {
            return Err(io::Error::other("injected failure of a look"));
        }
        self.look(|| LocalFs.kind(path))
    }

    fn open_lock(&self, path: &Path, access: LockAccess) -> io::Result<Box<dyn LockFile>> {
        let is_new = !path.exists();
        let mut file = self.change("open lock", path, || LocalFs.open_lock(path, access), || ());
        if is_new {
            file = self.record(file, |name| Event::Create(name(path)));
        }
        let file = file?;
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
        let done = fs.change("write", path, || file.borrow_mut().write_all(bytes).map(|()| bytes.len()), half);
        fs.record(done, |name| Event::Append(name(path), bytes.to_vec()))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.fs.look(|| self.file.flush())
    }
}

impl WriteFile for FaultWrite {
    fn sync(&mut self) -> io::Result<()> {
        let Self { fs, path, file } = self;
        let done = fs.change("sync", path, || file.sync(), || ());
        fs.record(done, |name| Event::SyncFile(name(path)))
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

    /// Works for a dead process too, as the operating system unlocks its files.
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
        let done = self.fs.change(verb, &self.path, || self.file.write_text(text), half);
        self.fs.record(done, |name| Event::Replace(name(&self.path), text.as_bytes().to_vec()))
    }

    fn append_text(&self, text: &str) -> io::Result<()> {
        let half = || drop(self.file.append_text(&text[..text.len() / 2]));
        let done = self.fs.change("append to", &self.path, || self.file.append_text(text), half);
        self.fs.record(done, |name| Event::Append(name(&self.path), text.as_bytes().to_vec()))
    }

    fn sync(&self) -> io::Result<()> {
        let done = self.fs.change("sync", &self.path, || self.file.sync(), || ());
        self.fs.record(done, |name| Event::SyncFile(name(&self.path)))
    }
}
