//! A manifest as it was loaded.

use std::sync::Arc;

use crate::format::manifest::Manifest;

/// A manifest with the checksum that tells its file from every other version.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) checksum: u128,
}
