//! The next manifest, beside the current one.

use std::path::{Path, PathBuf};

use crate::Result;
use crate::format::manifest::{self, Manifest};
use crate::fs::{StoreFs, WriteFile};

/// A manifest that is written and synced under its temporary name.
#[derive(Debug)]
pub(crate) struct NewManifest {
    path: PathBuf,
    file: Box<dyn WriteFile>,
    pub(in crate::storage) checksum: u128,
}

impl NewManifest {
    /// Writes a manifest and begins to sync it.
    pub(in crate::storage) fn write(fs: &StoreFs, path: &Path, manifest: &Manifest) -> Result<Self> {
        let (bytes, checksum) = manifest::encode(path, manifest)?;
        // The writers' lock is held, so only a dead writer can have left a file of this name.
        fs.remove_file_if_there(path)?;
        let mut new = Self { path: path.to_owned(), file: fs.create(path)?, checksum };
        fs.write_all(&mut *new.file, path, &bytes).inspect_err(|_| new.remove(fs))?;
        new.file.begin_sync();
        Ok(new)
    }

    /// Waits until the file is durable.
    pub(in crate::storage) fn sync(&mut self, fs: &StoreFs) -> Result<()> {
        fs.sync(&mut *self.file, &self.path)
    }

    /// Removes the file. If that fails, the file does no harm, and the next writer removes it.
    pub(in crate::storage) fn remove(&self, fs: &StoreFs) {
        let _ = fs.remove_file_if_there(&self.path);
    }
}
