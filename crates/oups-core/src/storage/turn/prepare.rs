//! A commit is prepared: all of it is durable but the manifest's name.

use std::time::{SystemTime, UNIX_EPOCH};

use super::{NewManifest, Turn};
use crate::Result;
use crate::format::manifest::{CommitKind, Manifest};
use crate::storage::commit_options::Durability;
use crate::storage::files::{check_bytes, open_or_missing};
use crate::version::Version;

/// A commit that only lacks its commit point. Dropped before it, its turn removes what was made.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(in crate::storage) turn: Turn,
    pub(in crate::storage) next: Manifest,
    /// Of the next manifest.
    pub(in crate::storage) checksum: u128,
}

impl Prepared {
    /// The version that it is once it is published.
    pub(crate) fn version(&self) -> Version {
        self.next.version()
    }
}

impl Turn {
    /// Steps 6 to 8 for `next`, which already lists what it retires.
    ///
    /// # Errors
    ///
    /// A failed file operation; a file of an unsynced commit that is damaged. The dataset is as it was.
    pub(crate) fn prepare(mut self, mut next: Manifest, kind: CommitKind) -> Result<Prepared> {
        if self.durability == Durability::Synced {
            self.sync_flagged(&mut next)?;
        }
        let next = stamped(next.with_durable(), self.draw()?, kind);
        // Until it is renamed it is not the manifest, so it may reach the disk before the files that it names.
        let manifest = NewManifest::write(&self.fs, &self.paths.manifest_tmp(), &next)?;
        let checksum = manifest.checksum;
        self.files.manifest = Some(manifest);
        self.name_files()?;
        self.sync_settled()?;
        if let Some(manifest) = &mut self.files.manifest {
            manifest.sync(&self.fs)?;
        }
        tracing::debug!(files = self.files_made(), "files have their names");
        self.check()?;
        Ok(Prepared { turn: self, next, checksum })
    }

    /// Syncs the files that earlier commits did not, before anything that they replaced may go. Each is then read from
    /// the disk and compared with its checksum: since it was written, a power loss may have damaged it, and a sync that
    /// another handle saw fail reports success the next time.
    fn sync_flagged(&self, next: &mut Manifest) -> Result<()> {
        // Files that this commit made are synced, or it is not a synced one: what is flagged is old.
        if next.is_durable() {
            return Ok(());
        }
        for entry in next.entries.iter_mut().filter(|entry| !entry.synced) {
            let path = self.paths.file(&entry.file);
            let file = open_or_missing(&self.fs, &path)?;
            self.fs.sync_file(&path)?;
            check_bytes(&*file, &path, entry)?;
            entry.synced = true;
        }
        self.fs.sync_dir(&self.paths.folder())
    }
}

/// The version with its draw and its time, and this commit in its lineage.
pub(in crate::storage) fn stamped(next: Manifest, draw: u64, kind: CommitKind) -> Manifest {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis() as u64);
    let lineage = next.lineage.next(next.commit, draw, kind, now);
    Manifest { lineage, ..next }
}
