//! How a store is opened, where the defaults do not do.

use std::sync::Arc;

use crate::fs::{Fs, LocalFs};

/// How a store is opened or made: see [`Store::open_with`](super::Store::open_with).
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
    /// The local file system, as [`Store::open`](super::Store::open) has it.
    pub fn new() -> Self {
        Self::default()
    }

    /// A file system of the caller's, such as one that fails on purpose.
    pub fn file_system(mut self, fs: impl Fs + 'static) -> Self {
        self.fs = Arc::new(fs);
        self
    }
}
