//! The options of opening a store.

use std::sync::Arc;

use crate::fs::{Fs, LocalFs};
use crate::storage::handle_cache::CacheSizes;

/// The options of opening or making a store: see [`Store::open_with`](super::Store::open_with).
///
/// A store handle and its clones share a cache of what they have read. Nothing in it is trusted without a check, so its size
/// decides about speed and memory alone.
///
/// ```
/// # use oups_core::StoreOptions;
/// // For a program that scans thousands of files again and again.
/// let options = StoreOptions::new().footer_cache(256 << 20);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct StoreOptions {
    pub(crate) fs: Arc<dyn Fs>,
    pub(crate) cache: CacheSizes,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { fs: Arc::new(LocalFs), cache: CacheSizes::default() }
    }
}

impl StoreOptions {
    /// The defaults of [`Store::open`](super::Store::open): the local file system.
    pub fn new() -> Self {
        Self::default()
    }

    /// Uses the caller's own file system, such as one that fails on purpose.
    pub fn file_system(mut self, fs: impl Fs + 'static) -> Self {
        self.fs = Arc::new(fs);
        self
    }

    /// How many bytes of footers and page indexes of row group files stay in memory; 0: none, so each read of a file reads
    /// its footer again. The default is 32 MiB.
    pub fn footer_cache(mut self, most_bytes: usize) -> Self {
        self.cache.footers = most_bytes;
        self
    }

    /// About how many bytes of decoded manifests stay in memory; 0: none, so each look at a dataset decodes its manifest.
    /// The default is 20 MiB.
    ///
    /// A manifest takes about 300 bytes for each row group.
    pub fn manifest_cache(mut self, most_bytes: usize) -> Self {
        self.cache.manifests = most_bytes;
        self
    }
}
