//! The cache of a store handle. All of it can be read from the store again, and none of it is trusted without a check.

use std::sync::Arc;

use super::loaded::Loaded;
use super::lock::IdlePins;
use crate::Result;
use crate::cache::recent::Cache;
use crate::fs::StoreFs;
use crate::paths::DatasetPaths;
use crate::row_group::Footers;

/// The most datasets and row groups, together, whose manifests are cached: some 20 MB.
const MOST_ENTRIES: usize = 1 << 16;

/// About how many bytes the entry of a row group takes in memory.
const ENTRY_BYTES: usize = 300;

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

impl Default for HandleCache {
    fn default() -> Self {
        Self { pins: Arc::default(), footers: Arc::default(), manifests: Cache::new(MOST_ENTRIES) }
    }
}

impl HandleCache {
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
        let (entries, lineage) = (loaded.manifest.entries.len(), loaded.manifest.lineage.bytes() / ENTRY_BYTES);
        self.manifests.insert(loaded.manifest.dataset.clone(), loaded, 1 + entries + lineage);
    }
}
