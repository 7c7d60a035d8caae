//! File → verified manifest.

use std::path::Path;
use std::sync::Arc;

use super::{Manifest, codec};
use crate::fs::{EntryKind, StoreFs};
use crate::layout::DatasetPaths;
use crate::{Error, Result};

/// A manifest with the checksum that tells its file from every other version.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) checksum: u128,
}

/// The dataset's manifest; `None` where there is no dataset.
///
/// # Errors
///
/// [`Error::Damaged`] or [`Error::NewerFormat`] for a file that is no good manifest, and [`Error::KeyFolded`] for one of
/// another key: a file system that folds case or Unicode forms has led to it.
pub(crate) fn load(fs: &StoreFs, paths: &DatasetPaths) -> Result<Option<Loaded>> {
    reload(fs, paths, None)
}

/// As [`load`], without decoding anew what was loaded before and still is there, byte for byte.
pub(crate) fn reload(fs: &StoreFs, paths: &DatasetPaths, known: Option<&Loaded>) -> Result<Option<Loaded>> {
    load_from(fs, paths, &paths.manifest(), known)
}

/// The last manifest of a removed dataset whose files are not all gone yet.
pub(crate) fn load_tombstone(fs: &StoreFs, paths: &DatasetPaths) -> Result<Option<Loaded>> {
    load_from(fs, paths, &paths.tombstone(), None)
}

/// The checksum that the dataset's manifest carries, unverified: whether it is still the one that was loaded.
pub(crate) fn current_checksum(fs: &StoreFs, paths: &DatasetPaths) -> Result<Option<u128>> {
    Ok(fs.read_if_there(&paths.manifest())?.and_then(|bytes| codec::carried_checksum(&bytes)))
}

fn load_from(fs: &StoreFs, paths: &DatasetPaths, path: &Path, known: Option<&Loaded>) -> Result<Option<Loaded>> {
    // Nothing is read from out of the store: levels and the dataset's folder are folders, the manifest is a file.
    for folder in paths.parents().iter().chain([&paths.folder()]) {
        if fs.expect_kind(folder, EntryKind::Dir)?.is_none() {
            break;
        }
    }
    if fs.expect_kind(path, EntryKind::File)?.is_none() {
        return Ok(None);
    }
    let Some(mut bytes) = fs.read_if_there(path)? else { return Ok(None) };
    let checksum = codec::check(path, &mut bytes)?;
    if let Some(known) = known.filter(|known| known.checksum == checksum) {
        return Ok(Some(known.clone()));
    }
    let manifest = codec::decode(path, bytes, checksum)?;
    if manifest.dataset != paths.text() {
        return Err(Error::KeyFolded { dataset: paths.text().to_owned(), found: manifest.dataset });
    }
    Ok(Some(Loaded { manifest: Arc::new(manifest), checksum }))
}
