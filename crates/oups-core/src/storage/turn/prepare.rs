//! Prepares a commit: afterwards all of it is durable, except for the manifest's name.

use std::time::{SystemTime, UNIX_EPOCH};

use super::{NewManifest, Turn};
use crate::Result;
use crate::format::manifest::{CommitKind, Manifest};
use crate::storage::commit_options::Durability;
use crate::storage::files::{check_bytes, open_or_missing};
use crate::version::Version;

/// A commit that only lacks its commit point. If it is dropped before, its turn removes the files that were made.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(in crate::storage) turn: Turn,
    pub(in crate::storage) next: Manifest,
    /// The checksum of the next manifest.
    pub(in crate::storage) checksum: u128,
}

impl Prepared {
    /// The version of the dataset once the commit is published.
    pub(crate) fn version(&self) -> Version {
        self.next.version()
    }
}

impl Turn {
    /// Steps 6 to 8 for `next`, which already lists the files that it retires.
    ///
    /// # Errors
    ///
    /// If a file operation fails, or a file of an earlier unsynced commit is damaged. The dataset is as it was.
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

    /// Syncs the files of earlier unsynced commits, before the files that they replaced may be deleted. Each is then
    /// read from the disk and compared with its checksum: a power loss may have damaged it since it was written, and
    /// after a sync that failed for another handle, this one would report success.
    fn sync_flagged(&self, next: &mut Manifest) -> Result<()> {
        // A synced commit lists its own files as synced, so only files of earlier commits are flagged.
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

/// The manifest with its draw and its time, and this commit in its lineage.
pub(in crate::storage) fn stamped(next: Manifest, draw: u64, kind: CommitKind) -> Manifest {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis() as u64);
    let lineage = next.lineage.next(next.commit, draw, kind, now);
    Manifest { lineage, ..next }
}
