//! Every file operation of every kind of commit fails, or the process dies before it, in the middle of it, or after it.

use std::collections::BTreeMap;
use std::path::Path;

use oups_core::{AnyKey, Outcome, Store};
use oups_tests::disk::{Disk, Unsynced, write_image};
use oups_tests::fault_fs::{Fault, FaultFs};
use oups_tests::scratch;
use oups_tests::tree::{copy_tree, tree};

use super::acts::{Act, KINDS, Kind};
use super::state::{Seen, create, is_exhaustive, look, look_by, next_write_is_whole, next_write_succeeds, open};

const FAULTS: [Fault; 5] = [Fault::Fails, Fault::FailsAfter, Fault::DiesBefore, Fault::DiesAfter, Fault::Torn];

#[test]
fn every_commit_survives_a_fault_at_every_operation() {
    let points: usize = std::thread::scope(|scope| {
        let halves = KINDS.chunks(KINDS.len().div_ceil(2));
        let threads: Vec<_> =
            halves.map(|kinds| scope.spawn(|| kinds.iter().map(all_faults_of).sum::<usize>())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    println!("{points} fault points");
    assert!(points > 1000, "{points} fault points");
}

fn all_faults_of(kind: &Kind) -> usize {
    let scratch = scratch();
    let prepared = scratch.path().join("prepared");
    let store = create(&prepared);
    kind.before.iter().for_each(|act| act(&store).unwrap());
    let old = look(&prepared);

    let done = scratch.path().join("done");
    copy_tree(&prepared, &done);
    let counting = FaultFs::counting();
    let beside = who_has_looked(&done);
    (kind.act)(&open(Some(&counting), &done).unwrap()).unwrap();
    let new = look(&done);
    drop(beside);
    assert_ne!(old, new, "{}: the commit must be visible", kind.name);

    let mut points = 0;
    for (operation, name) in counting.operations().iter().enumerate() {
        for (number, fault) in FAULTS.into_iter().enumerate() {
            // `power` works out what a death leaves, for every moment. Here the dying code runs too, so a sample is
            // enough.
            if !matches!(fault, Fault::Fails | Fault::FailsAfter) && !is_exhaustive() && (operation + number) % 4 > 0 {
                continue;
            }
            points += 1;
            let at = format!("{}: {fault:?} at {operation} ({name})", kind.name);
            let root = scratch.path().join("hit");
            copy_tree(&prepared, &root);
            hit(&root, kind, FaultFs::hitting(operation, fault), (&old, &new), &at);
            std::fs::remove_dir_all(&root).unwrap();
        }
    }
    points
}

/// A handle as of another process, which keeps a manifest and an idle pin that must hinder nobody.
fn who_has_looked(root: &Path) -> Store<AnyKey> {
    let store = open(None, root).unwrap();
    look_by(&store).unwrap();
    store
}

fn hit(root: &Path, kind: &Kind, fs: FaultFs, (old, new): (&Seen, &Seen), at: &str) {
    let act: Act = kind.act;
    let beside = who_has_looked(root);
    let before = Disk::holding(root);
    let files = stored(root);
    let fs = fs.recording(root);
    let result = act(&open(Some(&fs), root).unwrap());
    let seen = look(root);
    let is_done = match &result {
        // An operation that may fail, such as removing an empty folder.
        Ok(()) => Some(new),
        Err(_) if fs.is_dead() => None,
        Err(error) => match error.outcome() {
            Outcome::NotDone => {
                assert_eq!(stored(root), files, "{at}: reported {error}, but files have changed");
                Some(old)
            }
            Outcome::Done { .. } => Some(new),
            Outcome::Unknown => panic!("{at}: the state is known, the outcome is not: {error}"),
            Outcome::Partly => panic!("{at}: a commit is not done by halves: {error}"),
        },
    };
    match is_done {
        Some(expected) => assert_eq!(&seen, expected, "{at}: reported {result:?}"),
        None => assert!(seen == *old || seen == *new, "{at}: neither old nor new: {seen:?}"),
    }
    assert_eq!(look_by(&beside).unwrap(), seen, "{at}: who has looked before");
    drop(beside);
    next_write_succeeds(root, seen, at);
    if !fs.is_dead() && kind.unsynced == 0 {
        power_loss_after(before, &fs, &result, (old, new), &root.with_extension("lost"), at);
    }
}

/// The bytes of the manifest and of the files that it names. Replaced files may go, and side files may be written, at
/// any time.
fn stored(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let is_stored = |name: &str| name.ends_with(".opdmd") || name.ends_with(".parquet");
    tree(root).into_iter().filter(|(name, _)| is_stored(name)).collect()
}

/// An operation fails, the process goes on to the end, and then the machine goes off.
fn power_loss_after(
    mut disk: Disk,
    fs: &FaultFs,
    result: &oups_core::Result<()>,
    (old, new): (&Seen, &Seen),
    root: &Path,
    at: &str,
) {
    fs.events().iter().for_each(|event| disk.apply(event));
    for unsynced in [Unsynced::AllLost, Unsynced::Drawn(1)] {
        let at = format!("{at}, then a power loss ({unsynced:?})");
        write_image(&disk.after(unsynced), root);
        let seen = look(root);
        match result {
            Ok(()) => assert_eq!(&seen, new, "{at}: reported done"),
            Err(error) if error.outcome() == Outcome::NotDone => assert_eq!(&seen, old, "{at}: reported as failed"),
            Err(_) => assert!(seen == *old || seen == *new, "{at}: neither old nor new: {seen:?}"),
        }
        next_write_is_whole(root, seen, &at);
        std::fs::remove_dir_all(root).unwrap();
    }
}
