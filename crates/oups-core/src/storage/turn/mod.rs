//! A writer's turn at a dataset, from taking the lock to releasing it.

mod new_files;
mod new_manifest;
mod prepare;

use std::sync::Arc;

use super::commit_options::Durability;
use super::files::LiveFiles;
use super::loaded::Loaded;
use super::lock::{Left, Patience, WriterLock, pinned_commits};
use super::{retire, sweep};
use crate::format::manifest::{Manifest, Retired};
use crate::fs::{EntryKind, StoreFs, if_there};
use crate::paths::DatasetPaths;
use crate::{Error, Result};
use new_files::NewFiles;

pub(crate) use new_manifest::NewManifest;
pub(crate) use prepare::Prepared;
pub(super) use prepare::stamped;

/// A turn: the lock is held, the manifest is loaded, and a dead writer's leftovers are cleared away.
///
/// Dropping a turn that did not commit removes the files that it made, unmarks and unlocks. If the dataset does not
/// exist, it also removes the lock file and empty folders, so that a refused first write leaves nothing.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(super) fs: StoreFs,
    pub(super) paths: DatasetPaths,
    lock: WriterLock,
    base: Option<Loaded>,
    /// The base's row group files. Nobody but this writer can retire them.
    live: LiveFiles,
    /// The files that this turn has made and no manifest names yet.
    files: NewFiles,
    durability: Durability,
    /// The number of the commit that this turn may make.
    commit: u64,
    /// Files that earlier commits retired and that are still there.
    retired: Vec<Retired>,
    /// Whether retired files were deleted that the next manifest does not list any more. Their names must be gone
    /// durably before it is in place. Otherwise a power loss could bring back files that no manifest lists.
    settled: bool,
    exists: bool,
    /// Whether the mark stays in the lock file, so that the next writer looks for leftovers.
    mark_stays: bool,
}

impl Turn {
    /// Steps 1 to 3. If the manifest is still the one that `known` holds, it is not decoded again.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`], [`Error::Poisoned`], [`Error::ManifestLost`], a damaged manifest, a failed file operation.
    pub(crate) fn begin(
        fs: &StoreFs,
        paths: &DatasetPaths,
        patience: &mut Patience<'_>,
        known: Option<&Loaded>,
        durability: Durability,
    ) -> Result<Self> {
        if fs.is_poisoned() {
            return Err(Error::Poisoned { dataset: paths.text().to_owned() });
        }
        let lock = WriterLock::acquire(fs, paths, patience)?;
        let mut turn = Self::holding(fs, paths, lock, durability);
        if *turn.lock.left() == Left::Clean {
            turn.lock.mark(None)?;
            turn.load(known)?;
            return Ok(turn);
        }
        tracing::warn!(dataset = paths.text(), left = ?turn.lock.left(), "a writer died: clearing away what it left");
        // Until its leftovers are cleared away, an error must leave the dead writer's mark to the next writer.
        turn.mark_stays = true;
        // Its commit may be visible and not yet durable. It must be durable before files of the version before are
        // deleted.
        turn.sync_parents()?;
        turn.load(known)?;
        // What killed the writer may have killed readers too, so stale pins are unlinked. One that stays does no harm.
        let _ = pinned_commits(fs, paths);
        turn.mark_stays = false;
        turn.lock.mark(None)?;
        Ok(turn)
    }

    fn holding(fs: &StoreFs, paths: &DatasetPaths, lock: WriterLock, durability: Durability) -> Self {
        // If this turn made the lock file and does not commit, it removes the file again.
        let exists = !lock.is_new();
        Self {
            fs: fs.clone(),
            paths: paths.clone(),
            lock,
            base: None,
            live: LiveFiles::new(fs, paths),
            files: NewFiles::default(),
            durability,
            commit: 1,
            retired: Vec::new(),
            settled: false,
            exists,
            mark_stays: false,
        }
    }

    /// Only takes the lock. A repair looks at the files itself, and nothing is cleared away before. Until
    /// [`repaired`](Self::repaired), an error leaves the mark as it is.
    ///
    /// # Errors
    ///
    /// [`Error::LockTimeout`], [`Error::Poisoned`], a failed file operation.
    pub(crate) fn begin_repair(fs: &StoreFs, paths: &DatasetPaths, patience: &mut Patience<'_>) -> Result<Self> {
        if fs.is_poisoned() {
            return Err(Error::Poisoned { dataset: paths.text().to_owned() });
        }
        let mut turn = Self::holding(fs, paths, WriterLock::acquire(fs, paths, patience)?, Durability::Synced);
        turn.mark_stays = true;
        turn.exists = true;
        Ok(turn)
    }

    /// The state in which the last writer left the lock file; `None` if the lock file was missing.
    pub(crate) fn left(&self) -> Option<&Left> {
        (!self.lock.is_new()).then(|| self.lock.left())
    }

    /// Marks the start of a repair's changes. The mark does not name a commit any more, so that nothing is swept if the
    /// repair dies.
    pub(crate) fn mark_repair(&mut self) -> Result<()> {
        self.lock.mark(None)?;
        self.lock.sync_mark()?;
        self.sync_parents()
    }

    /// Marks the end of a repair: the folder is as the manifest says, and the mark can go.
    pub(crate) fn repaired(&mut self) {
        self.mark_stays = false;
    }

    /// Step 3: loads the manifest, clears away what a dead writer left, and settles retired files.
    fn load(&mut self, known: Option<&Loaded>) -> Result<()> {
        self.fs.expect_kind(&self.paths.manifest_tmp(), EntryKind::File)?;
        self.base = super::load::reload(&self.fs, &self.paths, known)?;
        match &self.base {
            Some(base) => {
                let base = base.manifest.clone();
                self.exists = true;
                if *self.lock.left() != Left::Clean {
                    sweep::above(&self.fs, &self.paths, base.commit)?;
                    sweep::restore(&self.fs, &self.paths, &base)?;
                    self.fs.remove_file_if_there(&self.paths.tombstone())?;
                }
                self.commit = base.commit + 1;
                self.retired = retire::still_there(&self.fs, &self.paths, &base.retired, base.durable);
                self.settled = self.retired.len() < base.retired.len();
            }
            None => self.load_absent()?,
        }
        Ok(())
    }

    /// Handles a missing manifest: the dataset never existed, or was removed, or a first write died, or the manifest
    /// was lost.
    fn load_absent(&mut self) -> Result<()> {
        let tombstone = super::load::load_tombstone(&self.fs, &self.paths)?;
        // Only files of the commit that the mark names are swept. A tombstone does not prove that later files are
        // leftovers: it may be older than a dataset that lost its manifest.
        let removed = tombstone.as_ref().map_or(0, |tombstone| tombstone.manifest.commit);
        if let Left::Died { commit: Some(commit) } = *self.lock.left() {
            sweep::first_write(&self.fs, &self.paths, commit, removed)?;
        }
        match sweep::row_group_files(&self.fs, &self.paths, removed)? {
            0 => self.exists = false,
            files => return Err(Error::ManifestLost { dataset: self.paths.text().to_owned(), files }),
        }
        if let Some(tombstone) = tombstone {
            let commit = tombstone.manifest.commit;
            self.retired = retire::of_removed(&self.fs, &self.paths, &tombstone.manifest);
            self.settled = true;
            if self.retired.is_empty() {
                self.sync_settled()?;
                self.fs.remove_file_if_there(&self.paths.tombstone())?;
            }
            // The removal has the number in between: its files are retired by it.
            self.commit = commit + 2;
        }
        Ok(())
    }

    /// The dataset's path text.
    pub(crate) fn dataset(&self) -> &str {
        self.paths.text()
    }

    /// The newest version; `None` if the dataset does not exist.
    pub(crate) fn base(&self) -> Option<&Manifest> {
        self.base.as_ref().map(|base| &*base.manifest)
    }

    /// As [`base`](Self::base), for callers that hold it while they change the turn.
    pub(crate) fn base_arc(&self) -> Option<Arc<Manifest>> {
        self.base.as_ref().map(|base| base.manifest.clone())
    }

    /// The number of the commit that this turn may make.
    pub(crate) fn commit(&self) -> u64 {
        self.commit
    }

    /// Files that earlier commits retired and that are still there.
    pub(crate) fn retired(&self) -> &[Retired] {
        &self.retired
    }

    /// Whether the turn's commit waits for the disk.
    pub(crate) fn durability(&self) -> Durability {
        self.durability
    }

    /// The row group files of the base.
    pub(crate) fn live(&self) -> LiveFiles {
        self.live.clone()
    }

    /// The commit number of the newest version whose files are all known to be durable. Without a dataset, the commit
    /// number before the first.
    pub(crate) fn durable(&self) -> u64 {
        self.base().map_or(self.commit - 1, |base| base.durable)
    }

    /// The base as the next version: with this turn's commit number, and the retired files that are still there.
    pub(crate) fn next_of(&self, base: Manifest) -> Manifest {
        Manifest { commit: self.commit, retired: self.retired.clone(), ..base }
    }

    /// Fails in a forked child.
    ///
    /// # Errors
    ///
    /// [`Error::Forked`] in a child process.
    pub(super) fn check(&self) -> Result<()> {
        self.lock.check()
    }

    /// Step 5: the mark names the commit, and is durable before the first file of the commit exists.
    ///
    /// At a first write the names of the lock file and of the dataset's folder are made durable too, also if syncing is
    /// off. Files without a manifest and without a mark would look like a dataset that lost its manifest. A manifest
    /// without the folder would look like a dataset that lost its files.
    pub(super) fn sync_mark(&mut self, folder_is_new: bool) -> Result<()> {
        self.lock.mark(Some(self.commit))?;
        let is_first = self.base.is_none() || folder_is_new;
        if self.durability == Durability::Unsynced && !is_first {
            return Ok(());
        }
        self.lock.sync_mark()?;
        if is_first || self.lock.is_new() { self.fs.sync_dir(&self.paths.parent()) } else { Ok(()) }
    }

    /// Makes it durable that settled files are gone.
    pub(super) fn sync_settled(&mut self) -> Result<()> {
        if std::mem::take(&mut self.settled) { self.sync_folder() } else { Ok(()) }
    }

    /// Makes the names of the manifest and of all folders above it durable.
    pub(super) fn sync_parents(&self) -> Result<()> {
        let folders = self.paths.parents();
        folders.iter().rev().try_for_each(|folder| self.fs.sync_dir(folder))?;
        self.fs.sync_dir(self.paths.root())
    }

    /// Makes the names in the dataset's folder durable, if the folder exists.
    pub(super) fn sync_folder(&self) -> Result<()> {
        if_there(self.fs.sync_dir(&self.paths.folder())).map(|_| ())
    }

    /// Leaves the mark, so that the next writer looks for leftovers.
    pub(super) fn leave_mark(&mut self) {
        self.mark_stays = true;
    }

    /// Notes that a manifest is in place. It lists the files of a tombstone, so the tombstone is deleted.
    pub(super) fn committed(&mut self) {
        if !self.exists && !matches!(self.fs.kind(&self.paths.tombstone()), Ok(None)) {
            let _ = self.fs.remove_file_if_there(&self.paths.tombstone());
            let _ = self.fs.sync_dir(&self.paths.parent());
        }
        self.exists = true;
    }

    /// Notes that the manifest is gone, so that dropping the turn removes the lock file and empty folders.
    pub(super) fn removed(&mut self) {
        self.exists = false;
    }

    /// Removes the lock file and the folders that are empty, unless a tombstone still lists files.
    fn vacate(&self) {
        let tombstone = self.fs.kind(&self.paths.tombstone());
        if !matches!(tombstone, Ok(None)) {
            return;
        }
        let _ = self.fs.remove_dir(&self.paths.folder());
        if self.lock.unlink().is_err() {
            return;
        }
        for folder in self.paths.parents().iter().rev() {
            if self.fs.remove_dir(folder).is_err() {
                return;
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // In a forked child, the files, the mark and the lock are the parent's.
        if self.lock.check().is_err() {
            return;
        }
        // If this fails, the mark stays and the next writer sweeps.
        let _ = self.discard();
        if self.mark_stays {
            return;
        }
        let _ = self.lock.unmark();
        if !self.exists {
            self.vacate();
        }
    }
}
