//! Commits in tasks of rayon: what waits there begins other tasks meanwhile, on the same stack.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, RecordBatchIterator};
use arrow::error::ArrowError;
use oups::ReadDataset;
use oups_core::{AnyKey, Combine, Dataset, KeyFilter, Resolver, Store};
use oups_query::QueryStore;
use oups_tests::scratch;
use rayon::prelude::*;

use super::actor::{Actor, assignment, fail_if_hanging};
use super::store;

/// As many rows as are encoded by several threads, and some more.
const ROWS: i64 = 10_000;

fn wide(first: i64) -> RecordBatch {
    let column = |factor: i64| Arc::new((0..ROWS).map(|row| (first + row) * factor).collect::<Int64Array>()) as ArrayRef;
    RecordBatch::try_from_iter([("time", column(1)), ("a", column(3)), ("b", column(-5)), ("c", column(7))]).unwrap()
}

fn dataset(store: &Store<AnyKey>, key: &str) -> Dataset {
    store.dataset(&store.parse_key(key).unwrap()).unwrap()
}

/// Runs a test of this page in a process of its own, which fails where it hangs.
fn run(name: &str) {
    let folder = scratch();
    let root = folder.path().join("store");
    store(&root);
    assert!(Actor::start(&format!("tasks::{name}"), &root, 0).wait().success());
}

/// The store of a process that [`run`] started.
fn assigned() -> Option<Store<AnyKey>> {
    let (root, _) = assignment()?;
    fail_if_hanging();
    Some(store(&root))
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// Appends, overlaps, deletions, compactions of two datasets, by number.
fn change(store: &Store<AnyKey>, number: i64) {
    let dataset = dataset(store, if number % 2 == 0 { "even" } else { "odd" });
    match number / 2 % 5 {
        3 => drop(dataset.delete(number * ROWS..number * ROWS + 10).commit().unwrap()),
        4 => drop(dataset.compact().commit().unwrap()),
        // Every second one beside stored rows.
        _ => drop(dataset.write(wide(number / 4 * ROWS)).commit().unwrap()),
    }
}

#[test]
fn tasks_that_commit_to_one_dataset_never_wait_for_themselves() {
    run("process_whose_tasks_commit");
}

/// Not a test of its own.
#[test]
fn process_whose_tasks_commit() {
    let Some(store) = assigned() else { return };
    for key in ["even", "odd"] {
        dataset(&store, key).write(wide(-ROWS)).ordered_on("time").row_group_target(25_000).commit().unwrap();
    }
    // In rayon's own pool, and in one of the user's.
    (0..40_i32).into_par_iter().with_max_len(1).map(i64::from).for_each(|number| change(&store, number));
    pool(3).install(|| (40..80_i32).into_par_iter().with_max_len(1).map(i64::from).for_each(|number| change(&store, number)));
    pool(1).install(|| (80..90).into_par_iter().for_each(|number| change(&store, number)));
    assert_eq!(store.verify(KeyFilter::all()).unwrap(), []);
    let rows: u64 = ["even", "odd"].iter().map(|key| dataset(&store, key).rows().unwrap()).sum();
    assert!(rows > 50 * ROWS as u64 && rows <= 56 * ROWS as u64, "{rows}");
}

#[test]
fn a_rule_and_an_input_in_tasks_can_commit_elsewhere() {
    run("process_whose_rules_commit");
}

/// Not a test of its own.
#[test]
fn process_whose_rules_commit() {
    let Some(store) = assigned() else { return };
    let main = dataset(&store, "main");
    main.write(wide(0)).ordered_on("time").duplicates_on(["time"]).commit().unwrap();
    dataset(&store, "log").write(wide(0)).ordered_on("time").commit().unwrap();
    dataset(&store, "inputs").write(wide(0)).ordered_on("time").commit().unwrap();
    pool(2).install(|| {
        (0..12_i32).into_par_iter().with_max_len(1).map(i64::from).for_each(|number| {
            // Under the lock of one dataset a commit to another; the order of the locks is always this.
            let log = dataset(&store, "log");
            let rule = Resolver::new(move |run| {
                log.write(wide(number)).commit().map_err(|error| ArrowError::from_external_error(error.into()))?;
                Ok(run.new_rows())
            });
            let one = wide(number).slice(0, 1);
            main.write(one).keep(rule).commit().unwrap();
            // An input that commits while it is read.
            let inputs = dataset(&store, "inputs");
            let batches = (0..3).map(move |part| {
                inputs.write(wide(part)).commit().unwrap();
                Ok(wide(part * ROWS))
            });
            let reader = RecordBatchIterator::new(batches, wide(0).schema());
            main.write(reader).keep(Resolver::combine([("a", Combine::Sum)])).commit().unwrap();
        });
    });
    assert_eq!(store.verify(KeyFilter::all()).unwrap(), []);
    assert_eq!(dataset(&store, "log").rows().unwrap(), 13 * ROWS as u64);
    assert_eq!(dataset(&store, "inputs").rows().unwrap(), 37 * ROWS as u64);
    assert_eq!(main.rows().unwrap(), 3 * ROWS as u64);
}

#[test]
fn tasks_that_read_verify_and_export_beside_commits_never_wait_for_themselves() {
    run("process_whose_tasks_read");
}

/// Not a test of its own.
#[test]
fn process_whose_tasks_read() {
    let Some(store) = assigned() else { return };
    for key in ["even", "odd"] {
        dataset(&store, key).write(wide(-ROWS)).ordered_on("time").row_group_target(5_000).commit().unwrap();
    }
    let beside = store.root().with_file_name("copies");
    pool(2).install(|| {
        (0..30_i32).into_par_iter().with_max_len(1).map(i64::from).for_each(|number| match number % 6 {
            0 => assert_eq!(store.verify(KeyFilter::all()).unwrap(), []),
            1 => drop(store.export(beside.join(number.to_string()), KeyFilter::all()).unwrap()),
            2 => store.query_where(KeyFilter::all()).ordered().unwrap().for_each(|batch| drop(batch.unwrap())),
            3 => store.query_where(KeyFilter::all()).intersections().unwrap().for_each(|chunk| drop(chunk.unwrap())),
            4 => assert!(dataset(&store, "even").scan().collect().unwrap().num_rows() >= ROWS as usize),
            _ => drop(dataset(&store, "odd").write(wide(number * 100)).commit().unwrap()),
        });
    });
    assert_eq!(dataset(&store, "odd").rows().unwrap(), 6 * ROWS as u64);
}
