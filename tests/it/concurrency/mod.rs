//! Writers take turns and are not lost; readers see one version until they let go; the dead are in nobody's way.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use arrow::array::{AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use oups_core::decode::ReadOptions;
use oups_core::{AnyKey, Dataset, Error, KeySchema, Resolver, Separator, Snapshot, Store};
use oups_tests::scratch;
use oups_tests::tree::tree;

fn store(root: &Path) -> Store<AnyKey> {
    let schema = KeySchema::parse("name:str", Separator::default()).unwrap();
    Store::create_for(root, schema).or_else(|_| Store::open(root)).unwrap()
}

fn dataset(root: &Path) -> Dataset {
    let store = store(root);
    store.dataset(&store.parse_key("x").unwrap()).unwrap()
}

fn rows(values: impl IntoIterator<Item = i64>) -> RecordBatch {
    let time: Int64Array = values.into_iter().map(Some).collect();
    RecordBatch::try_from_iter([("time", Arc::new(time) as _)]).unwrap()
}

fn seen(snapshot: &Snapshot) -> Vec<i64> {
    let entries = snapshot.manifest().entries.iter();
    let batches =
        entries.flat_map(|entry| snapshot.open_row_group(entry).unwrap().batches(ReadOptions::default()).unwrap());
    batches.flat_map(|batch| batch.unwrap().column(0).as_primitive::<Int64Type>().values().to_vec()).collect()
}

/// Files in the dataset's folder.
fn files(root: &Path) -> usize {
    tree(root).keys().filter(|name| name.starts_with("x/")).count()
}

#[test]
fn a_snapshot_outlives_rewriting_removal_and_making_again() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    dataset.write(rows(0..10)).ordered_on("time").row_group_target(5).commit().unwrap();
    let first = dataset.snapshot().unwrap();
    dataset.write(rows([3, 7])).commit().unwrap();
    let second = dataset.snapshot().unwrap();
    let store = store(folder.path());
    store.remove(&store.parse_key("x").unwrap()).unwrap();
    assert!(!dataset.exists().unwrap());
    assert_eq!(seen(&first), (0..10).collect::<Vec<_>>());
    dataset.write(rows([100])).ordered_on("time").commit().unwrap();
    assert_eq!(seen(&first), (0..10).collect::<Vec<_>>());
    assert_eq!(seen(&second), [0, 1, 2, 3, 3, 4, 5, 6, 7, 7, 8, 9]);
    assert_eq!(seen(&dataset.snapshot().unwrap()), [100]);
    drop((first, second));
    dataset.write(rows([101])).commit().unwrap();
    assert_eq!(files(folder.path()), 2, "what the snapshots held is gone with the next write");
    assert_eq!(
        tree(folder.path()).into_keys().filter(|name| !name.starts_with("x/")).collect::<Vec<_>>(),
        ["oups.json", "x.lock", "x.opdmd"]
    );
}

#[test]
fn removal_leaves_nothing_when_nobody_reads() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    let before = tree(folder.path());
    dataset.write(rows(0..10)).ordered_on("time").commit().unwrap();
    let store = store(folder.path());
    store.remove(&store.parse_key("x").unwrap()).unwrap();
    assert_eq!(tree(folder.path()), before);
    let error = store.remove(&store.parse_key("x").unwrap()).unwrap_err();
    assert!(matches!(error, Error::NoDataset { .. }));
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn readers_that_overlap_without_end_keep_disk_use_bounded() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    dataset.write(rows(0..10)).ordered_on("time").row_group_target(100).commit().unwrap();
    let mut reader = dataset.snapshot().unwrap();
    for round in 0..20 {
        dataset.write(rows([5])).commit().unwrap();
        let next = dataset.snapshot().unwrap();
        assert_eq!(seen(&reader).len(), 10 + round);
        reader = next;
        assert!(files(folder.path()) <= 3, "{} files in round {round}", files(folder.path()));
    }
}

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
    assert_eq!((dataset.version().unwrap(), seen(&dataset.snapshot().unwrap())), (31, expected));
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
        wait_entered.recv().unwrap();
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
    assert!(matches!(error, Error::VersionConflict { expected: 3, found: 0, .. }), "{error}");
    assert_eq!(
        tree(folder.path()).into_keys().collect::<Vec<_>>(),
        ["oups.json"],
        "a refused first write leaves nothing"
    );
    dataset.write(rows([1])).ordered_on("time").if_version(0).commit().unwrap();
    let error = dataset.write(rows([2])).if_version(0).commit().unwrap_err();
    assert!(matches!(error, Error::VersionConflict { expected: 0, found: 1, .. }), "{error}");
    dataset.write(rows([2])).if_version(1).commit().unwrap();
}

const CHILD: &str = "OUPS_TESTS_CHILD_STORE";

/// Not a test of its own: the process that [`a_killed_writer_is_in_nobodys_way`] kills.
#[test]
fn child_that_writes_for_ever() {
    let Some(root) = std::env::var_os(CHILD) else { return };
    let stuck = Resolver::new(|_| {
        println!("\nstuck under the lock");
        loop {
            thread::park();
        }
    });
    let new: Vec<i64> = (0..3_000).collect();
    let _ = dataset(Path::new(&root)).write(rows(new)).row_group_target(10).keep(stuck).commit();
}

#[test]
fn a_killed_writer_is_in_nobodys_way() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    dataset.write(rows([100_000])).ordered_on("time").duplicates_on(["time"]).commit().unwrap();
    dataset.write(rows([2_999])).commit().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "concurrency::child_that_writes_for_ever", "--nocapture"])
        .env(CHILD, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.find(|line| line.as_ref().unwrap() == "stuck under the lock").unwrap().unwrap();
    let held = dataset.write(rows([1])).lock_timeout(Duration::ZERO).commit().unwrap_err();
    assert!(held.to_string().contains(&format!("by process {} on ", child.id())), "{held}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(seen(&dataset.snapshot().unwrap()), [2_999, 100_000]);
    dataset.write(rows([1])).lock_timeout(Duration::ZERO).commit().unwrap();
    assert_eq!(seen(&dataset.snapshot().unwrap()), [1, 2_999, 100_000]);
    assert_eq!(files(folder.path()), dataset.snapshot().unwrap().manifest().entries.len());
    assert!(tree(folder.path())["x.lock"].is_empty());
}
