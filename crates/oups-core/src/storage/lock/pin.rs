//! Pins, which readers hold so that the files of their snapshots stay.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::open::{Take, cannot_write, open_locked};
use super::owner::Owner;
use crate::cache::try_mutex::TryMutex;
use crate::format::pin_text::line_of;
use crate::fs::random::random;
use crate::fs::{EntryKind, LockAccess, LockFile, StoreFs, failed, is_not_found};
use crate::{Result, paths};

/// The most pin files that a store handle keeps without a snapshot.
const MOST_IDLE: usize = 8;

/// The idle pin files of a store handle. They are unlocked, and the next snapshots use them. `docs/commit.md` says why
/// idle pins do not keep any files.
#[derive(Debug, Default)]
pub(crate) struct IdlePins {
    files: TryMutex<Vec<PinFile>>,
}

impl IdlePins {
    /// Takes an idle pin file, and locks it shared.
    fn take(&self) -> Option<PinFile> {
        loop {
            let file = self.files.with(Vec::pop)??;
            // A pin file that cannot be used any more is dropped, which unlinks it.
            if file.owner.is_here() && file.relock() {
                return Some(file);
            }
        }
    }

    fn keep(&self, file: PinFile) {
        let mut file = Some(file);
        self.files.with(|files| {
            if files.len() < MOST_IDLE {
                files.extend(file.take());
            }
        });
        // If there are enough already, the file is dropped here, outside of the mutex.
    }
}

/// A file in the folder of pins that this process made. Dropping it unlinks the file.
#[derive(Debug)]
struct PinFile {
    fs: StoreFs,
    path: PathBuf,
    file: Box<dyn LockFile>,
    /// The text in the file; `None` after a failed write, when it is unknown.
    text: Option<String>,
    owner: Owner,
}

impl PinFile {
    /// Makes a pin file, locked shared; `None` if the store cannot be written to.
    fn create(fs: &StoreFs, folder: &Path) -> Result<Option<Self>> {
        loop {
            let path = folder.join(paths::pin_name(std::process::id(), random()?));
            match open_locked(fs, &path, LockAccess::Create, Take::TryShared) {
                Ok(Some(file)) => {
                    let (text, owner) = (Some(String::new()), Owner::this_process());
                    return Ok(Some(Self { fs: fs.clone(), path, file, text, owner }));
                }
                // A writer saw the file before it was locked, took it for stale and is unlinking it.
                Ok(None) => {}
                Err(error) if is_not_found(&error) => match fs.create_dir(folder) {
                    Err(error) if cannot_write(&error) => return Ok(None),
                    Err(error) => return Err(error),
                    Ok(_) => {}
                },
                Err(error) if cannot_write(&error) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }

    /// Locks the file shared again; `false` if a writer is unlinking it or has done so, or the store was moved.
    fn relock(&self) -> bool {
        matches!(self.file.try_shared(), Ok(true)) && self.is_in_place()
    }

    fn is_in_place(&self) -> bool {
        self.file.is_at(&self.path).unwrap_or(false)
    }

    /// Replaces the content of the file by these lines.
    fn write(&mut self, lines: &str) -> Result<()> {
        let written = match self.text.take() {
            Some(text) if text == lines => Ok(()),
            // Appending leaves the old lines in place, so that no writer misses them meanwhile.
            Some(text) if lines.starts_with(&text) => {
                self.file.append_text(lines.get(text.len()..).unwrap_or_default())
            }
            _ => self.file.write_text(lines),
        };
        written.map_err(failed("write", &self.path))?;
        self.text = Some(lines.to_owned());
        Ok(())
    }
}

impl Drop for PinFile {
    fn drop(&mut self) {
        if self.owner.is_here() {
            // The file is unlinked only under the exclusive lock. A writer that takes that lock first unlinks the file
            // itself.
            if matches!(self.file.try_exclusive(), Ok(true)) && self.is_in_place() {
                let _ = self.fs.remove_file_if_there(&self.path);
            }
            let _ = self.file.unlock();
        }
    }
}

/// One reader's pin file, locked shared until dropped. It may pin any number of datasets.
#[derive(Debug)]
pub(crate) struct Pin {
    /// `None` only while it is dropped.
    file: Option<PinFile>,
    /// The lines of all pinned datasets.
    lines: String,
    owner: Owner,
    idle: Arc<IdlePins>,
}

impl Pin {
    /// Takes an idle pin file or makes one. It does not pin anything yet. `None` if the store cannot be written to; the
    /// reader then reads without a pin.
    pub(crate) fn new(fs: &StoreFs, root: &Path, idle: &Arc<IdlePins>) -> Result<Option<Self>> {
        let folder = root.join(paths::PINS);
        fs.expect_kind(&folder, EntryKind::Dir)?;
        let file = match idle.take() {
            None => PinFile::create(fs, &folder)?,
            taken => taken,
        };
        let pin =
            |file| Self { file: Some(file), lines: String::new(), owner: Owner::this_process(), idle: idle.clone() };
        Ok(file.map(pin))
    }

    /// Pins these datasets at these commits, too. `false` if the store takes no more bytes; then the pin is useless.
    pub(crate) fn add<'a>(&mut self, pinned: impl IntoIterator<Item = (u64, &'a str)>) -> Result<bool> {
        self.owner.check()?;
        for (commit, text) in pinned {
            self.lines.push_str(&line_of(commit, text));
        }
        match self.file.as_mut().map_or(Ok(()), |file| file.write(&self.lines)) {
            Err(error) if cannot_write(&error) => Ok(false),
            other => other.map(|()| true),
        }
    }

    /// Fails in a forked child.
    ///
    /// # Errors
    ///
    /// [`Error::Forked`] in a child process.
    pub(crate) fn check(&self) -> Result<()> {
        self.owner.check()
    }

    /// Whether writers of the store at this path see the pin. They do not if the store was moved or replaced by another
    /// one.
    pub(crate) fn is_in_place(&self) -> bool {
        self.file.as_ref().is_none_or(|file| file.file.is_at(&file.path).unwrap_or(true))
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let Some(file) = self.file.take().filter(|_| self.owner.is_here()) else { return };
        // Once unlocked, it does not keep any files. A file with unknown text does not become idle; it is unlinked.
        if file.file.unlock().is_ok() && file.text.is_some() {
            self.idle.keep(file);
        }
    }
}
