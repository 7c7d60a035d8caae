//! A copy of datasets as a store of their own.
//!
//! The copy is made beside its destination under another name, and renamed when it is complete. `oups.json` is the last
//! file of the copy, so the remains of an export that died are not a store.

use std::path::{Path, PathBuf};

use super::create::{create_folders, prepare_store_file};
use super::files::{at_its_name, check_bytes};
use super::lock::Pin;
use super::outcome::{Attempt, Seen};
use crate::error::outcome::Outcome;
use crate::format::manifest::{self, Manifest, RowGroup};
use crate::fs::random::random;
use crate::fs::{EntryKind, StoreFs, if_there};
use crate::key::KeySchema;
use crate::parallel::try_map;
use crate::paths::{self, DatasetPaths};
use crate::{Error, Result};

/// How many files are copied before progress is reported.
const AT_ONCE: usize = 16;

/// The destination of the copy, and the folder in which it is made.
#[derive(Debug)]
pub(crate) struct StoreCopy {
    fs: StoreFs,
    dest: PathBuf,
    parent: PathBuf,
    incomplete: PathBuf,
}

impl StoreCopy {
    /// Checks the destination, and chooses the folder. Nothing is made yet.
    ///
    /// # Errors
    ///
    /// [`Error::ExportTarget`] if the copy cannot be at this destination.
    pub(super) fn at(fs: StoreFs, store: &Path, dest: PathBuf) -> Result<Self> {
        let refused = |found| Err(Error::ExportTarget { path: dest.clone(), found });
        let Some(name) = dest.file_name() else { return refused("it has no name of its own") };
        match fs.kind(&dest)? {
            None => {}
            Some(EntryKind::File) => return refused("a file is there"),
            Some(EntryKind::Other) => return refused("a symbolic link or a device is there"),
            Some(EntryKind::Dir) if fs.list(&dest)?.is_empty() => {}
            Some(EntryKind::Dir) => return refused("the folder that is there is not empty"),
        }
        if is_inside(&dest, store) {
            return refused("it is inside of the store");
        }
        let mut incomplete = name.to_owned();
        incomplete.push(format!("{}{:016x}", paths::INCOMPLETE, random()?));
        let parent = dest.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (parent, incomplete) = (parent.to_owned(), dest.with_file_name(incomplete));
        Ok(Self { fs, dest, parent, incomplete })
    }

    /// Makes the copy, whose keys have this schema, and gives it its name. `fill` adds the datasets. An error leaves
    /// nothing, except for missing folders above it that were made.
    ///
    /// # Errors
    ///
    /// That of `fill`; a failed file operation; [`Error::NotDurable`] or [`Error::OutcomeUnknown`] for the rename.
    pub(crate) fn make(&self, schema: &KeySchema, fill: impl FnOnce(&Self) -> Result<()>) -> Result<()> {
        let Self { fs, dest, parent, incomplete } = self;
        create_folders(fs, parent)?;
        fs.create_dir(incomplete)?;
        let attempt = Attempt::of_store("export");
        let look = || {
            Ok(match fs.kind(incomplete)? {
                Some(_) => Seen::Old,
                None => Seen::New,
            })
        };
        let filled = fill(self).and_then(|()| self.complete(schema));
        let named = filled.and_then(|()| attempt.rename(fs, incomplete, dest, look));
        named.inspect_err(|error| {
            if error.outcome() == Outcome::NotDone {
                let _ = remove_all(fs, incomplete);
            }
        })?;
        fs.sync_dir(parent).map_err(|source| attempt.not_durable(source))
    }

    fn complete(&self, schema: &KeySchema) -> Result<()> {
        let (fs, root) = (&self.fs, &self.incomplete);
        prepare_store_file(fs, root, schema)?;
        fs.rename(&root.join(paths::STORE_FILE_TMP), &root.join(paths::STORE_FILE))?;
        fs.sync_dir(root)
    }

    /// Copies a version of a dataset. `told` is called after every few files with the bytes of these.
    ///
    /// # Errors
    ///
    /// That of `told`, [`Error::Damaged`] for a file that is not what the manifest says, a failed file operation.
    pub(super) fn add(
        &self,
        (from, pin): (&StoreFs, Option<&Pin>),
        (source, manifest): (&DatasetPaths, &Manifest),
        mut told: impl FnMut(u64) -> Result<()>,
    ) -> Result<()> {
        let (fs, paths) = (&self.fs, DatasetPaths::new(&self.incomplete, source.text()));
        let folder = paths.folder();
        create_folders(fs, &folder)?;
        // Checking the copy's bytes finds damage of the source as well as of the copy.
        let copy = |entry: &RowGroup| {
            let to = paths.file(&entry.file);
            at_its_name(from, source, manifest, pin, entry, |path| from.copy(path, &to))?;
            fs.sync_file(&to)?;
            check_bytes(&*fs.open(&to)?, &source.file(&entry.file), entry)
        };
        for some in manifest.entries.chunks(AT_ONCE) {
            try_map(some.iter().collect(), copy)?;
            told(some.iter().map(|entry| entry.bytes).sum())?;
        }
        fs.sync_dir(&folder)?;
        // Every file is durable now, and the copy has no files of older versions.
        let entries = manifest.entries.iter().map(|entry| RowGroup { synced: true, ..entry.clone() }).collect();
        let copied = Manifest { entries, retired: Vec::new(), ..manifest.clone() }.with_durable();
        let (bytes, _) = manifest::encode(&paths.manifest(), &copied)?;
        self.write(&paths.manifest(), &bytes)?;
        // An empty lock file says that the last writer ended cleanly; `repair` relies on it.
        self.write(&paths.lock(), b"")?;
        fs.sync_dir(&paths.parent())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let mut file = self.fs.create(path)?;
        self.fs.write_all(&mut *file, path, bytes)?;
        self.fs.sync(&mut *file, path)
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
