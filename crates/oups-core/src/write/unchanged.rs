//! The end of a turn that changes nothing.

use super::progress::{Phase, Watch};
use super::report::CommitReport;
use crate::Result;
use crate::format::manifest::{CommitKind, Manifest};
use crate::storage::commit_options::Durability;
use crate::storage::publish::commit;
use crate::storage::turn::Turn;
use crate::storage::turn::new_files::NewFiles;

/// Ends a turn that changes nothing: a synced one makes durable what is there, if it is not.
pub(crate) fn unchanged(turn: Turn, base: Manifest, durability: Durability, watch: &Watch) -> Result<CommitReport> {
    if durability == Durability::Unsynced || base.is_durable() {
        return Ok(CommitReport::nothing(base.version()));
    }
    watch.tell(Phase::Publishing, 0, Some(0))?;
    let (next, files) = (turn.next_of(base), NewFiles::none(&turn, Durability::Synced)?);
    let done = commit(turn, files, next, CommitKind::Sync, Durability::Synced)?;
    watch.has_happened(0);
    Ok(CommitReport { changed: true, ..CommitReport::nothing(done.manifest.version()) })
}
