//! The commit point and what follows it: steps 9 to 13 of `docs/commit.md`. Nothing else replaces a manifest.

use std::sync::Arc;

use super::commit_options::Durability;
use super::loaded::Loaded;
use super::outcome::{Attempt, Seen};
use super::turn::{NewManifest, Prepared, Turn, stamped};
use crate::Result;
use crate::error::outcome::Outcome;
use crate::format::manifest::{CommitKind, Manifest};
use crate::fs::random::random;
use crate::version::Version;

/// Makes a prepared manifest the dataset's (steps 9 to 13), and returns it.
///
/// # Errors
///
/// [`Error::NotDurable`](crate::Error::NotDurable) after the commit point,
/// [`Error::OutcomeUnknown`](crate::Error::OutcomeUnknown) if it is not known whether it was passed. After any other
/// error the dataset is as it was.
pub(super) fn publish(prepared: Prepared) -> Result<Loaded> {
    let Prepared { mut turn, next, checksum } = prepared;
    let attempt = Attempt::on("commit", &next.dataset, next.version());
    let base = turn.base().map(Manifest::version);
    let files_written = turn.files_made();
    put_in_place(&mut turn, base, &attempt, checksum).inspect_err(|error| match error.outcome() {
        Outcome::NotDone => {}
        // The manifest that names the new files is or may be visible, so they must stay.
        _ => turn.release(),
    })?;
    turn.release();
    // If all files are synced, syncing a folder or two makes even an unsynced commit durable, so that the files that it
    // replaced may be deleted.
    let durability = if next.is_durable() { Durability::Synced } else { turn.durability() };
    if let Err(source) = make_durable(&turn, &next, durability) {
        turn.leave_mark();
        return Err(attempt.not_durable(source));
    }
    tracing::debug!(version = next.commit, ?durability, "the manifest is in place");
    super::retire::settle(&turn.fs, &turn.paths, &next);
    turn.committed();
    report(&next, files_written);
    Ok(Loaded { manifest: Arc::new(next), checksum })
}

/// Logs the commit.
fn report(next: &Manifest, files_written: usize) {
    tracing::info!(
        dataset = next.dataset,
        version = next.commit,
        files_written,
        files_replaced = next.retired.iter().filter(|retired| retired.by == next.commit).count(),
        row_groups = next.entries.len(),
        rows = next.rows(),
        "committed"
    );
}

/// Steps 8 to 10 for a repair: makes `next` the manifest, and retires nothing. `base` is the version that is there now.
/// Returns the new manifest.
///
/// # Errors
///
/// As [`publish`].
pub(crate) fn install(turn: &mut Turn, base: Option<Version>, next: Manifest) -> Result<Manifest> {
    let next = stamped(next, random()?, CommitKind::Repair);
    let mut manifest = NewManifest::write(&turn.fs, &turn.paths.manifest_tmp(), &next)?;
    manifest.sync(&turn.fs).and_then(|()| turn.check()).inspect_err(|_| manifest.remove(&turn.fs))?;
    let attempt = Attempt::on("repair", &next.dataset, next.version());
    put_in_place(turn, base, &attempt, manifest.checksum)?;
    make_durable(turn, &next, Durability::Synced).map_err(|source| attempt.not_durable(source))?;
    Ok(next)
}

/// Step 9, the commit point. If it fails and may have happened all the same, the mark stays.
fn put_in_place(turn: &mut Turn, base: Option<Version>, attempt: &Attempt, checksum: u128) -> Result<()> {
    let (fs, paths) = (&turn.fs, &turn.paths);
    let look = || {
        Ok(match super::load::load(fs, paths)? {
            Some(found) if found.checksum == checksum => Seen::New,
            found if found.as_ref().map(|found| found.manifest.version()) == base => Seen::Old,
            _ => Seen::Other,
        })
    };
    let placed = attempt.rename(fs, &paths.manifest_tmp(), &paths.manifest(), look);
    placed.inspect_err(|error| {
        if error.outcome() != Outcome::NotDone {
            turn.leave_mark();
        }
    })
}

/// Step 10: makes the manifest's name durable. At a first write the folders above are synced too, since their maker may
/// have died before syncing them.
///
/// An unsynced commit skips this, with two exceptions. A first write does not: if its manifest were lost, its files
/// would look like a dataset that lost its manifest. A commit that replaces files does not: the replaced files are
/// renamed next, and the old manifest does not know their new names.
fn make_durable(turn: &Turn, next: &Manifest, durability: Durability) -> Result<()> {
    let replaces = next.retired.iter().any(|retired| retired.by == next.commit);
    if durability == Durability::Unsynced && turn.base().is_some() && !replaces {
        return Ok(());
    }
    if turn.base().is_none() { turn.sync_parents() } else { turn.fs.sync_dir(&turn.paths.parent()) }
}
