//! Writers of one process take turns, and errors name the holder of the lock.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use oups_core::{Error, Resolver, Version};
use oups_tests::scratch;
use oups_tests::tree::tree;

use super::actor::patience;
use super::{dataset, rows, seen, store};

#[test]
fn every_commit_of_many_writers_lands() {
    let folder = scratch();
    dataset(folder.path()).write(rows([-1])).ordered_on("time").row_group_target(7).commit().unwrap();
    thread::scope(|scope| {
        for writer in 0..6 {
            let dataset = dataset(folder.path());
            scope.spawn(move || {
                for round in 0..5 {
                    dataset.write(rows([round * 10 + writer])).commit().unwrap();
                }
            });
        }
    });
    let dataset = dataset(folder.path());
    let mut expected: Vec<i64> = (0..5).flat_map(|round| (0..6).map(move |writer| round * 10 + writer)).collect();
    expected.insert(0, -1);
    expected.sort_unstable();
    assert_eq!((dataset.version().unwrap().commit(), seen(&dataset.snapshot().unwrap())), (31, expected));
}

#[test]
fn of_many_first_writers_one_makes_the_dataset_and_the_others_add_to_it() {
    let folder = scratch();
    store(folder.path());
    thread::scope(|scope| {
        for writer in 0..6 {
            let dataset = dataset(folder.path());
            scope.spawn(move || dataset.write(rows([writer])).ordered_on("time").commit().unwrap());
        }
    });
    assert_eq!(seen(&dataset(folder.path()).snapshot().unwrap()), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn a_time_out_names_the_holder() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    dataset.write(rows([1])).ordered_on("time").duplicates_on(["time"]).commit().unwrap();
    let (entered, wait_entered) = channel();
    let (release, wait_release) = channel::<()>();
    let gates = Mutex::new((entered, wait_release));
    // The rule runs under the lock.
    let slow = Resolver::new(move |run| {
        let gates = gates.lock().unwrap();
        gates.0.send(()).unwrap();
        let _ = gates.1.recv();
        Ok(run.rows().clone())
    });
    thread::scope(|scope| {
        let holder = scope.spawn(|| dataset.write(rows([1])).keep(slow).commit().unwrap());
        wait_entered.recv_timeout(patience()).unwrap();
        let error = dataset.write(rows([2])).lock_timeout(Duration::from_millis(30)).commit().unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, Error::LockTimeout { .. }), "{text}");
        assert!(text.contains(&format!("by process {} on ", std::process::id())), "{text}");
        release.send(()).unwrap();
        holder.join().unwrap();
    });
    dataset.write(rows([2])).lock_timeout(Duration::ZERO).commit().unwrap();
}

#[test]
fn a_version_that_moved_on_is_a_conflict() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    let error = dataset.write(rows([1])).ordered_on("time").if_version(3).commit().unwrap_err();
    assert!(matches!(error, Error::VersionConflict { found: Version::ABSENT, .. }), "{error}");
    assert_eq!(
        tree(folder.path()).into_keys().collect::<Vec<_>>(),
        ["oups.json"],
        "a refused first write leaves nothing"
    );
    dataset.write(rows([1])).ordered_on("time").if_version(0).commit().unwrap();
    let error = dataset.write(rows([2])).if_version(0).commit().unwrap_err();
    assert!(matches!(error, Error::VersionConflict { found, .. } if found.commit() == 1), "{error}");
    dataset.write(rows([2])).if_version(1).commit().unwrap();
}
