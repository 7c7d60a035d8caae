//! The row group files of one commit, from temporary names to final ones.

use std::collections::VecDeque;

use super::{MarkStays, Turn};
use crate::Result;
use crate::fs::random::random;
use crate::fs::{StoreFs, WriteFile};
use crate::paths::{DatasetPaths, FileId};
use crate::storage::commit_options::Durability;
use crate::storage::lock::Owner;

/// Files that are synced while others are written: enough to keep the disk busy, few enough to keep them open.
const SYNCING: usize = 8;

/// Files that this commit makes. Dropped before [`keep`](Self::keep), by an error or a panic, it removes them all; where
/// that fails, the mark stays and the next writer does it. In a forked child it does nothing: the files are the parent's.
#[derive(Debug)]
pub(crate) struct NewFiles {
    fs: StoreFs,
    owner: Owner,
    paths: DatasetPaths,
    commit: u64,
    random: u64,
    durability: Durability,
    /// Each file's id and, once it is complete, its final name.
    files: Vec<(FileId, Option<String>)>,
    /// Files with their whole content that are not known to be durable yet.
    syncing: VecDeque<(FileId, Box<dyn WriteFile>)>,
    started: bool,
    kept: bool,
    mark_stays: MarkStays,
}

impl NewFiles {
    /// No file yet, and nothing done for one.
    pub(crate) fn none(turn: &Turn, durability: Durability) -> Result<Self> {
        Ok(Self {
            fs: turn.fs.clone(),
            owner: Owner::this_process(),
            paths: turn.paths.clone(),
            commit: turn.commit,
            random: random()?,
            durability,
            files: Vec::new(),
            syncing: VecDeque::new(),
            started: false,
            kept: false,
            mark_stays: turn.mark_stays(),
        })
    }

    /// Creates the next file under its temporary name; before the first, the mark is made durable (step 5).
    pub(crate) fn create(&mut self, turn: &mut Turn) -> Result<(FileId, Box<dyn WriteFile>)> {
        turn.check()?;
        if !self.started {
            let is_new = self.fs.create_dir(&self.paths.folder())?;
            turn.sync_mark(self.durability, is_new)?;
            self.started = true;
        }
        let part = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        let id = FileId { commit: self.commit, part, random: self.random };
        // Noted before: what fails may have happened all the same.
        self.files.push((id, None));
        let file = self.fs.create(&self.paths.file(&id.tmp_name()))?;
        Ok((id, file))
    }

    /// The commit's 64 random bits, which are in the names of its files.
    pub(crate) fn draw(&self) -> u64 {
        self.random
    }

    /// Files created so far.
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// The file has its whole content: begins to sync it, and notes the name it will have.
    pub(crate) fn complete(&mut self, id: FileId, mut file: Box<dyn WriteFile>, name: String) -> Result<()> {
        if self.durability == Durability::Synced {
            file.begin_sync();
            self.syncing.push_back((id, file));
            self.sync_but(SYNCING)?;
        }
        if let Some((_, final_name)) = self.files.iter_mut().rev().find(|(known, _)| *known == id) {
            *final_name = Some(name);
        }
        Ok(())
    }

    /// Waits until no more than so many files are still being synced.
    fn sync_but(&mut self, left: usize) -> Result<()> {
        while self.syncing.len() > left {
            let Some((id, mut file)) = self.syncing.pop_front() else { break };
            self.fs.sync(&mut *file, &self.paths.file(&id.tmp_name()))?;
        }
        Ok(())
    }

    /// Step 7: waits until all files are durable, gives them their final names, and makes these durable.
    pub(crate) fn publish(&mut self, durability: Durability) -> Result<()> {
        self.sync_but(0)?;
        for (id, name) in &self.files {
            if let Some(name) = name {
                self.fs.rename(&self.paths.file(&id.tmp_name()), &self.paths.file(name))?;
            }
        }
        if self.files.is_empty() || durability == Durability::Unsynced {
            return Ok(());
        }
        self.fs.sync_dir(&self.paths.folder())
    }

    /// A manifest names the files now, or may: they stay.
    pub(crate) fn release(&mut self) {
        self.kept = true;
    }

    /// Removes what was made, for another try. Where that fails there can be none in this turn: its files would have the
    /// commit's number, and the next writer looks for leftovers above it.
    ///
    /// # Errors
    ///
    /// Where a file cannot be removed, or that not be made durable.
    pub(crate) fn discard(mut self) -> Result<()> {
        self.clear_away()
    }

    /// Where it fails, the mark stays. Files that are to be kept, or are the parent's of a forked child, are left alone.
    fn clear_away(&mut self) -> Result<()> {
        // Closed first: removing needs a descriptor too.
        self.syncing.clear();
        if !self.owner.is_here() || std::mem::replace(&mut self.kept, true) || !self.started {
            return Ok(());
        }
        self.remove_all().inspect_err(|_| self.mark_stays.set())
    }

    fn remove_all(&self) -> Result<()> {
        for (id, name) in &self.files {
            self.fs.remove_file_if_there(&self.paths.file(&id.tmp_name()))?;
            if let Some(name) = name {
                self.fs.remove_file_if_there(&self.paths.file(name))?;
            }
        }
        self.fs.remove_file_if_there(&self.paths.manifest_tmp())?;
        // The mark will be gone, perhaps sooner than the names.
        if self.files.is_empty() { Ok(()) } else { self.fs.sync_dir(&self.paths.folder()) }
    }
}

impl Drop for NewFiles {
    fn drop(&mut self) {
        // The next writer does what fails.
        let _ = self.clear_away();
    }
}
