//! Loads and verifies a dataset's manifest.

use std::path::Path;
use std::sync::Arc;

use super::loaded::Loaded;
use crate::format::manifest::codec;
use crate::fs::{EntryKind, StoreFs, failed, is_not_found};
use crate::paths::DatasetPaths;
use crate::{Error, Result};

/// The dataset's manifest; `None` if the dataset does not exist.
///
/// # Errors
///
/// [`Error::Damaged`] if the manifest is damaged, [`Error::NewerFormat`] if a newer oups wrote it, and
/// [`Error::KeyFolded`] if it is of another key: then a file system that folds case or Unicode forms has led to it.
pub(crate) fn load(fs: &StoreFs, paths: &DatasetPaths) -> Result<Option<Loaded>> {
    reload(fs, paths, None)
}

/// As [`load`]. If the file still has the bytes of `known`, it is not decoded again.
pub(crate) fn reload(fs: &StoreFs, paths: &DatasetPaths, known: Option<&Loaded>) -> Result<Option<Loaded>> {
    load_from(fs, paths, &paths.manifest(), known)
}

/// The last manifest of a removed dataset that still has files.
pub(crate) fn load_tombstone(fs: &StoreFs, paths: &DatasetPaths) -> Result<Option<Loaded>> {
    load_from(fs, paths, &paths.tombstone(), None)
}

/// The last bytes of a manifest that hold its checksum: the checksum is the last key-value, and key-values are near the
/// end of a Parquet file's footer.
const TAIL: u64 = 512;

/// The checksum that the dataset's manifest carries, unverified. It shows whether the manifest is still the one that
/// was loaded. Only the end of the file is read, since the manifest of many row groups is long.
pub(crate) fn current_checksum(fs: &StoreFs, paths: &DatasetPaths) -> Result<Option<u128>> {
    let path = paths.manifest();
    let file = match fs.raw().open(&path).map_err(failed("open", &path)) {
        Err(error) if is_not_found(&error) => return Ok(None),
        opened => opened?,
    };
    let carried = |bytes: u64| {
        let mut end = vec![0; usize::try_from(bytes).unwrap_or(usize::MAX)];
        file.read_exact_at(&mut end, file.len() - bytes).map_err(failed("read", &path))?;
        Ok::<_, Error>(codec::carried_checksum(&end))
    };
    match carried(file.len().min(TAIL))? {
        Some(checksum) => Ok(Some(checksum)),
        None => carried(file.len()),
    }
}

/// Loads the manifest or tombstone at a path, and checks that it is of this dataset.
fn load_from(fs: &StoreFs, paths: &DatasetPaths, path: &Path, known: Option<&Loaded>) -> Result<Option<Loaded>> {
    // A symbolic link must not lead out of the store: levels and the dataset's folder are folders, the manifest is a
    // file.
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
