//! Pins: what readers hold so that the files of their snapshot stay.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use super::open::{Take, open_locked};
use super::process::Owner;
use crate::fs::{EntryKind, LockAccess, LockFile, StoreFs, failed, is_not_found};
use crate::layout::{self, DatasetPaths};
use crate::random::random;
use crate::{Error, Result};

/// One reader's pin file, locked shared until dropped. It may pin any number of datasets.
#[derive(Debug)]
pub(crate) struct Pin {
    fs: StoreFs,
    path: PathBuf,
    file: Box<dyn LockFile>,
    owner: Owner,
}

impl Pin {
    /// Makes a pin file, or `None` where the store cannot be written to: the reader then reads unpinned.
    pub(crate) fn create(fs: &StoreFs, root: &Path) -> Result<Option<Self>> {
        let folder = root.join(layout::PINS);
        fs.expect_kind(&folder, EntryKind::Dir)?;
        loop {
            let path = folder.join(layout::pin_name(std::process::id(), random()?));
            match open_locked(fs, &path, LockAccess::Create, Take::TryShared) {
                Ok(Some(file)) => return Ok(Some(Self { fs: fs.clone(), path, file, owner: Owner::this_process() })),
                // A writer that saw the file before it was locked took it for a stale one.
                Ok(None) => {}
                Err(error) if is_not_found(&error) => match fs.create_dir(&folder) {
                    Err(error) if cannot_write(&error) => return Ok(None),
                    Err(error) => return Err(error),
                    Ok(_) => {}
                },
                Err(error) if cannot_write(&error) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }

    /// Pins these datasets at these commits, in addition to what is pinned; `false` where the store takes no more bytes:
    /// the pin then is of no use.
    pub(crate) fn add<'a>(&self, pinned: impl IntoIterator<Item = (u64, &'a str)>) -> Result<bool> {
        self.owner.check()?;
        let mut lines = String::new();
        for (commit, text) in pinned {
            let _ = writeln!(lines, "{commit} {text}");
        }
        match self.file.append_text(&lines).map_err(failed("write", &self.path)) {
            Err(error) if cannot_write(&error) => Ok(false),
            other => other.map(|()| true),
        }
    }

    /// # Errors
    ///
    /// [`Error::Forked`] in a child process.
    pub(crate) fn check(&self) -> Result<()> {
        self.owner.check()
    }

    /// Whether writers of the store at this place see it: not once the store was moved, or another one put in its place.
    pub(crate) fn is_in_place(&self) -> bool {
        self.file.is_at(&self.path).unwrap_or(true)
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        if self.owner.is_here() {
            // Unlinked only under the exclusive lock. A writer that takes it in between unlinks the file itself.
            if let Ok(true) = self.file.try_exclusive() {
                let _ = self.fs.remove_file_if_there(&self.path);
            }
            let _ = self.file.unlock();
        }
    }
}

pub(super) fn cannot_write(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. }
    if matches!(
        source.kind(),
        io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
    ))
}

/// The commits of a dataset that readers hold. Stale pin files are unlinked on the way.
pub(crate) fn pinned_commits(fs: &StoreFs, paths: &DatasetPaths) -> Result<BTreeSet<u64>> {
    let folder = paths.root().join(layout::PINS);
    let mut commits = BTreeSet::new();
    for entry in fs.list(&folder)? {
        if !layout::is_pin_name(&entry.name) || entry.kind != EntryKind::File {
            continue;
        }
        let path = folder.join(&entry.name);
        // Opened to be read only: another user's pin cannot be written to, and need not.
        match open_locked(fs, &path, LockAccess::Read, Take::TryExclusive) {
            Err(error) if is_not_found(&error) => {}
            Err(error) => return Err(error),
            Ok(Some(stale)) => {
                // Perhaps another user's, who alone may remove it; it pins nothing.
                let _ = fs.remove_file_if_there(&path);
                let _ = stale.unlock();
            }
            Ok(None) => {
                if let Some(text) = fs.read_if_there(&path)? {
                    commits.extend(commits_of(&String::from_utf8_lossy(&text), paths.text()));
                }
            }
        }
    }
    Ok(commits)
}

/// One file in the folder of pins.
#[derive(Debug)]
pub(crate) enum PinFile {
    /// A reader holds it.
    Held {
        /// What it pins.
        text: String,
    },
    /// Its reader is gone.
    Stale {
        /// The file.
        path: PathBuf,
    },
    /// It is no pin.
    Foreign {
        /// The file.
        path: PathBuf,
    },
}

/// Looks at every pin, in order of names, and changes nothing.
pub(crate) fn pin_files(fs: &StoreFs, root: &Path) -> Result<Vec<PinFile>> {
    let folder = root.join(layout::PINS);
    let mut entries = fs.list(&folder)?;
    entries.sort();
    let mut files = Vec::with_capacity(entries.len());
    for entry in entries {
        let path = folder.join(&entry.name);
        let Some(pid) = layout::pin_pid(&entry.name).filter(|_| entry.kind == EntryKind::File) else {
            files.push(PinFile::Foreign { path });
            continue;
        };
        let Some(text) = fs.read_if_there(&path)? else { continue };
        let text = String::from_utf8_lossy(&text).into_owned();
        // To try the lock would disturb a reader that is about to take or drop it, so those that live are not asked.
        let is_stale = !is_alive(pid)
            && match open_locked(fs, &path, LockAccess::Read, Take::TryExclusive) {
                Ok(file) => file.is_some(),
                Err(error) if is_not_found(&error) => continue,
                Err(error) if cannot_write(&error) => false,
                Err(error) => return Err(error),
            };
        files.push(if is_stale { PinFile::Stale { path } } else { PinFile::Held { text } });
    }
    Ok(files)
}

/// Whether a process of this number is known to live here. Where that cannot be told, the lock must tell.
fn is_alive(pid: u32) -> bool {
    cfg!(target_os = "linux") && Path::new("/proc").join(pid.to_string()).exists()
}

/// Whether a pin's text names a dataset.
pub(crate) fn names(text: &str, dataset: &str) -> bool {
    commits_of(text, dataset).next().is_some()
}

/// The commits that a pin's text names for a dataset. An unfinished last line means nothing: its reader has yet to look
/// at the manifest again.
fn commits_of<'a>(text: &'a str, dataset: &'a str) -> impl Iterator<Item = u64> + 'a {
    text.split_inclusive('\n').filter_map(move |line| {
        let (commit, name) = line.strip_suffix('\n')?.split_once(' ')?;
        (name == dataset).then(|| commit.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::commits_of;

    #[test]
    fn a_pin_names_commits_by_dataset() {
        let text = "17 a b/1D\n18 a\n19 a b/1D\n20 a b/1D";
        assert_eq!(commits_of(text, "a b/1D").collect::<Vec<_>>(), [17, 19]);
        assert_eq!(commits_of(text, "a").collect::<Vec<_>>(), [18]);
    }
}
