//! File → verified manifest.

use std::path::Path;
use std::sync::Arc;

use super::loaded::Loaded;
use crate::format::manifest::codec;
use crate::fs::{EntryKind, StoreFs, failed, is_not_found};
use crate::paths::DatasetPaths;
use crate::{Error, Result};

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

/// So many bytes at the end of a manifest hold its checksum: it is the last of the key-values, which are near the end of a
/// Parquet file's footer.
const TAIL: u64 = 512;

/// The checksum that the dataset's manifest carries, unverified: whether it is still the one that was loaded. Of a file that
/// is as long as those of many row groups are, only the end is read.
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
