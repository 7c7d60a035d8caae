//! A loaded manifest.

use std::sync::Arc;

use crate::format::manifest::Manifest;

/// A manifest, with the checksum by which its file differs from that of every other version.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) checksum: u128,
}
