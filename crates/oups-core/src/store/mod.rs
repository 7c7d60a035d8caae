//! The store: a folder of datasets whose keys have one schema.

pub(crate) mod dataset;
pub(crate) mod discover;
pub(crate) mod together;

use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::format::store_file;
use crate::fs::{EntryKind, Fs, LocalFs, LockAccess, StoreFs, is_not_found};
use crate::input::rows::IntoRows;
use crate::key::{AnyKey, KeyFilter, KeySchema, StoreKey};
use crate::maintenance::layout_text;
use crate::maintenance::verify::{self, Finding};
use crate::paths::{self, DatasetPaths};
use crate::snapshot::Snapshot;
use crate::snapshot::moment::Together;
use crate::storage::handle_cache::Kept;
use crate::storage::lock::{Patience, Take, open_locked};
use crate::storage::outcome::{Attempt, Seen};
use crate::storage::remove::remove;
use crate::storage::turn::Turn;
use crate::write::ingest::Ingest;
use crate::{Error, Result};
use dataset::Dataset;
use discover::{Discovery, discover};

/// A store of datasets named by keys of type `K`: a struct with `#[derive(TopLevel)]`, or [`AnyKey`] for programs that
/// work with any store.
///
/// Cloning is cheap, and a store can be shared between threads. Several handles on one folder, in one process or many,
/// work together.
#[derive(Debug)]
pub struct Store<K> {
    inner: Arc<StoreInner>,
    keys: PhantomData<fn() -> K>,
}

impl<K> Clone for Store<K> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), keys: PhantomData }
    }
}

/// How far [`Store::verify_with`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyProgress<'a> {
    /// The path text of the dataset that is looked at.
    pub dataset: &'a str,
    /// How many datasets are done.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// Row groups of this dataset that are done, and how many it has.
    pub row_groups: (usize, usize),
    /// Bytes of row group files that were looked at, of all datasets.
    pub bytes: u64,
}

/// What all handles made from one opened store share.
#[derive(Debug)]
pub(crate) struct StoreInner {
    pub(crate) storage: LocalStorage,
    pub(crate) schema: KeySchema,
}

/// The datasets of one store on a local disk: where they are, and what is kept of them for the next call.
#[derive(Debug)]
pub(crate) struct LocalStorage {
    pub(crate) root: PathBuf,
    pub(crate) fs: StoreFs,
    pub(crate) cache: Kept,
}

impl<K: StoreKey> Store<K> {
    /// Opens the store in a folder.
    ///
    /// # Errors
    ///
    /// [`Error::NoStore`] where the folder has no `oups.json`, [`Error::StoreSchema`] if its keys are not `K`s,
    /// [`Error::Damaged`] or [`Error::NewerFormat`] if its `oups.json` cannot be understood.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_on(Arc::new(LocalFs), path)
    }

    /// [`open`](Self::open) on a file system of the caller's.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_on(fs: Arc<dyn Fs>, path: impl AsRef<Path>) -> Result<Self> {
        let (fs, root) = (StoreFs::new(fs), path.as_ref().to_owned());
        let file = root.join(paths::STORE_FILE);
        fs.expect_kind(&file, EntryKind::File)?;
        let Some(bytes) = fs.read_if_there(&file)? else { return Err(Error::NoStore { path: root }) };
        let found = store_file::decode(&file, bytes)?;
        if let Some(expected) = K::own_schema()
            && !expected.is_compatible(&found)
        {
            return Err(Error::StoreSchema { path: root, expected: expected.to_string(), found: found.to_string() });
        }
        // The caller's schema has the caller's names for nested levels; for the paths both are the same.
        Ok(Self::new(fs, root, K::own_schema().unwrap_or(found)))
    }

    fn new(fs: StoreFs, root: PathBuf, schema: KeySchema) -> Self {
        Self {
            inner: Arc::new(StoreInner { storage: LocalStorage { root, fs, cache: Kept::default() }, schema }),
            keys: PhantomData,
        }
    }

    fn create_with(fs: Arc<dyn Fs>, path: &Path, schema: KeySchema) -> Result<Self> {
        let (fs, root) = (StoreFs::new(fs), path.to_owned());
        create_folders(&fs, &root)?;
        let file = root.join(paths::STORE_FILE);
        let lock_path = root.join(paths::STORE_LOCK);
        // Two processes may make the store at once; the second is to find the first's.
        let lock = open_locked(&fs, &lock_path, LockAccess::Create, Take::Exclusive)?;
        let made = if fs.kind(&file)?.is_some() {
            Err(Error::StoreExists { path: root.clone() })
        } else {
            make_store(&fs, &root, &schema)
        };
        let _ = fs.remove_file_if_there(&lock_path);
        drop(lock);
        made.map(|()| Self::new(fs, root, schema))
    }

    /// The folder of the store.
    pub fn root(&self) -> &Path {
        &self.inner.storage.root
    }

    /// The schema of the store's keys.
    pub fn schema(&self) -> &KeySchema {
        &self.inner.schema
    }

    /// A handle on the dataset of this key, which need not exist yet.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] if the key has no path: a component over 200 bytes.
    pub fn dataset(&self, key: &K) -> Result<Dataset> {
        Ok(Dataset::new(self.inner.clone(), self.paths(key)?))
    }

    pub(crate) fn inner(&self) -> &StoreInner {
        &self.inner
    }

    pub(crate) fn inner_arc(&self) -> Arc<StoreInner> {
        self.inner.clone()
    }

    pub(crate) fn paths(&self, key: &K) -> Result<DatasetPaths> {
        Ok(DatasetPaths::new(&self.inner.storage.root, &key.path_text(&self.inner.schema)?))
    }

    /// The keys of all datasets, in key order.
    ///
    /// # Errors
    ///
    /// Where a folder cannot be listed.
    pub fn keys(&self) -> Result<Vec<K>> {
        self.keys_where(KeyFilter::all())
    }

    /// The keys of the datasets that a filter lets through, in key order. Folders that it rules out are not listed.
    ///
    /// # Errors
    ///
    /// Where a folder cannot be listed.
    pub fn keys_where(&self, filter: impl Into<KeyFilter>) -> Result<Vec<K>> {
        Ok(self.discover(filter)?.keys)
    }

    /// As [`keys_where`](Self::keys_where), with the files and folders that are no part of the store.
    ///
    /// # Errors
    ///
    /// Where a folder cannot be listed.
    pub fn discover(&self, filter: impl Into<KeyFilter>) -> Result<Discovery<K>> {
        discover(self.inner.storage.fs.raw(), &self.inner.storage.root, &self.inner.schema, &filter.into())
    }

    /// Looks at every byte of the datasets that a filter lets through, and at what lies between them. An empty answer
    /// means that all is well. Nothing is changed, and writers and readers are not in the way.
    ///
    /// # Errors
    ///
    /// Where a folder cannot be listed or a pin not be made; what is wrong with the store is no error but a finding.
    pub fn verify(&self, filter: impl Into<KeyFilter>) -> Result<Vec<Finding>> {
        self.verify_with(filter, |_| ())
    }

    /// As [`verify`](Self::verify), telling after every few row groups and each dataset how far it is.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    pub fn verify_with(
        &self,
        filter: impl Into<KeyFilter>,
        mut progress: impl FnMut(VerifyProgress<'_>),
    ) -> Result<Vec<Finding>> {
        let found = self.discover(filter)?;
        let total = found.keys.len() + found.remains.len();
        let mut findings = verify::outside(&self.inner, &found.strangers)?;
        let mut bytes = 0;
        for (done, key) in found.keys.iter().chain(&found.remains).enumerate() {
            let dataset = self.dataset(key)?;
            let (mut of_dataset, mut row_groups) = (0, (0, 0));
            findings.extend(verify::dataset(&dataset, &mut |so_far, now| {
                (of_dataset, row_groups) = (now, so_far);
                let bytes = bytes + now;
                progress(VerifyProgress { dataset: dataset.path_text(), done, total, row_groups, bytes });
            })?);
            bytes += of_dataset;
            progress(VerifyProgress { dataset: dataset.path_text(), done: done + 1, total, row_groups, bytes });
        }
        findings.sort();
        Ok(findings)
    }

    /// Begins an ingest of rows for any number of datasets: their columns hold the fields of the keys, named as these. Takes
    /// what a write takes. Nothing happens before [`Ingest::commit`].
    pub fn ingest<Kind>(&self, rows: impl IntoRows<Kind>) -> Ingest<'_, K> {
        Ingest::new(self, rows.into_rows())
    }

    /// Removes a dataset. Readers that hold a snapshot of it go on undisturbed.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`] where there is none, [`Error::ManifestLost`] where only its manifest is gone;
    /// [`Error::NotDurable`] if it is gone but the disk may not have it, [`Error::OutcomeUnknown`] if that is not known.
    pub fn remove(&self, key: &K) -> Result<()> {
        self.remove_on(key, None)
    }

    /// As [`remove`](Self::remove), giving up when the dataset's lock is not to be had for so long.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`], and those of [`remove`](Self::remove).
    pub fn remove_within(&self, key: &K, lock_timeout: Duration) -> Result<()> {
        self.remove_on(key, Some(lock_timeout))
    }

    fn remove_on(&self, key: &K, lock_timeout: Option<Duration>) -> Result<()> {
        let paths = self.paths(key)?;
        let _span = tracing::info_span!("remove", dataset = paths.text()).entered();
        // Looked for before locking: taking the lock makes the folders above the dataset.
        if self.inner.storage.fs.kind(&paths.manifest())?.is_none()
            && self.inner.storage.fs.kind(&paths.tombstone())?.is_none()
        {
            return Err(self.dataset(key)?.absent());
        }
        remove(Turn::begin(&self.inner.storage.fs, &paths, &mut Patience::of(lock_timeout), None)?)
    }

    /// A picture of the store as text: keys, row groups, rows, spans. It holds no sizes, ids or times, so it is the same
    /// for the same writes: made for `insta::assert_snapshot!`.
    ///
    /// # Errors
    ///
    /// Where a folder cannot be listed or a manifest not be read.
    pub fn layout(&self) -> Result<String> {
        let (_, snapshots) = self.snapshots_where(KeyFilter::all(), Together::default())?;
        Ok(layout_text::of_store(&self.inner.schema, snapshots.iter().map(Snapshot::manifest)))
    }
}

/// Stores whose keys are a struct of the program.
impl<K: crate::key::TopLevel> Store<K> {
    /// Makes a store in a folder, which is made too where it is missing.
    ///
    /// # Errors
    ///
    /// [`Error::StoreExists`] if there is one already; [`Error::NotDurable`] if it is there but the disk may not have it,
    /// [`Error::OutcomeUnknown`] if it is not known whether it is there.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Self::create_on(Arc::new(LocalFs), path)
    }

    /// [`create`](Self::create) on a file system of the caller's.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create).
    pub fn create_on(fs: Arc<dyn Fs>, path: impl AsRef<Path>) -> Result<Self> {
        Self::create_with(fs, path.as_ref(), K::schema())
    }

    /// Opens the store in a folder, or makes one.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open) for a store that is there.
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Self> {
        match Self::open(path.as_ref()) {
            Err(Error::NoStore { .. }) => match Self::create(path.as_ref()) {
                Err(Error::StoreExists { .. }) => Self::open(path),
                other => other,
            },
            other => other,
        }
    }
}

/// Stores for programs that do not have the struct.
impl Store<AnyKey> {
    /// Makes a store whose keys have this schema.
    ///
    /// # Errors
    ///
    /// [`Error::StoreExists`] if there is one already.
    pub fn create_for(path: impl AsRef<Path>, schema: KeySchema) -> Result<Self> {
        Self::create_with(Arc::new(LocalFs), path.as_ref(), schema)
    }

    /// The key of a path text.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] if the text is no path of a key of this store.
    pub fn parse_key(&self, text: &str) -> Result<AnyKey> {
        Ok(AnyKey::parse_path(&self.inner.schema, text)?)
    }
}

pub(crate) fn create_folders(fs: &StoreFs, path: &Path) -> Result<()> {
    match fs.create_dir(path) {
        Ok(true) => match path.parent() {
            Some(parent) if parent.as_os_str().is_empty() => fs.sync_dir(Path::new(".")),
            Some(parent) => fs.sync_dir(parent),
            None => Ok(()),
        },
        Ok(false) => Ok(()),
        Err(error) if is_not_found(&error) => match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => {
                create_folders(fs, parent)?;
                create_folders(fs, path)
            }
            _ => Err(error),
        },
        // The root itself may be a symbolic link to a folder: that is the user's choice.
        Err(_) if fs.raw().list(path).is_ok() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes a folder a store: the rename of `oups.json` is the commit point.
fn make_store(fs: &StoreFs, root: &Path, schema: &KeySchema) -> Result<()> {
    let (tmp, file) = (root.join(paths::STORE_FILE_TMP), root.join(paths::STORE_FILE));
    let bytes = prepare_store_file(fs, root, schema)?;
    let look = || {
        Ok(match fs.read_if_there(&file)? {
            None => Seen::Old,
            Some(found) if found == bytes => Seen::New,
            Some(_) => Seen::Other,
        })
    };
    let attempt = Attempt::of_store("making the store");
    attempt.rename(fs, &tmp, &file, look).inspect_err(|_| drop(fs.remove_file_if_there(&tmp)))?;
    fs.sync_dir(root).map_err(|source| attempt.not_durable(source))
}

/// Writes `oups.json` under its temporary name, durably, and makes what else a store has. Returns its bytes.
pub(crate) fn prepare_store_file(fs: &StoreFs, root: &Path, schema: &KeySchema) -> Result<Vec<u8>> {
    let (tmp, bytes) = (root.join(paths::STORE_FILE_TMP), store_file::encode(schema));
    fs.remove_file_if_there(&tmp)?;
    let written = || {
        let mut file = fs.create(&tmp)?;
        fs.write_all(&mut *file, &tmp, &bytes)?;
        fs.sync(&mut *file, &tmp)?;
        fs.create_dir(&root.join(paths::PINS))
    };
    if let Err(error) = written() {
        let _ = fs.remove_file_if_there(&tmp);
        return Err(error);
    }
    Ok(bytes)
}
