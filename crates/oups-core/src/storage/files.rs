//! Opens row group files, under their live name or their retired one.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::lock::Pin;
use crate::format::checksum::checksum_of;
use crate::format::manifest::{Manifest, RowGroup};
use crate::fs::{ReadFile, StoreFs, failed, is_not_found};
use crate::paths::{DatasetPaths, FolderName};
use crate::row_group::{RowGroupFacts, RowGroupFile, View};
use crate::schema::DatasetSchema;
use crate::{Error, Result};
use std::collections::HashSet;

/// The row group files of the newest version, for the writer that has the turn. Nobody else can retire them meanwhile.
/// Clones share which files were verified.
#[derive(Clone, Debug)]
pub(crate) struct LiveFiles {
    fs: StoreFs,
    paths: DatasetPaths,
    /// The names of files whose bytes were compared with their checksum. A merge opens some files two or three times.
    verified: Arc<Mutex<HashSet<Arc<str>>>>,
}

impl LiveFiles {
    pub(super) fn new(fs: &StoreFs, paths: &DatasetPaths) -> Self {
        Self { fs: fs.clone(), paths: paths.clone(), verified: Arc::default() }
    }

    /// Opens a file. The first time, its checksum is verified: a writer writes again what it reads, so damage that can
    /// be decoded would get a right checksum.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if the file is missing or differs from the manifest's facts.
    pub(crate) fn open(&self, entry: &RowGroup, schema: &Arc<DatasetSchema>) -> Result<RowGroupFile> {
        let (path, file) = self.file(entry)?;
        if !self.verified().contains(&entry.file) {
            check_bytes(&*file, &path, entry)?;
            self.verified().insert(entry.file.clone());
        }
        RowGroupFile::open(file, path, schema, View::Plain, &facts(entry))
    }

    /// As [`open`](Self::open), but without verifying the checksum, for rows that are only looked at.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub(crate) fn open_unverified(&self, entry: &RowGroup, schema: &Arc<DatasetSchema>) -> Result<RowGroupFile> {
        let (path, file) = self.file(entry)?;
        RowGroupFile::open(file, path, schema, View::Plain, &facts(entry))
    }

    /// Opens a file under its live name, or under its retired one.
    fn file(&self, entry: &RowGroup) -> Result<(PathBuf, Arc<dyn ReadFile>)> {
        let (fs, paths) = (&self.fs, &self.paths);
        let path = paths.file(&entry.file);
        let file = match open_or_missing(fs, &path) {
            // A power loss can undo an unsynced commit, but not the renames of the files that it had replaced.
            Err(missing @ Error::Damaged { .. }) => match retired_name(fs, paths, &entry.file)? {
                Some(name) => fs.open(&paths.file(&name))?,
                None => return Err(missing),
            },
            other => other?,
        };
        Ok((path, file))
    }

    fn verified(&self) -> MutexGuard<'_, HashSet<Arc<str>>> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a file that the manifest names.
///
/// # Errors
///
/// [`Error::Damaged`] if it is missing.
pub(crate) fn open_or_missing(fs: &StoreFs, path: &Path) -> Result<Arc<dyn ReadFile>> {
    match fs.open(path) {
        Err(error) if is_not_found(&error) => {
            Err(Error::Damaged { path: path.to_owned(), detail: "the file is missing".to_owned() })
        }
        other => other,
    }
}

/// Compares a file's length and checksum with the manifest's.
///
/// # Errors
///
/// [`Error::Damaged`] if they differ; [`Error::Io`] if the file cannot be read.
pub(crate) fn check_bytes(file: &dyn ReadFile, path: &Path, entry: &RowGroup) -> Result<()> {
    let damaged = |detail| Err(Error::Damaged { path: path.to_owned(), detail });
    if file.len() != entry.bytes {
        return damaged(format!("expected {} bytes, found {}", entry.bytes, file.len()));
    }
    match checksum_of(file).map_err(failed("read", path))? {
        found if found == entry.checksum => Ok(()),
        found => damaged(format!("expected checksum {:032x}, found {found:032x}", entry.checksum)),
    }
}

/// The retired name of a row group file, if the folder has it.
fn retired_name(fs: &StoreFs, paths: &DatasetPaths, file: &str) -> Result<Option<String>> {
    let is_it = |name: &str| matches!(FolderName::parse(name), Some(FolderName::Retired { name, .. }) if name == file);
    Ok(fs.list(&paths.folder())?.into_iter().map(|entry| entry.name).find(|name| is_it(name)))
}

pub(crate) fn facts(entry: &RowGroup) -> RowGroupFacts {
    RowGroupFacts { rows: entry.rows, bytes: entry.bytes, min: entry.min.clone(), max: entry.max.clone() }
}

/// Does something with a row group file of a version, under its live name or, once a later commit has replaced it, its
/// retired one.
///
/// # Errors
///
/// If the file has neither name: [`Error::SnapshotGone`] if a later commit may have deleted it, [`Error::Damaged`] if
/// the version is still the newest, or is pinned, so that the file must be there.
pub(crate) fn at_its_name<T>(
    fs: &StoreFs,
    paths: &DatasetPaths,
    manifest: &Manifest,
    pin: Option<&Pin>,
    entry: &RowGroup,
    act: impl Fn(&Path) -> Result<T>,
) -> Result<T> {
    if let Some(pin) = pin {
        pin.check()?;
    }
    let path = paths.file(&entry.file);
    for _ in 0..LOOKS {
        match act(&path) {
            Err(error) if is_not_found(&error) => {}
            other => return other,
        }
        if let Some(name) = retired_name(fs, paths, &entry.file)? {
            match act(&paths.folder().join(name)) {
                Err(error) if is_not_found(&error) => {}
                other => return other,
            }
        }
    }
    let unchanged = crate::storage::load::load(fs, paths)?.is_some_and(|now| *now.manifest == *manifest);
    if unchanged || pin.is_some_and(|pin| pin.is_in_place()) {
        return Err(Error::Damaged { path, detail: "the file is missing".to_owned() });
    }
    Err(Error::SnapshotGone { dataset: paths.text().to_owned(), version: manifest.version(), path })
}

/// How often a file is looked for under both names before it counts as missing. A writer may rename it between two
/// looks.
const LOOKS: usize = 3;
