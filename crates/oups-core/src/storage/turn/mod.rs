//! A writer's turn at a dataset: from taking the lock to letting it go.

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

/// The lock is held, the manifest loaded, and what a dead writer left is cleared away.
///
/// Dropping a turn that did not commit removes the files that it made, unmarks and unlocks; where there is no dataset, it
/// also removes the lock file and empty folders, so that a refused first write leaves nothing.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(super) fs: StoreFs,
    pub(super) paths: DatasetPaths,
    lock: WriterLock,
    base: Option<Loaded>,
    /// The base's row group files, which this writer alone can retire.
    live: LiveFiles,
    /// What this turn has made and no manifest names yet.
    files: NewFiles,
    durability: Durability,
    /// The number of the commit that this turn may make.
    commit: u64,
    /// Retired by earlier commits, and still there.
    retired: Vec<Retired>,
    /// Files that earlier commits retired are gone since, and the next manifest does not list them: their names must be
    /// gone durably before it is there, or they would come back with nobody to know them.
    settled: bool,
    exists: bool,
    /// The mark is left in the lock file, for the next writer to look for leftovers.
    mark_stays: bool,
}

impl Turn {
    /// Steps 1 to 3. `known` is what was loaded before the lock was taken, to be spared decoding it again.
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
        // Until the dead writer's mark is worked off, an error must leave it to the next one.
        turn.mark_stays = true;
        // Its commit point may be visible and not durable yet: nothing that the version before needs may go.
        turn.sync_parents()?;
        turn.load(known)?;
        // What killed the writer may have killed readers; a pin that stays does no harm.
        let _ = pinned_commits(fs, paths);
        turn.mark_stays = false;
        turn.lock.mark(None)?;
        Ok(turn)
    }

    fn holding(fs: &StoreFs, paths: &DatasetPaths, lock: WriterLock, durability: Durability) -> Self {
        // A lock file that had to be made goes again, should nothing come of it.
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

    /// Only takes the lock: a repair looks for itself, and clears nothing away. Until [`repaired`](Self::repaired), an
    /// error leaves the mark as it is.
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

    /// What the last writer left; `None` if the lock file was not there to tell.
    pub(crate) fn left(&self) -> Option<&Left> {
        (!self.lock.is_new()).then(|| self.lock.left())
    }

    /// A repair begins to change things: the mark names no commit any more, so that nothing is swept should it die.
    pub(crate) fn mark_repair(&mut self) -> Result<()> {
        self.lock.mark(None)?;
        self.lock.sync_mark()?;
        self.sync_parents()
    }

    /// Everything in the folder is as the manifest says: the mark can go.
    pub(crate) fn repaired(&mut self) {
        self.mark_stays = false;
    }

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

    /// There is no manifest: never was, or the dataset was removed, or a first write died, or the manifest was lost.
    fn load_absent(&mut self) -> Result<()> {
        let tombstone = super::load::load_tombstone(&self.fs, &self.paths)?;
        // Only the commit that the mark names: a tombstone may also be older than a dataset that lost its manifest.
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
            self.commit = commit + 2;
        }
        Ok(())
    }

    /// The dataset's path text.
    pub(crate) fn dataset(&self) -> &str {
        self.paths.text()
    }

    /// The dataset as it is; `None` where there is none yet.
    pub(crate) fn base(&self) -> Option<&Manifest> {
        self.base.as_ref().map(|base| &*base.manifest)
    }

    /// As [`base`](Self::base), to hold while the turn goes on.
    pub(crate) fn base_arc(&self) -> Option<Arc<Manifest>> {
        self.base.as_ref().map(|base| base.manifest.clone())
    }

    /// The number of the commit that this turn may make.
    pub(crate) fn commit(&self) -> u64 {
        self.commit
    }

    /// Files that earlier commits retired, and that are still there.
    pub(crate) fn retired(&self) -> &[Retired] {
        &self.retired
    }

    /// Whether its commit waits for the disk.
    pub(crate) fn durability(&self) -> Durability {
        self.durability
    }

    /// The row group files of the base.
    pub(crate) fn live(&self) -> LiveFiles {
        self.live.clone()
    }

    /// The newest version whose files are all known to be durable. Where there is no dataset, there is none to lose.
    pub(crate) fn durable(&self) -> u64 {
        self.base().map_or(self.commit - 1, |base| base.durable)
    }

    /// The version that this turn would commit, as far as nothing else changes.
    pub(crate) fn next_of(&self, base: Manifest) -> Manifest {
        Manifest { commit: self.commit, retired: self.retired.clone(), ..base }
    }

    /// # Errors
    ///
    /// [`Error::Forked`] in a child process.
    pub(super) fn check(&self) -> Result<()> {
        self.lock.check()
    }

    /// Step 5: the mark says which commit is made, durably, before the first file of it can be there.
    ///
    /// At a first write the names of the lock file and of the dataset's folder are made durable too, also with syncing
    /// off: files that are there without a manifest and without a mark look like a dataset that lost its manifest, and a
    /// manifest without the folder like one that lost its files.
    pub(super) fn sync_mark(&mut self, folder_is_new: bool) -> Result<()> {
        self.lock.mark(Some(self.commit))?;
        let is_first = self.base.is_none() || folder_is_new;
        if self.durability == Durability::Unsynced && !is_first {
            return Ok(());
        }
        self.lock.sync_mark()?;
        if is_first || self.lock.is_new() { self.fs.sync_dir(&self.paths.parent()) } else { Ok(()) }
    }

    /// Makes durable that settled files are gone.
    pub(super) fn sync_settled(&mut self) -> Result<()> {
        if std::mem::take(&mut self.settled) { self.sync_folder() } else { Ok(()) }
    }

    /// The names of the manifest and of all folders above, as they are.
    pub(super) fn sync_parents(&self) -> Result<()> {
        let folders = self.paths.parents();
        folders.iter().rev().try_for_each(|folder| self.fs.sync_dir(folder))?;
        self.fs.sync_dir(self.paths.root())
    }

    /// The dataset's folder with its names as they are; nothing where there is none.
    pub(super) fn sync_folder(&self) -> Result<()> {
        if_there(self.fs.sync_dir(&self.paths.folder())).map(|_| ())
    }

    /// The next writer is to look for leftovers.
    pub(super) fn leave_mark(&mut self) {
        self.mark_stays = true;
    }

    /// A manifest is in place: what a tombstone listed is in it.
    pub(super) fn committed(&mut self) {
        if !self.exists && !matches!(self.fs.kind(&self.paths.tombstone()), Ok(None)) {
            let _ = self.fs.remove_file_if_there(&self.paths.tombstone());
            let _ = self.fs.sync_dir(&self.paths.parent());
        }
        self.exists = true;
    }

    /// The manifest is gone; whether files of the dataset still are there.
    pub(super) fn removed(&mut self) {
        self.exists = false;
    }

    /// Removes the lock file and the folders, unless something is in them.
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
        // In a forked child files, mark and lock are the parent's.
        if self.lock.check().is_err() {
            return;
        }
        // The next writer does what fails.
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
