//! A manifest as it was loaded.

use crate::format::manifest::Manifest;
use std::sync::Arc;

/// A manifest with the checksum that tells its file from every other version.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) checksum: u128,
}
