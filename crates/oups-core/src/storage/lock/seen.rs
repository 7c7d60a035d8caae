//! Pins, seen from outside: by writers that retire files, and by `verify`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::open::{Take, cannot_write, open_locked};
use crate::Result;
use crate::format::pin_text::commits_of;
use crate::fs::{EntryKind, LockAccess, StoreFs, is_not_found};
use crate::paths::{self, DatasetPaths};

/// The commits of a dataset that readers pin. Stale pin files are unlinked on the way.
pub(crate) fn pinned_commits(fs: &StoreFs, paths: &DatasetPaths) -> Result<BTreeSet<u64>> {
    let folder = paths.root().join(paths::PINS);
    let mut commits = BTreeSet::new();
    for entry in fs.list(&folder)? {
        if !paths::is_pin_name(&entry.name) || entry.kind != EntryKind::File {
            continue;
        }
        let path = folder.join(&entry.name);
        // Opened only for reading: another user's pin may not be writable, and need not be.
        match open_locked(fs, &path, LockAccess::Read, Take::TryExclusive) {
            Err(error) if is_not_found(&error) => {}
            Err(error) => return Err(error),
            Ok(Some(stale)) => {
                // If it belongs to another user, only that user may be able to remove it. It does not pin anything.
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
pub(crate) enum SeenPin {
    /// A reader holds it, or a store handle keeps it for the next reader.
    Held {
        /// The file.
        path: PathBuf,
        /// Its text: the datasets and commits that it pins.
        text: String,
    },
    /// Its reader is gone.
    Stale {
        /// The file.
        path: PathBuf,
    },
    /// It is not a pin.
    Foreign {
        /// The file.
        path: PathBuf,
    },
}

/// All files in the folder of pins, in order of names. Nothing is changed.
pub(crate) fn pin_files(fs: &StoreFs, root: &Path) -> Result<Vec<SeenPin>> {
    let folder = root.join(paths::PINS);
    let mut entries = fs.list(&folder)?;
    entries.sort();
    let mut files = Vec::with_capacity(entries.len());
    for entry in entries {
        let path = folder.join(&entry.name);
        let Some(pid) = paths::pin_pid(&entry.name).filter(|_| entry.kind == EntryKind::File) else {
            files.push(SeenPin::Foreign { path });
            continue;
        };
        let Some(text) = fs.read_if_there(&path)? else { continue };
        let text = String::from_utf8_lossy(&text).into_owned();
        // Trying the lock would disturb a reader that is just taking or dropping it. So it is tried only for processes
        // that may be dead.
        let is_stale = !is_alive(pid)
            && match open_locked(fs, &path, LockAccess::Read, Take::TryExclusive) {
                Ok(file) => file.is_some(),
                Err(error) if is_not_found(&error) => continue,
                Err(error) if cannot_write(&error) => false,
                Err(error) => return Err(error),
            };
        files.push(if is_stale { SeenPin::Stale { path } } else { SeenPin::Held { path, text } });
    }
    Ok(files)
}

/// Whether a process with this id is known to live on this machine. If that is unknown, the lock decides.
fn is_alive(pid: u32) -> bool {
    cfg!(target_os = "linux") && Path::new("/proc").join(pid.to_string()).exists()
}

/// Whether a reader pins any version of the dataset. An idle pin still has the lines of its last reader, so here the
/// locks are tried. A reader that is disturbed by that makes another pin.
pub(crate) fn is_read(fs: &StoreFs, paths: &DatasetPaths) -> Result<bool> {
    for pin in pin_files(fs, paths.root())? {
        let SeenPin::Held { path, text } = pin else { continue };
        if commits_of(&text, paths.text()).next().is_none() {
            continue;
        }
        match open_locked(fs, &path, LockAccess::Read, Take::TryExclusive) {
            Ok(Some(idle)) => drop(idle.unlock()),
            Err(error) if is_not_found(&error) => {}
            Err(error) if !cannot_write(&error) => return Err(error),
            Ok(None) | Err(_) => return Ok(true),
        }
    }
    Ok(false)
}
