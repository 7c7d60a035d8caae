//! Snapshots are opened: load, pin, look again.

use std::sync::Arc;

use super::Snapshot;
use super::moment::{Search, Together, at_one_moment};
use crate::Result;
use crate::format::manifest::Manifest;
use crate::paths::DatasetPaths;
use crate::storage::local::LocalStorage;
use crate::storage::lock::Pin;

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
}
