//! What a store handle keeps from one call for the next: always to be found again in the store, and never trusted blindly.

use std::sync::Arc;

use super::loaded::Loaded;
use super::lock::IdlePins;
use crate::Result;
use crate::cache::recent::Cache;
use crate::fs::StoreFs;
use crate::paths::DatasetPaths;
use crate::row_group::Footers;

/// Manifests of so many datasets and row groups together are kept at most: some 20 MB.
const MOST_ENTRIES: usize = 1 << 16;

/// What an entry takes in memory, about.
const ENTRY_BYTES: usize = 300;

/// What is kept; the same for all clones of a handle.
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
    /// The dataset's manifest as it is now; `None` where there is no dataset.
    ///
    /// The file is read and its checksum computed each time, whoever wrote it. Only if it is that of the manifest that was
    /// decoded before, it is not decoded again: the same bytes, the same manifest.
    ///
    /// # Errors
    ///
    /// Those of [`manifest::load`].
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

    /// Keeps a manifest that was decoded or written.
    pub(crate) fn insert(&self, loaded: Loaded) {
        let (entries, lineage) = (loaded.manifest.entries.len(), loaded.manifest.lineage.bytes() / ENTRY_BYTES);
        self.manifests.insert(loaded.manifest.dataset.clone(), loaded, 1 + entries + lineage);
    }
}
