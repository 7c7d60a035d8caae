//! Lock and pin files come and go all the time. Still a lock never has two holders, and no reader loses its files.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use fs2::FileExt;
use oups_core::{Durability, Error, Keep, Resolver};
use oups_tests::disk::draw;
use oups_tests::scratch;
use oups_tests::tree::{pins, tree};

use super::actor::{Actor, assignment, say};
use super::{dataset, is_long, rows, seen, store};

/// Writers of one process, and how often each writes and removes.
const THREADS: u64 = 4;

fn rounds() -> u64 {
    if is_long() { 2_000 } else { 40 }
}

/// A rule that runs under the lock, and fails if another one runs at the same time, in this process or in another.
fn alone(beside: &Path) -> Resolver {
    let (inside, counter) = (beside.join("inside"), beside.join("counter"));
    Resolver::new(move |run| {
        File::create_new(&inside).expect("two holders of one lock");
        let count: u64 = fs::read_to_string(&counter).unwrap().parse().unwrap();
        thread::yield_now();
        fs::write(&counter, (count + 1).to_string()).unwrap();
        fs::remove_file(&inside).unwrap();
        Ok(run.new_rows())
    })
}

/// Writes and removes the dataset in turn. Returns how often the rule ran.
fn write_and_remove(root: &Path, beside: &Path) -> u64 {
    let ran = AtomicU64::new(0);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let ran = &ran;
            scope.spawn(move || {
                let (store, dataset) = (store(root), dataset(root));
                let key = store.parse_key("x").unwrap();
                for round in 0..rounds() {
                    // Two equal rows, so that the rule runs whether the dataset exists or not.
                    let write = dataset.write(rows([7, 7])).ordered_on("time").duplicates_on(["time"]);
                    write.keep(alone(beside)).commit().unwrap();
                    ran.fetch_add(1, Ordering::Relaxed);
                    if (round + thread) % 3 > 0 {
                        match store.dataset(&key).unwrap().remove().commit() {
                            Ok(_) | Err(Error::NoDataset { .. }) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
            });
        }
    });
    ran.into_inner()
}

/// Not a test of its own.
#[test]
fn process_that_writes_and_removes() {
    let Some((root, _)) = assignment() else { return };
    say(&write_and_remove(&root, root.parent().unwrap()).to_string());
}

#[test]
fn a_lock_that_is_removed_and_made_again_never_has_two_holders() {
    let folder = scratch();
    let root = folder.path().join("store");
    store(&root);
    fs::write(folder.path().join("counter"), "0").unwrap();
    let mut others: Vec<Actor> =
        (0..2).map(|number| Actor::start("hammer::process_that_writes_and_removes", &root, number)).collect();
    let mut ran = write_and_remove(&root, folder.path());
    for other in &mut others {
        ran += other.hear().unwrap().parse::<u64>().unwrap();
    }
    assert!(others.into_iter().all(|other| other.wait().success()));
    let counted: u64 = fs::read_to_string(folder.path().join("counter")).unwrap().parse().unwrap();
    assert_eq!((counted, ran), (ran, 3 * THREADS * rounds()));
    let store = store(&root);
    let key = store.parse_key("x").unwrap();
    // If the dataset exists at the end, its rule is that of this program, so a write must give another one.
    dataset(&root).write(rows([1])).ordered_on("time").keep(Keep::Last).commit().unwrap();
    store.dataset(&key).unwrap().remove().commit().unwrap();
    assert_eq!(tree(&root).into_keys().collect::<Vec<_>>(), ["oups.json"]);
    println!("{ran} turns of 12 writers in 3 processes, two thirds of them followed by a removal; never two at once");
}

/// Not a test of its own: takes a snapshot, reads all of it, lets go, and so on.
#[test]
fn process_that_pins() {
    let Some((root, _)) = assignment() else { return };
    let read: u64 = thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| read_for_long(&root))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    say(&read.to_string());
}

/// Checks that every snapshot has all its files, and that they are of one version. Returns the number of rows.
fn read_for_long(root: &Path) -> u64 {
    let dataset = dataset(root);
    let (mut rows, mut snapshots) = (0, 0);
    while snapshots < 3 * rounds() {
        let Some(snapshot) = dataset.snapshot_if_there().unwrap() else { continue };
        let found = seen(&snapshot);
        assert_eq!(found.len() as u64, snapshot.rows());
        assert!(found.iter().all(|value| value % 50 == found[0] % 50), "two versions in one: {found:?}");
        (rows, snapshots) = (rows + found.len() as u64, snapshots + 1);
    }
    rows
}

/// Unlinks idle pins, as a writer may at any moment, and replaces some by files that nobody owns.
fn take_idle_pins(root: &Path, mut taken: u64) -> u64 {
    for entry in fs::read_dir(root.join("oups.pins")).into_iter().flatten().flatten() {
        let Ok(file) = File::open(entry.path()) else { continue };
        if FileExt::try_lock_exclusive(&file).is_ok() && fs::remove_file(entry.path()).is_ok() {
            taken += 1;
            if draw(taken, 8).is_multiple_of(2) {
                fs::write(entry.path(), "1 x\n").unwrap();
            }
        }
    }
    taken
}

#[test]
fn a_pinned_reader_never_misses_a_file() {
    let folder = scratch();
    let root = folder.path();
    let dataset = dataset(root);
    let write = |version: i64| {
        // The rows encode their version.
        let new = rows((0..6).map(|row| row * 50 + version % 50));
        let write = dataset.write(new).ordered_on("time").row_group_target(2).durability(Durability::Unsynced);
        write.commit().unwrap();
    };
    write(0);
    let others: Vec<Actor> = (0..2).map(|number| Actor::start("hammer::process_that_pins", root, number)).collect();
    let readers: Vec<_> =
        others.into_iter().map(|mut other| thread::spawn(move || (other.hear(), other.wait()))).collect();
    let store = store(root);
    let (mut version, is_over) = (0, Arc::new(AtomicBool::new(false)));
    let thief = {
        let (root, is_over) = (root.to_owned(), is_over.clone());
        let rounds = move |taken: &u64| (!is_over.load(Ordering::Relaxed)).then(|| take_idle_pins(&root, *taken));
        thread::spawn(move || std::iter::successors(Some(0), rounds).last())
    };
    while !readers.iter().all(thread::JoinHandle::is_finished) {
        // A compaction and a removal replace files. The next dataset takes over those that the removal must keep.
        version += 1;
        store.dataset(&store.parse_key("x").unwrap()).unwrap().remove().commit().unwrap();
        write(version);
        dataset.compact().row_group_target(if version % 2 == 0 { 3 } else { 6 }).commit().unwrap();
    }
    let mut read = 0;
    for reader in readers {
        let (said, status) = reader.join().unwrap();
        assert!(status.success());
        read += said.unwrap().parse::<u64>().unwrap();
    }
    is_over.store(true, Ordering::Relaxed);
    let taken = thief.join().unwrap().unwrap();
    assert!(taken > 0 || !is_long(), "no idle pin was met");
    dataset.write(rows([1])).commit().unwrap();
    let entries = dataset.snapshot().unwrap().row_groups().len();
    assert_eq!(tree(root).keys().filter(|name| name.starts_with("x/")).count(), entries, "no file is kept any more");
    drop(dataset);
    assert!(pins(root).is_empty());
    println!(
        "{read} rows of {} snapshots read, {} commits and removals beside them, {taken} idle pins taken away",
        18 * rounds(),
        3 * version
    );
}
