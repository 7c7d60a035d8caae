//! The cache of a store handle. All of it can be read from the store again, and none of it is trusted without a check.

use std::sync::Arc;

use super::loaded::Loaded;
use super::lock::IdlePins;
use crate::Result;
use crate::cache::recent::Cache;
use crate::format::manifest::Manifest;
use crate::fs::StoreFs;
use crate::paths::DatasetPaths;
use crate::row_group::Footers;

/// About how many bytes the entry of a row group takes in memory, and a manifest without one.
const ENTRY_BYTES: usize = 300;

/// The most bytes of memory that each part of the cache takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CacheSizes {
    pub(crate) footers: usize,
    pub(crate) manifests: usize,
}

impl Default for CacheSizes {
    fn default() -> Self {
        Self { footers: 32 << 20, manifests: 20 << 20 }
    }
}

/// The cache that all clones of a handle share.
#[derive(Debug)]
pub(crate) struct HandleCache {
    /// Pin files for the next snapshots.
    pub(crate) pins: Arc<IdlePins>,
    /// Footers of row group files.
    pub(crate) footers: Arc<Footers>,
    /// The manifests that were loaded last, by path text.
    manifests: Cache<String, Loaded>,
}

impl HandleCache {
    pub(crate) fn new(sizes: CacheSizes) -> Self {
        let footers = Arc::new(Footers::new(sizes.footers));
        Self { pins: Arc::default(), footers, manifests: Cache::new(sizes.manifests) }
    }

    /// The dataset's manifest as it is now; `None` if the dataset does not exist.
    ///
    /// Each time, the file is read and its checksum computed. If the checksum is that of the cached manifest, the file
    /// has the same bytes and is not decoded again.
    ///
    /// # Errors
    ///
    /// As [`load`](super::load::load).
    pub(crate) fn load(&self, fs: &StoreFs, paths: &DatasetPaths) -> Result<Option<Loaded>> {
        let known = self.manifests.get(paths.text());
        let loaded = super::load::reload(fs, paths, known.as_ref())?;
        if let Some(loaded) = &loaded
            && known.is_none_or(|known| known.checksum != loaded.checksum)
        {
            self.insert(loaded.clone());
        }
        Ok(loaded)
    }

    /// Adds a manifest that was decoded or written.
    pub(crate) fn insert(&self, loaded: Loaded) {
        let Manifest { entries, lineage, dataset, .. } = &*loaded.manifest;
        let (dataset, bytes) = (dataset.clone(), (1 + entries.len()) * ENTRY_BYTES + lineage.bytes());
        self.manifests.insert(dataset, loaded, bytes);
    }
}
