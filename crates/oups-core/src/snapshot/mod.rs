//! What a reader holds: one version of a dataset, whose files stay until it lets go.

pub(crate) mod moment;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::format::checksum::checksum_of;
use crate::format::manifest::{Entry, Manifest};
use crate::fs::{ReadFile, StoreFs, failed, is_not_found};
use crate::paths::{DatasetPaths, FolderName};
use crate::row_group::{FileFacts, Footers, RowGroupFile, View};
use crate::schema::DatasetSchema;
use crate::storage::lock::Pin;
use crate::store::LocalStorage;
use crate::version::Version;
use crate::{Error, Result};
use moment::{Search, Together, at_one_moment};

/// How often a file is looked for under its live and its retired name before it is called missing: between the two looks
/// a writer may rename it.
const LOOKS: usize = 3;

/// One version of a dataset. Whatever writers do, its files stay readable until the last clone is dropped.
///
/// Where no pin can be made (read-only media, no permission) the snapshot reads unpinned; a file that a writer deletes
/// is then [`Error::SnapshotGone`].
#[derive(Clone, Debug)]
pub struct Snapshot {
    fs: StoreFs,
    paths: DatasetPaths,
    manifest: Arc<Manifest>,
    schema: Arc<DatasetSchema>,
    pin: Option<Arc<Pin>>,
    /// Of the store handle.
    footers: Arc<Footers>,
}

impl Snapshot {
    /// A snapshot of one dataset; `None` if it does not exist.
    pub(crate) fn open(storage: &LocalStorage, paths: &DatasetPaths) -> Result<Option<Self>> {
        let mut search = Search::begin(Together::default());
        let (mut found, _) = at_one_moment(storage, std::slice::from_ref(paths), &mut search)?;
        Ok(found.pop().flatten())
    }

    /// A snapshot of the version with this manifest, which the pin holds.
    pub(crate) fn of(
        storage: &LocalStorage,
        paths: &DatasetPaths,
        manifest: Arc<Manifest>,
        pin: Option<Arc<Pin>>,
    ) -> Result<Self> {
        let schema = Arc::new(manifest.dataset_schema()?);
        let (fs, footers) = (storage.fs.clone(), storage.cache.footers.clone());
        Ok(Self { fs, paths: paths.clone(), manifest, schema, pin, footers })
    }

    /// The dataset's path text.
    pub fn dataset(&self) -> &str {
        self.paths.text()
    }

    /// Its columns and which of them it is ordered on.
    pub fn schema(&self) -> &Arc<DatasetSchema> {
        &self.schema
    }

    /// Which version it is.
    pub fn version(&self) -> Version {
        self.manifest.version()
    }

    /// The version's manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where a row group file is while it is live.
    pub(crate) fn path_of(&self, entry: &Entry) -> PathBuf {
        self.paths.file(&entry.file)
    }

    /// Opens one of the version's row group files and checks it against the manifest: length, rows, one row group. Of a
    /// file that was opened before through the same store handle footer and page index are known, as long as they are
    /// among the last 32 MiB of them.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if the file is missing or not what the manifest says, [`Error::SnapshotGone`] if it is missing
    /// and the snapshot is not pinned or its store was moved, [`Error::Forked`] in a child of the process that made the snapshot.
    pub fn open_row_group(&self, entry: &Entry) -> Result<RowGroupFile> {
        self.opened(self.open_file(entry)?, entry)
    }

    /// As [`open_row_group`](Self::open_row_group), after comparing every byte of the file with its checksum.
    ///
    /// # Errors
    ///
    /// As [`open_row_group`](Self::open_row_group), and [`Error::Damaged`] for any changed byte.
    pub fn open_row_group_verified(&self, entry: &Entry) -> Result<RowGroupFile> {
        let file = self.open_file(entry)?;
        check_bytes(&*file, &self.paths.file(&entry.file), entry)?;
        self.opened(file, entry)
    }

    fn opened(&self, file: Arc<dyn ReadFile>, entry: &Entry) -> Result<RowGroupFile> {
        let (path, facts) = (self.paths.file(&entry.file), facts(entry));
        if let Some(footer) = self.footers.get(entry.checksum, &self.schema, &facts) {
            return RowGroupFile::reopen(file, path, &self.schema, &facts, footer);
        }
        let open = RowGroupFile::open(file, path, &self.schema, View::Stored, &facts)?;
        self.footers.keep(entry.checksum, open.footer(facts));
        Ok(open)
    }

    pub(crate) fn open_file(&self, entry: &Entry) -> Result<Arc<dyn ReadFile>> {
        self.at_its_name(entry, |path| self.fs.open(path))
    }

    /// Does something with a row group file under its live name or, once a later commit has replaced it, its retired one.
    pub(crate) fn at_its_name<T>(&self, entry: &Entry, act: impl Fn(&Path) -> Result<T>) -> Result<T> {
        at_its_name(&self.fs, &self.paths, &self.manifest, self.pin.as_deref(), entry, act)
    }
}

fn retired_name(fs: &StoreFs, paths: &DatasetPaths, file: &str) -> Result<Option<String>> {
    let is_it = |name: &str| matches!(FolderName::parse(name), Some(FolderName::Retired { name, .. }) if name == file);
    Ok(fs.list(&paths.folder())?.into_iter().map(|entry| entry.name).find(|name| is_it(name)))
}

/// Opens a row group file of the newest version, for a writer: nobody but itself can retire it.
///
/// Its checksum is verified: what a writer reads it writes anew, and damage that can be decoded would get a good checksum.
pub(crate) fn open_live(
    fs: &StoreFs,
    paths: &DatasetPaths,
    entry: &Entry,
    schema: &Arc<DatasetSchema>,
) -> Result<RowGroupFile> {
    let (path, file) = live_file(fs, paths, entry)?;
    check_bytes(&*file, &path, entry)?;
    RowGroupFile::open(file, path, schema, View::Plain, &facts(entry))
}

/// As [`open_live`], for rows that are only looked at: the bytes are not compared with the checksum.
pub(crate) fn open_live_unverified(
    fs: &StoreFs,
    paths: &DatasetPaths,
    entry: &Entry,
    schema: &Arc<DatasetSchema>,
) -> Result<RowGroupFile> {
    let (path, file) = live_file(fs, paths, entry)?;
    RowGroupFile::open(file, path, schema, View::Plain, &facts(entry))
}

fn live_file(fs: &StoreFs, paths: &DatasetPaths, entry: &Entry) -> Result<(PathBuf, Arc<dyn ReadFile>)> {
    let path = paths.file(&entry.file);
    let file = match open_or_missing(fs, &path) {
        // A power loss can undo an unsynced commit and not the renaming of what it had replaced.
        Err(missing @ Error::Damaged { .. }) => match retired_name(fs, paths, &entry.file)? {
            Some(name) => fs.open(&paths.file(&name))?,
            None => return Err(missing),
        },
        other => other?,
    };
    Ok((path, file))
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

/// Compares a file's length and every byte of it with what the manifest says.
///
/// # Errors
///
/// [`Error::Damaged`] if they differ; [`Error::Io`] if the file cannot be read.
pub(crate) fn check_bytes(file: &dyn ReadFile, path: &Path, entry: &Entry) -> Result<()> {
    let damaged = |detail| Err(Error::Damaged { path: path.to_owned(), detail });
    if file.len() != entry.bytes {
        return damaged(format!("expected {} bytes, found {}", entry.bytes, file.len()));
    }
    match checksum_of(file).map_err(failed("read", path))? {
        found if found == entry.checksum => Ok(()),
        found => damaged(format!("expected checksum {:032x}, found {found:032x}", entry.checksum)),
    }
}

fn facts(entry: &Entry) -> FileFacts {
    FileFacts { rows: entry.rows, bytes: entry.bytes, min: entry.min.clone(), max: entry.max.clone() }
}

/// Does something with a row group file under its live name or, once a later commit has replaced it, its retired one.
pub(crate) fn at_its_name<T>(
    fs: &StoreFs,
    paths: &DatasetPaths,
    manifest: &Manifest,
    pin: Option<&Pin>,
    entry: &Entry,
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
