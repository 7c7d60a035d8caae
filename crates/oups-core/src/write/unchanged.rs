//! The end of a turn that changes nothing.

use super::report::CommitReport;
use crate::Result;
use crate::format::manifest::{CommitKind, Manifest};
use crate::storage::commit_options::Durability;
use crate::storage::publish::commit;
use crate::storage::turn::Turn;
use crate::storage::turn::new_files::NewFiles;

/// Ends a turn that changes nothing: a synced one makes durable what is there, if it is not.
pub(crate) fn unchanged(turn: Turn, base: Manifest, durability: Durability) -> Result<CommitReport> {
    if durability == Durability::Unsynced || base.is_durable() {
        return Ok(CommitReport::nothing(base.version()));
    }
    let (next, files) = (turn.next_of(base), NewFiles::none(&turn, Durability::Synced)?);
    let done = commit(turn, files, next, CommitKind::Sync, Durability::Synced)?;
    Ok(CommitReport { changed: true, ..CommitReport::nothing(done.manifest.version()) })
}
