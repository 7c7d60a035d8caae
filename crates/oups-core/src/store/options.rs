//! The options of opening a store.

use std::sync::Arc;

use crate::fs::{Fs, LocalFs};

/// The options of opening or making a store: see [`Store::open_with`](super::Store::open_with).
#[derive(Clone, Debug)]
#[must_use]
pub struct StoreOptions {
    pub(crate) fs: Arc<dyn Fs>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { fs: Arc::new(LocalFs) }
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
}
