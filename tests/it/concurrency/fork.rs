//! A forked child has its parent's guards in its memory, but no right to them, and no thread of its parent.
//!
//! Each test forks in a process of its own: the tests beside it have threads, and may hold anything.

use std::io::stdin;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::exit;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fork::{Fork, fork, waitpid};
use oups::ReadDataset;
use oups_core::{Error, KeyFilter, Resolver};
use oups_tests::scratch;
use oups_tests::tree::pins;

use super::actor::{Actor, assignment, fail_if_hanging, say};
use super::{dataset, files, rows, seen, store};

/// Does something in a forked child, and returns whether it ended well.
pub(super) fn in_child(act: impl FnOnce()) -> bool {
    match fork().unwrap() {
        Fork::Child => {
            fail_if_hanging();
            exit(i32::from(catch_unwind(AssertUnwindSafe(act)).is_err()))
        }
        Fork::Parent(pid) => waitpid(pid).unwrap() == 0,
    }
}

pub(super) fn is_forked(error: &Error, owner: u32) -> bool {
    matches!(error, Error::Forked { owner: of, user } if *of == owner && *user == std::process::id())
}

/// Runs the forking test of this name.
fn run(name: &str) {
    let folder = scratch();
    store(folder.path());
    let actor = Actor::start(&format!("fork::{name}"), folder.path(), 0);
    assert!(actor.wait().success());
}

#[test]
fn a_snapshot_is_of_no_use_in_a_child_and_stays_pinned_when_the_child_drops_it() {
    run("process_whose_child_has_a_snapshot");
}

/// Not a test of its own.
#[test]
fn process_whose_child_has_a_snapshot() {
    let Some((root, _)) = assignment() else { return };
    let (dataset, parent) = (dataset(&root), std::process::id());
    dataset.write(rows([1, 2])).ordered_on("time").commit().unwrap();
    let held = Mutex::new(Some(dataset.snapshot().unwrap()));
    assert!(in_child(|| {
        let snapshot = held.lock().unwrap().take().unwrap();
        let error = snapshot.open(&snapshot.row_groups()[0]).unwrap_err();
        assert!(is_forked(&error, parent), "{error}");
        let error = snapshot.scan().collect().unwrap_err();
        assert!(is_forked(&error, parent), "{error}");
        drop(snapshot);
        // A snapshot that the child takes itself works.
        assert_eq!(seen(&dataset.snapshot().unwrap()), [1, 2]);
    }));
    dataset.write(rows([0])).commit().unwrap();
    assert_eq!(files(&root), 2, "the parent's snapshot keeps its file");
    let snapshot = held.into_inner().unwrap().unwrap();
    assert_eq!(seen(&snapshot), [1, 2]);
    drop(snapshot);
    dataset.compact().commit().unwrap();
    assert_eq!(files(&root), 1, "the file goes with the snapshot");
    drop(dataset);
    assert!(pins(&root).is_empty());
}

#[test]
fn an_idle_pin_is_its_parents_alone() {
    run("process_whose_child_has_an_idle_pin");
}

/// Not a test of its own.
#[test]
fn process_whose_child_has_an_idle_pin() {
    let Some((root, _)) = assignment() else { return };
    let dataset = dataset(&root);
    dataset.write(rows([1, 2])).ordered_on("time").commit().unwrap();
    let pins = || pins(&root).into_keys().collect::<Vec<_>>();
    drop(dataset.snapshot().unwrap());
    let idle = pins();
    assert_eq!(idle.len(), 1);
    assert!(in_child(|| {
        let snapshot = dataset.snapshot().unwrap();
        assert_eq!(pins().len(), 2, "it makes its own");
        assert_eq!(seen(&snapshot), [1, 2]);
    }));
    let snapshot = dataset.snapshot().unwrap();
    assert!(pins().contains(&idle[0]));
    drop((snapshot, dataset));
    assert!(!pins().contains(&idle[0]));
}

#[test]
fn the_lock_is_of_no_use_in_a_child_and_stays_locked_when_the_child_drops_it() {
    run("process_whose_child_has_the_lock");
}

/// Not a test of its own.
#[test]
fn process_whose_child_has_the_lock() {
    static IS_CHILD: AtomicBool = AtomicBool::new(false);
    let Some((root, _)) = assignment() else { return };
    let (dataset, parent) = (dataset(&root), std::process::id());
    let beside = dataset.clone();
    let rule = Resolver::new(move |run| {
        match fork().unwrap() {
            Fork::Child => IS_CHILD.store(true, Ordering::Relaxed),
            // The child has tried to commit and dropped all guards, and still nobody else has the lock.
            Fork::Parent(pid) => {
                assert_eq!(waitpid(pid).unwrap(), 0);
                let held =
                    beside.write(rows([1])).ordered_on("time").lock_timeout(Duration::ZERO).commit().unwrap_err();
                assert!(held.to_string().contains(&format!("by process {parent} on ")), "{held}");
            }
        }
        Ok(run.new_rows())
    });
    // Only new rows: a thread that the child does not have would read stored ones ahead.
    let written = dataset.write(rows([1, 1, 2])).ordered_on("time").duplicates_on(["time"]).keep(rule).commit();
    if IS_CHILD.load(Ordering::Relaxed) {
        exit(i32::from(!is_forked(&written.unwrap_err(), parent)));
    }
    assert_eq!(written.unwrap().version.commit(), 1);
    assert_eq!((files(&root), seen(&dataset.snapshot().unwrap()).len()), (1, 3));
    assert_eq!(store(&root).verify(KeyFilter::all()).run().unwrap().findings, []);
}

#[test]
fn a_child_waits_for_its_parent_and_has_its_turn() {
    run("process_whose_child_waits");
}

/// Not a test of its own.
#[test]
fn process_whose_child_waits() {
    let Some((root, _)) = assignment() else { return };
    let (dataset, child) = (dataset(&root), Mutex::new(None));
    let child: &'static Mutex<Option<i32>> = Box::leak(Box::new(child));
    dataset.write(rows([1])).ordered_on("time").duplicates_on(["time"]).commit().unwrap();
    let beside = dataset.clone();
    let rule = Resolver::new(move |run| {
        match fork().unwrap() {
            Fork::Child => exit(i32::from(beside.write(rows([2])).commit().is_err())),
            Fork::Parent(pid) => *child.lock().unwrap() = Some(pid),
        }
        Ok(run.new_rows())
    });
    dataset.write(rows([0, 1])).keep(rule).commit().unwrap();
    // The child still has the file open that its parent locked. It must not wait for itself.
    assert_eq!(waitpid(child.lock().unwrap().unwrap()).unwrap(), 0);
    assert_eq!((dataset.version().unwrap().commit(), seen(&dataset.snapshot().unwrap())), (3, vec![0, 1, 2]));
}

#[test]
fn children_and_their_children_have_threads_of_their_own() {
    run("process_whose_children_work");
}

/// All work of several threads: writes, reads, verification, repair.
fn all_in_threads(root: &Path, value: i64) {
    let dataset = dataset(root);
    dataset.write(rows([value])).ordered_on("time").row_group_target(2).commit().unwrap();
    assert_eq!(dataset.scan().collect().unwrap().num_rows() as u64, dataset.info().unwrap().rows);
    assert_eq!(store(root).verify(KeyFilter::all()).run().unwrap().findings, []);
    std::fs::remove_file(root.join("x.opdmd")).unwrap();
    dataset.repair().commit().unwrap();
}

/// Not a test of its own.
#[test]
fn process_whose_children_work() {
    let Some((root, _)) = assignment() else { return };
    for value in 0..4 {
        all_in_threads(&root, value);
    }
    assert!(in_child(|| {
        all_in_threads(&root, 10);
        assert!(in_child(|| all_in_threads(&root, 20)));
        all_in_threads(&root, 11);
    }));
    all_in_threads(&root, 4);
    assert_eq!(seen(&dataset(&root).snapshot().unwrap()), [0, 1, 2, 3, 4, 10, 11, 20]);
}

/// Not a test of its own: holds the lock, has a child that only lives on, and waits to be killed.
#[test]
fn process_that_leaves_a_child() {
    let Some((root, _)) = assignment() else { return };
    let rule = Resolver::new(|run| {
        if fork().unwrap() != Fork::Child {
            say("under the lock");
        }
        // Ends when no process is left that could write a line.
        stdin().read_line(&mut String::new()).unwrap();
        exit(i32::from(run.rows().num_rows() == 0))
    });
    let _ = dataset(&root).write(rows([1, 1])).ordered_on("time").duplicates_on(["time"]).keep(rule).commit();
}

#[test]
fn the_lock_of_a_dead_parent_is_held_until_its_child_ends_too() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    let mut holder = Actor::start("fork::process_that_leaves_a_child", folder.path(), 0);
    holder.until("under the lock");
    holder.kill();
    let write = || dataset.write(rows([1])).ordered_on("time");
    let held = write().lock_timeout(Duration::ZERO).commit().unwrap_err();
    assert!(matches!(held, Error::LockTimeout { .. }), "{held}");
    // The child ends with its input.
    drop(holder);
    assert_eq!(write().commit().unwrap().version.commit(), 1);
}
