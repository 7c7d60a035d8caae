//! The storage of a store on a local disk: what stands between verbs and files.

use super::absent::absent;
use super::commit_options::CommitOptions;
use super::handle_cache::HandleCache;
use super::lock::Patience;
use super::turn::Turn;
use crate::Result;
use crate::format::manifest::Manifest;
use crate::fs::StoreFs;
use crate::paths::DatasetPaths;
use std::path::PathBuf;

/// The datasets of one store on a local disk: where they are, and what is kept of them for the next call.
#[derive(Debug)]
pub(crate) struct LocalStorage {
    pub(crate) root: PathBuf,
    pub(crate) fs: StoreFs,
    pub(crate) cache: HandleCache,
}

impl LocalStorage {
    /// Takes the turn at a dataset that exists; with it, its newest version.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`], [`Error::VersionConflict`], and those of [`Turn::begin`].
    pub(crate) fn begin(
        &self,
        paths: &DatasetPaths,
        options: &CommitOptions,
        patience: &mut Patience<'_>,
    ) -> Result<(Turn, Manifest)> {
        // Looked at before locking: taking the lock makes the folders above the dataset, and may take long.
        let known = self.cache.load(&self.fs, paths)?.ok_or_else(|| absent(&self.fs, paths))?;
        options.check_version(paths.text(), known.manifest.version())?;
        let turn = Turn::begin(&self.fs, paths, patience, None)?;
        let Some(base) = turn.base().cloned() else { return Err(absent(&self.fs, paths)) };
        options.check_version(&base.dataset, base.version())?;
        Ok((turn, base))
    }
}
