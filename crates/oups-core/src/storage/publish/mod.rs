//! The commit: the numbered steps of `docs/commit.md`, and the only place where a manifest is replaced.

mod new_manifest;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::commit_options::Durability;
use super::files::{check_bytes, open_or_missing};
use super::loaded::Loaded;
use super::outcome::{Attempt, Seen};
use super::turn::Turn;
use super::turn::new_files::NewFiles;
use crate::Result;
use crate::error::outcome::Outcome;
use crate::format::manifest::{CommitKind, Manifest};
use crate::fs::random::random;
use crate::version::Version;
use new_manifest::NewManifest;

/// Makes `next` the dataset's manifest: steps 6 to 13, and returns it as it is there. `next` already lists what it
/// retires.
///
/// # Errors
///
/// [`Error::NotDurable`](crate::Error::NotDurable) after the commit point and
/// [`Error::OutcomeUnknown`](crate::Error::OutcomeUnknown) if it is not known whether it was passed; every other error means
/// that the dataset is as it was.
pub(crate) fn commit(
    mut turn: Turn,
    mut files: NewFiles,
    mut next: Manifest,
    kind: CommitKind,
    durability: Durability,
) -> Result<Loaded> {
    let (fs, paths) = (turn.fs.clone(), turn.paths.clone());
    if durability == Durability::Synced {
        sync_flagged(&turn, &mut next)?;
    }
    next = stamped(next.with_durable(), files.draw(), kind);
    // The disk takes the manifest together with the files that it names: it is none before it has its name.
    let mut manifest = NewManifest::write(&fs, &paths.manifest_tmp(), &next)?;
    let ready = files.publish(durability).and_then(|()| turn.sync_settled()).and_then(|()| manifest.sync(&fs));
    tracing::debug!(files = files.len(), "files have their names");
    ready.and_then(|()| turn.check()).inspect_err(|_| manifest.remove(&fs))?;
    let checksum = manifest.checksum;
    let attempt = Attempt::on("commit", &next.dataset, next.version());
    let base = turn.base().map(Manifest::version);
    put_in_place(&turn, base, &attempt, &manifest).inspect_err(|error| match error.outcome() {
        Outcome::NotDone => manifest.remove(&fs),
        // Files that a visible manifest names must stay.
        Outcome::Done { .. } | Outcome::Unknown => files.release(),
    })?;
    files.release();
    // With nothing flagged, syncing a folder or two makes even an unsynced commit durable, and what it replaced may go.
    let durability = if next.is_durable() { Durability::Synced } else { durability };
    if let Err(source) = make_durable(&turn, &next, durability) {
        turn.leave_mark();
        return Err(attempt.not_durable(source));
    }
    tracing::debug!(version = next.commit, ?durability, "the manifest is in place");
    super::retire::settle(&fs, &paths, &next);
    turn.committed();
    tell(&next, files.len());
    Ok(Loaded { manifest: Arc::new(next), checksum })
}

/// For those who listen: what is there now, and what it took.
fn tell(next: &Manifest, files_written: usize) {
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

/// Steps 8 to 10 for a repair: makes `next` the manifest, and retires nothing. `base` is what is there
/// now. Returns the manifest as it then is.
///
/// # Errors
///
/// As [`commit`].
pub(crate) fn install(turn: &Turn, base: Option<Version>, next: Manifest) -> Result<Manifest> {
    let (fs, paths) = (&turn.fs, &turn.paths);
    let next = stamped(next, random()?, CommitKind::Repair);
    let mut manifest = NewManifest::write(fs, &paths.manifest_tmp(), &next)?;
    manifest.sync(fs).and_then(|()| turn.check()).inspect_err(|_| manifest.remove(fs))?;
    let attempt = Attempt::on("repair", &next.dataset, next.version());
    put_in_place(turn, base, &attempt, &manifest)?;
    make_durable(turn, &next, Durability::Synced).map_err(|source| attempt.not_durable(source))?;
    Ok(next)
}

/// The version with its draw and its time, and this commit in its lineage.
fn stamped(next: Manifest, draw: u64, kind: CommitKind) -> Manifest {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis() as u64);
    let lineage = next.lineage.next(next.commit, draw, kind, now);
    Manifest { lineage, ..next }
}

/// Step 9, the commit point. Where it fails and may have happened all the same, the mark stays.
fn put_in_place(turn: &Turn, base: Option<Version>, attempt: &Attempt, new: &NewManifest) -> Result<()> {
    let (fs, paths) = (&turn.fs, &turn.paths);
    let look = || {
        Ok(match super::load::load(fs, paths)? {
            Some(found) if found.checksum == new.checksum => Seen::New,
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

/// Syncs the files that earlier commits did not, before anything that they replaced may go. Each is then read from the
/// disk and compared with its checksum: since it was written, a power loss may have damaged it, and a sync that another
/// handle saw fail reports success the next time.
fn sync_flagged(turn: &Turn, next: &mut Manifest) -> Result<()> {
    // Files that this commit made are synced, or it is not a synced one: what is flagged is old.
    if next.is_durable() {
        return Ok(());
    }
    for entry in next.entries.iter_mut().filter(|entry| !entry.synced) {
        let path = turn.paths.file(&entry.file);
        let file = open_or_missing(&turn.fs, &path)?;
        turn.fs.sync_file(&path)?;
        check_bytes(&*file, &path, entry)?;
        entry.synced = true;
    }
    turn.fs.sync_dir(&turn.paths.folder())
}

/// Step 10. At a first write the folders above are synced too: whoever made them may not have come to it. An unsynced
/// first write is no exception: files without a manifest would look like a dataset that lost it. Nor is an unsynced
/// commit that replaces files: these are renamed next, and the old manifest does not know them by their new names.
fn make_durable(turn: &Turn, next: &Manifest, durability: Durability) -> Result<()> {
    let replaces = next.retired.iter().any(|retired| retired.by == next.commit);
    if durability == Durability::Unsynced && turn.base().is_some() && !replaces {
        return Ok(());
    }
    if turn.base().is_none() { turn.sync_parents() } else { turn.fs.sync_dir(&turn.paths.parent()) }
}
