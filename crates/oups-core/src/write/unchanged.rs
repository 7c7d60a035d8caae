//! The end of a turn that changes nothing.

use super::progress::{Phase, Watch};
use super::report::CommitReport;
use crate::Result;
use crate::format::manifest::{CommitKind, Manifest};
use crate::storage::commit_options::Durability;
use crate::storage::local::LocalStorage;
use crate::storage::turn::Turn;

/// Ends a turn that changes nothing. A synced one makes unsynced files durable, in a commit.
pub(crate) fn unchanged(storage: &LocalStorage, turn: Turn, base: Manifest, watch: &Watch) -> Result<CommitReport> {
    if turn.durability() == Durability::Unsynced || base.is_durable() {
        return Ok(CommitReport::nothing(base.version()));
    }
    watch.tell(Phase::Publishing, 0, Some(0))?;
    let next = turn.next_of(base);
    let version = storage.commit(turn, next, CommitKind::Sync)?;
    watch.has_happened(0);
    Ok(CommitReport { changed: true, ..CommitReport::nothing(version) })
}
