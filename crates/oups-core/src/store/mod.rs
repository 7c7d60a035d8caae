//! The store: a folder of datasets whose keys have one schema.

pub(crate) mod dataset;
pub(crate) mod info;
pub(crate) mod options;
pub(crate) mod together;

use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

use crate::format::store_file;
use crate::fs::{EntryKind, StoreFs};
use crate::key::{AnyKey, KeyFilter, KeySchema, StoreKey};
use crate::paths::{self, DatasetPaths};
use crate::storage::discover::Discovery;
use crate::storage::local::LocalStorage;
use crate::{Error, Result};
use dataset::Dataset;
use options::StoreOptions;

/// A store of datasets named by keys of type `K`: a struct with `#[derive(TopLevel)]`, or [`AnyKey`] for programs that
/// work with any store.
///
/// Cloning is cheap, and a store can be shared between threads. Several handles on one folder, in one process or many,
/// work together.
#[derive(Debug)]
pub struct Store<K> {
    pub(crate) inner: Arc<StoreInner>,
    keys: PhantomData<fn() -> K>,
}

impl<K> Clone for Store<K> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), keys: PhantomData }
    }
}

/// What all handles share that one opened store made.
#[derive(Debug)]
pub(crate) struct StoreInner {
    pub(crate) storage: Arc<LocalStorage>,
    pub(crate) schema: KeySchema,
}

impl<K: StoreKey> Store<K> {
    /// Opens the store in a folder.
    ///
    /// # Errors
    ///
    /// [`Error::NoStore`] if the folder has no `oups.json`; [`Error::StoreSchema`] if the store's keys are not `K`s;
    /// [`Error::Damaged`] or [`Error::NewerFormat`] if the `oups.json` cannot be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path, StoreOptions::new())
    }

    /// As [`open`](Self::open), with options.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_with(path: impl AsRef<Path>, options: StoreOptions) -> Result<Self> {
        let (fs, root) = (StoreFs::new(options.fs), path.as_ref().to_owned());
        let file = root.join(paths::STORE_FILE);
        fs.expect_kind(&file, EntryKind::File)?;
        let Some(bytes) = fs.read_if_there(&file)? else { return Err(Error::NoStore { path: root }) };
        let found = store_file::decode(&file, bytes)?;
        if let Some(expected) = K::own_schema()
            && !expected.is_compatible(&found)
        {
            return Err(Error::StoreSchema { path: root, expected: expected.to_string(), found: found.to_string() });
        }
        // Both schemas have the same paths. The caller's has the caller's own names for nested levels.
        Ok(Self::with(LocalStorage::new(root, fs, options.cache), K::own_schema().unwrap_or(found)))
    }

    fn with(storage: LocalStorage, schema: KeySchema) -> Self {
        Self::of(Arc::new(StoreInner { storage: Arc::new(storage), schema }))
    }

    fn of(inner: Arc<StoreInner>) -> Self {
        Self { inner, keys: PhantomData }
    }

    fn make(path: &Path, schema: KeySchema, options: StoreOptions) -> Result<Self> {
        let storage = LocalStorage::new(path.to_owned(), StoreFs::new(options.fs), options.cache);
        storage.make(&schema)?;
        Ok(Self::with(storage, schema))
    }

    /// The folder of the store.
    pub fn root(&self) -> &Path {
        self.inner.storage.root()
    }

    /// The schema of the store's keys.
    pub fn schema(&self) -> &KeySchema {
        &self.inner.schema
    }

    /// The same store for programs that do not have the struct: what works with any store takes this one.
    pub fn any_keys(&self) -> Store<AnyKey> {
        Store::of(self.inner.clone())
    }

    /// A handle of the dataset with this key. The dataset need not exist yet.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] if the key has no path in this store: a component is longer than 200 bytes, or the key was made
    /// for another schema.
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
        Ok(DatasetPaths::new(self.inner.storage.root(), &key.path_text(&self.inner.schema)?))
    }

    /// The keys of the datasets that pass a filter, in key order; `..` lets all pass. Folders that the filter excludes
    /// are not listed.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if a folder cannot be listed.
    pub fn keys(&self, filter: impl Into<KeyFilter>) -> Result<Vec<K>> {
        Ok(self.discover(filter)?.keys)
    }

    /// As [`keys`](Self::keys), with the remains of removed datasets, and the files and folders that do not belong to
    /// the store.
    ///
    /// # Errors
    ///
    /// As [`keys`](Self::keys).
    pub fn discover(&self, filter: impl Into<KeyFilter>) -> Result<Discovery<K>> {
        self.inner.storage.list(&self.inner.schema, &filter.into())
    }
}

/// Stores whose keys are a struct of the program.
impl<K: crate::key::TopLevel> Store<K> {
    /// Makes a store in a folder. A missing folder is made.
    ///
    /// # Errors
    ///
    /// [`Error::StoreExists`] if the folder is a store already; [`Error::NotDurable`] if the store is made but a power
    /// loss may undo it; [`Error::OutcomeUnknown`] if it is not known whether it is made.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Self::create_with(path, StoreOptions::new())
    }

    /// As [`create`](Self::create), with options.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create).
    pub fn create_with(path: impl AsRef<Path>, options: StoreOptions) -> Result<Self> {
        Self::make(path.as_ref(), K::schema(), options)
    }

    /// Opens the store in a folder, or makes one.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open) if the store exists, else as [`create`](Self::create).
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
    /// Makes a store whose keys have this schema, in a folder. A missing folder is made.
    ///
    /// # Errors
    ///
    /// As [`Store::create`].
    pub fn create_for(path: impl AsRef<Path>, schema: KeySchema) -> Result<Self> {
        Self::create_for_with(path, schema, StoreOptions::new())
    }

    /// As [`create_for`](Self::create_for), with options.
    ///
    /// # Errors
    ///
    /// As [`create_for`](Self::create_for).
    pub fn create_for_with(path: impl AsRef<Path>, schema: KeySchema, options: StoreOptions) -> Result<Self> {
        Self::make(path.as_ref(), schema, options)
    }

    /// The key of a path text.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] if the text is not the path of a key of this store.
    pub fn parse_key(&self, text: &str) -> Result<AnyKey> {
        Ok(AnyKey::parse_path(&self.inner.schema, text)?)
    }
}
