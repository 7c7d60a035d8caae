//! Exports a consistent copy of a store: snapshots of datasets as a store of their own. `docs/export.md` has the
//! promises.
//!
//! The copy is made beside its destination under another name, and renamed when it is complete. `oups.json` is the last
//! file of the copy, so the remains of an export that died are not a store.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::task::Task;
use crate::error::outcome::Outcome;
use crate::format::manifest::{self, Manifest, RowGroup};
use crate::fs::random::random;
use crate::fs::{EntryKind, StoreFs, if_there};
use crate::key::{KeyFilter, StoreKey};
use crate::parallel::try_map;
use crate::paths::{self, DatasetPaths};
use crate::snapshot::Snapshot;
use crate::storage::create::{create_folders, prepare_store_file};
use crate::storage::files::check_bytes;
use crate::storage::moment::{Moment, Together};
use crate::storage::outcome::{Attempt, Seen};
use crate::store::Store;
use crate::write::progress::{Listener, Phase};
use crate::{Error, Result};

/// How many files are copied before progress is reported.
const AT_ONCE: usize = 16;

/// The report of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportReport {
    /// The number of datasets that were copied.
    pub datasets: usize,
    /// The number of row group files that were copied.
    pub row_groups: usize,
    /// The number of rows in them.
    pub rows: u64,
    /// The length of all row group files in bytes.
    pub bytes: u64,
    /// Whether, at one moment, all datasets were as they are in the copy.
    pub moment: Moment,
}

/// A task that copies datasets into a store of their own: see [`Store::export`].
#[derive(Debug)]
pub struct Export<K> {
    store: Store<K>,
    dest: PathBuf,
    filter: KeyFilter,
    together: Together,
}

impl<K: StoreKey> Task<Export<K>> {
    /// Whether the datasets must be of one moment: see [`Together`].
    pub fn together(mut self, together: Together) -> Self {
        self.of.together = together;
        self
    }

    /// Makes the copy. It gets its name once it is complete and durable.
    ///
    /// # Errors
    ///
    /// - [`Error::ExportTarget`] if something is at the destination, or it is inside of the store; [`Error::Damaged`]
    ///   if a dataset is damaged; [`Error::Busy`] if one moment is demanded and not found in time;
    ///   [`Error::ExportStopped`] if the export was stopped; [`Error::Io`] if a file operation fails. Nothing is left
    ///   then.
    /// - [`Error::NotDurable`] if the copy is complete but a power loss may undo it.
    /// - [`Error::OutcomeUnknown`] if it is not known whether the copy has its name.
    pub fn run(self) -> Result<ExportReport> {
        let Self { of: Export { store, dest, filter, together }, listener } = self;
        let fs = store.inner().storage.fs().for_another_store();
        let target = Target::at(&fs, store.root(), &dest)?;
        // One pin holds all snapshots.
        let (_, snapshots) = store.snapshots_where(filter, together)?;
        target.fill(&fs, |root| {
            let mut copy = Copy { fs: &fs, root, dest: &dest, done: 0, total: total(&snapshots), listener };
            snapshots.iter().try_for_each(|snapshot| copy.dataset(snapshot))?;
            prepare_store_file(&fs, root, store.schema())?;
            fs.rename(&root.join(paths::STORE_FILE_TMP), &root.join(paths::STORE_FILE))?;
            fs.sync_dir(root)
        })?;
        Ok(exported(&snapshots, snapshots.moment()))
    }
}

impl<K: StoreKey> Store<K> {
    /// Begins a copy of the datasets that pass a filter, as a new store. Each dataset is copied from a snapshot: a
    /// commit of a writer is in the copy as a whole or not at all, and nobody waits. All are of one moment, unless
    /// writers do not pause within 200 ms: [`ExportReport::moment`] says so. Every copied byte is checked.
    ///
    /// `dest` must not exist, or must be an empty folder.
    pub fn export(&self, dest: impl AsRef<Path>, filter: impl Into<KeyFilter>) -> Task<Export<K>> {
        let (dest, filter, together) = (dest.as_ref().to_owned(), filter.into(), Together::default());
        Task::new(Export { store: self.clone(), dest, filter, together })
    }
}

fn total(snapshots: &[Snapshot]) -> u64 {
    snapshots.iter().map(|snapshot| snapshot.manifest().bytes()).fold(0, u64::saturating_add)
}

fn exported(snapshots: &[Snapshot], moment: Moment) -> ExportReport {
    let manifests = || snapshots.iter().map(Snapshot::manifest);
    ExportReport {
        datasets: snapshots.len(),
        row_groups: manifests().map(|manifest| manifest.entries.len()).sum(),
        rows: manifests().map(Manifest::rows).fold(0, u64::saturating_add),
        bytes: total(snapshots),
        moment,
    }
}

/// The destination of the copy, and the folder in which it is made.
struct Target<'a> {
    dest: &'a Path,
    parent: PathBuf,
    incomplete: PathBuf,
}

impl<'a> Target<'a> {
    /// Checks the destination, and chooses the folder.
    ///
    /// # Errors
    ///
    /// [`Error::ExportTarget`] if the copy cannot be at this destination.
    fn at(fs: &StoreFs, store: &Path, dest: &'a Path) -> Result<Self> {
        let refused = |found| Err(Error::ExportTarget { path: dest.to_owned(), found });
        let Some(name) = dest.file_name() else { return refused("it has no name of its own") };
        match fs.kind(dest)? {
            None => {}
            Some(EntryKind::File) => return refused("a file is there"),
            Some(EntryKind::Other) => return refused("a symbolic link or a device is there"),
            Some(EntryKind::Dir) if fs.list(dest)?.is_empty() => {}
            Some(EntryKind::Dir) => return refused("the folder that is there is not empty"),
        }
        if is_inside(dest, store) {
            return refused("it is inside of the store");
        }
        let mut incomplete = name.to_owned();
        incomplete.push(format!("{}{:016x}", paths::INCOMPLETE, random()?));
        let parent = dest.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(Self { dest, parent: parent.to_owned(), incomplete: dest.with_file_name(incomplete) })
    }

    /// Makes the copy and gives it its name. An error leaves nothing, except for missing folders above it that were
    /// made.
    fn fill(&self, fs: &StoreFs, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        create_folders(fs, &self.parent)?;
        fs.create_dir(&self.incomplete)?;
        let attempt = Attempt::of_store("export");
        let look = || {
            Ok(match fs.kind(&self.incomplete)? {
                Some(_) => Seen::Old,
                None => Seen::New,
            })
        };
        let named = fill(&self.incomplete).and_then(|()| attempt.rename(fs, &self.incomplete, self.dest, look));
        named.inspect_err(|error| {
            if error.outcome() == Outcome::NotDone {
                let _ = remove_all(fs, &self.incomplete);
            }
        })?;
        fs.sync_dir(&self.parent).map_err(|source| attempt.not_durable(source))
    }
}

/// Whether the path, taken literally, leads into the folder.
fn is_inside(path: &Path, folder: &Path) -> bool {
    match (std::path::absolute(path), std::path::absolute(folder)) {
        (Ok(path), Ok(folder)) => path.starts_with(folder),
        _ => false,
    }
}

/// Removes the folder of a failed export, with all that is in it.
fn remove_all(fs: &StoreFs, folder: &Path) -> Result<()> {
    for entry in fs.list(folder)? {
        let path = folder.join(&entry.name);
        match entry.kind {
            EntryKind::Dir => remove_all(fs, &path)?,
            EntryKind::File | EntryKind::Other => fs.remove_file_if_there(&path)?,
        }
    }
    if_there(fs.remove_dir(folder)).map(|_| ())
}

/// The state of a running export.
struct Copy<'a> {
    fs: &'a StoreFs,
    root: &'a Path,
    dest: &'a Path,
    done: u64,
    total: u64,
    listener: Listener,
}

impl Copy<'_> {
    /// Copies one dataset: first its files, then its manifest, and last its empty lock file.
    fn dataset(&mut self, snapshot: &Snapshot) -> Result<()> {
        let name: Arc<str> = snapshot.dataset().into();
        self.tell(&name)?;
        let paths = DatasetPaths::new(self.root, snapshot.dataset());
        let folder = paths.folder();
        create_folders(self.fs, &folder)?;
        for some in snapshot.manifest().entries.chunks(AT_ONCE) {
            let copy = |entry: &RowGroup| copy_file(self.fs, snapshot, entry, &paths.file(&entry.file));
            try_map(some.iter().collect(), copy)?;
            self.done += some.iter().map(|entry| entry.bytes).sum::<u64>();
            self.tell(&name)?;
        }
        self.fs.sync_dir(&folder)?;
        // Every file is durable now, and the copy has no files of older versions.
        let entries =
            snapshot.manifest().entries.iter().map(|entry| RowGroup { synced: true, ..entry.clone() }).collect();
        let copy = Manifest { entries, retired: Vec::new(), ..snapshot.manifest().clone() }.with_durable();
        let (bytes, _) = manifest::encode(&paths.manifest(), &copy)?;
        self.write(&paths.manifest(), &bytes)?;
        // An empty lock file says that the last writer ended cleanly; `repair` relies on it.
        self.write(&paths.lock(), b"")?;
        self.fs.sync_dir(&paths.parent())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let mut file = self.fs.create(path)?;
        self.fs.write_all(&mut *file, path, bytes)?;
        self.fs.sync(&mut *file, path)
    }

    fn tell(&self, dataset: &Arc<str>) -> Result<()> {
        match self.listener.tell(Phase::Copying, Some(dataset), self.done, Some(self.total)) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::ExportStopped { path: self.dest.to_owned() }),
        }
    }
}

/// Copies a row group file and checks the copy's bytes. This finds damage of the source as well as of the copy.
fn copy_file(fs: &StoreFs, snapshot: &Snapshot, entry: &RowGroup, to: &Path) -> Result<()> {
    snapshot.copy(entry, to)?;
    fs.sync_file(to)?;
    check_bytes(&*fs.open(to)?, &snapshot.path_of(entry), entry)
}
