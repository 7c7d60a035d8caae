//! The row group files of one commit, from their temporary names to their final ones.

use std::collections::VecDeque;
use std::path::PathBuf;

use super::{NewManifest, Turn};
use crate::Result;
use crate::fs::WriteFile;
use crate::fs::random::random;
use crate::paths::FileId;
use crate::storage::commit_options::Durability;

/// How many files are synced while others are written: enough to keep the disk busy, few enough to keep them open.
const SYNCING: usize = 8;

/// The files that a turn has made. Until [`Turn::release`], the turn removes them when it ends, also by an error or a
/// panic. If that fails, the mark stays and the next writer removes them.
#[derive(Debug, Default)]
pub(super) struct NewFiles {
    /// The commit's 64 random bits, once they are drawn. The names of its files have them.
    draw: Option<u64>,
    /// Each file's id and, once it is complete, its final name.
    files: Vec<(FileId, Option<String>)>,
    /// Complete files that are not known to be durable yet.
    syncing: VecDeque<(FileId, Box<dyn WriteFile>)>,
    /// Whether the folder exists and the mark is durable.
    started: bool,
    /// The next manifest, under its temporary name.
    pub(super) manifest: Option<NewManifest>,
}

impl Turn {
    /// Creates the next file under its temporary name. Before the first one, the mark is made durable (step 5).
    pub(crate) fn create(&mut self) -> Result<(FileId, Box<dyn WriteFile>)> {
        self.check()?;
        if !self.files.started {
            let is_new = self.fs.create_dir(&self.paths.folder())?;
            self.sync_mark(is_new)?;
            self.files.started = true;
        }
        let part = u32::try_from(self.files.files.len()).unwrap_or(u32::MAX);
        let id = FileId { commit: self.commit, part, random: self.draw()? };
        // Noted before the file is created: a creation that fails may have happened all the same.
        self.files.files.push((id, None));
        let file = self.fs.create(&self.paths.file(&id.tmp_name()))?;
        Ok((id, file))
    }

    /// The temporary path of a new file, for error messages.
    pub(crate) fn path_of_new(&self, id: FileId) -> PathBuf {
        self.paths.file(&id.tmp_name())
    }

    /// The commit's 64 random bits.
    pub(super) fn draw(&mut self) -> Result<u64> {
        match self.files.draw {
            Some(draw) => Ok(draw),
            None => Ok(*self.files.draw.insert(random()?)),
        }
    }

    /// The number of files created so far.
    pub(crate) fn files_made(&self) -> usize {
        self.files.files.len()
    }

    /// Takes a file that has its whole content: begins to sync it, and notes its final name.
    pub(crate) fn complete(&mut self, id: FileId, mut file: Box<dyn WriteFile>, name: String) -> Result<()> {
        if self.durability == Durability::Synced {
            file.begin_sync();
            self.files.syncing.push_back((id, file));
            self.sync_but(SYNCING)?;
        }
        if let Some((_, final_name)) = self.files.files.iter_mut().rev().find(|(known, _)| *known == id) {
            *final_name = Some(name);
        }
        Ok(())
    }

    /// Waits until at most this many files are still being synced.
    fn sync_but(&mut self, left: usize) -> Result<()> {
        while self.files.syncing.len() > left {
            let Some((id, mut file)) = self.files.syncing.pop_front() else { break };
            self.fs.sync(&mut *file, &self.paths.file(&id.tmp_name()))?;
        }
        Ok(())
    }

    /// Step 7: waits until all files are durable, gives them their final names, and makes the names durable.
    pub(super) fn name_files(&mut self) -> Result<()> {
        self.sync_but(0)?;
        for (id, name) in &self.files.files {
            if let Some(name) = name {
                self.fs.rename(&self.paths.file(&id.tmp_name()), &self.paths.file(name))?;
            }
        }
        if self.files.files.is_empty() || self.durability == Durability::Unsynced {
            return Ok(());
        }
        self.fs.sync_dir(&self.paths.folder())
    }

    /// Lets the files stay: a manifest names them, or may.
    pub(in crate::storage) fn release(&mut self) {
        self.files = NewFiles::default();
    }

    /// Removes the files that were made, so that the turn can try again with new names. If that fails, the turn must
    /// not try again: the files left would have the number of its commit, and sweeping only looks for files above the
    /// newest commit. So the mark stays.
    ///
    /// # Errors
    ///
    /// If a file cannot be removed, or its removal not be made durable; in a forked child, since the files are the
    /// parent's.
    pub(crate) fn discard(&mut self) -> Result<()> {
        self.check()?;
        let mut made = std::mem::take(&mut self.files);
        if let Some(manifest) = made.manifest.take() {
            manifest.remove(&self.fs);
        }
        // Closes the files first, since removing them needs a file descriptor.
        made.syncing.clear();
        if !made.started {
            return Ok(());
        }
        self.remove_all(&made).inspect_err(|_| self.mark_stays = true)
    }

    fn remove_all(&self, made: &NewFiles) -> Result<()> {
        for (id, name) in &made.files {
            self.fs.remove_file_if_there(&self.paths.file(&id.tmp_name()))?;
            if let Some(name) = name {
                self.fs.remove_file_if_there(&self.paths.file(name))?;
            }
        }
        self.fs.remove_file_if_there(&self.paths.manifest_tmp())?;
        // The mark is removed next. Without this sync, a power loss could bring files back whose mark is gone.
        if made.files.is_empty() { Ok(()) } else { self.fs.sync_dir(&self.paths.folder()) }
    }
}
