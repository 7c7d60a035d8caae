//! Commits in tasks of rayon. A task that waits for rayon begins other tasks meanwhile, on the same stack.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, RecordBatchIterator};
use arrow::error::ArrowError;
use oups::ReadDataset;
use oups_core::{AnyKey, Combine, Dataset, KeyFilter, Resolver, Store, StoreOptions};
use oups_query::QueryStore;
use oups_tests::fault_fs::FaultFs;
use oups_tests::scratch;
use rayon::prelude::*;

use super::actor::{Actor, assignment, fail_if_hanging};
use super::store;

/// More rows than one thread encodes alone.
const ROWS: i64 = 10_000;

fn wide(first: i64) -> RecordBatch {
    let column =
        |factor: i64| Arc::new((0..ROWS).map(|row| (first + row) * factor).collect::<Int64Array>()) as ArrayRef;
    let columns = ["time", "a", "b", "c", "d", "e"].into_iter().zip([1, 3, -5, 7, -9, 11]);
    RecordBatch::try_from_iter(columns.map(|(name, factor)| (name, column(factor)))).unwrap()
}

fn dataset(store: &Store<AnyKey>, key: &str) -> Dataset {
    store.dataset(&store.parse_key(key).unwrap()).unwrap()
}

/// Runs a test of this file in a process of its own, which fails if it hangs.
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

/// Appends, overlaps, deletes or compacts, by the number. In between come tasks that wait for no lock, so that their
/// threads take over columns of the others.
fn change(dataset: &Dataset, number: i64) {
    if number % 4 > 0 {
        return assert_eq!(wide(number).num_rows() as i64, ROWS);
    }
    match number / 4 % 8 {
        6 => drop(dataset.delete(number * ROWS..number * ROWS + 10).commit().unwrap()),
        7 => drop(dataset.compact().commit().unwrap()),
        // Every second write meets stored rows.
        _ => drop(dataset.write(wide(number / 8 * ROWS)).commit().unwrap()),
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
    let dataset = dataset(&store, "x");
    dataset.write(wide(-ROWS)).ordered_on("time").row_group_target(25_000).commit().unwrap();
    // In rayon's own pool, and in two of the user's.
    (0..80_i32).into_par_iter().for_each(|number| change(&dataset, number.into()));
    let dataset = &dataset;
    let change_all = |numbers: Range<i64>| {
        rayon::scope(|tasks| numbers.for_each(|number| tasks.spawn(move |_| change(dataset, number))));
    };
    pool(4).install(|| change_all(80..320));
    pool(1).install(|| change_all(320..340));
    assert_eq!(store.verify(KeyFilter::all()).run().unwrap().findings, []);
    let rows = dataset.info().unwrap().rows as i64;
    assert!(rows > 64 * ROWS && rows <= 66 * ROWS, "{rows}");
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
        (0..6_i32).into_par_iter().with_max_len(1).map(i64::from).for_each(|number| {
            // A commit to another dataset under the lock of this one. All rules take the locks in this order.
            let log = dataset(&store, "log");
            let rule = Resolver::new(move |run| {
                log.write(wide(number)).commit().map_err(|error| ArrowError::from_external_error(error.into()))?;
                Ok(run.new_rows())
            });
            let one = wide(number).slice(0, 1);
            main.write(one).keep(rule).commit().unwrap();
            // An input that commits while it is read.
            let inputs = dataset(&store, "inputs");
            let batches = (0..2).map(move |part| {
                inputs.write(wide(part)).commit().unwrap();
                Ok(wide(part * ROWS))
            });
            let reader = RecordBatchIterator::new(batches, wide(0).schema());
            main.write(reader).keep(Resolver::combine([("a", Combine::Sum)])).commit().unwrap();
        });
    });
    assert_eq!(store.verify(KeyFilter::all()).run().unwrap().findings, []);
    assert_eq!(dataset(&store, "log").info().unwrap().rows, 7 * ROWS as u64);
    assert_eq!(dataset(&store, "inputs").info().unwrap().rows, 13 * ROWS as u64);
    assert_eq!(main.info().unwrap().rows, 2 * ROWS as u64);
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
            0 => assert_eq!(store.verify(KeyFilter::all()).run().unwrap().findings, []),
            1 => drop(store.export(beside.join(number.to_string()), KeyFilter::all()).run().unwrap()),
            2 => store.query_where(KeyFilter::all()).ordered().unwrap().for_each(|batch| drop(batch.unwrap())),
            3 => store.query_where(KeyFilter::all()).intersections().unwrap().for_each(|chunk| drop(chunk.unwrap())),
            4 => assert!(dataset(&store, "even").scan().collect().unwrap().num_rows() >= ROWS as usize),
            _ => drop(dataset(&store, "odd").write(wide(number * 100)).commit().unwrap()),
        });
    });
    assert_eq!(dataset(&store, "odd").info().unwrap().rows, 6 * ROWS as u64);
}

#[test]
fn a_task_that_holds_a_lock_begins_no_other_task_while_it_waits() {
    run("process_whose_repair_waits");
}

/// Events that have happened, and a way to wait for one.
#[derive(Default)]
struct Happened(Mutex<Vec<&'static str>>, Condvar);

impl Happened {
    fn tell(&self, what: &'static str) {
        self.0.lock().unwrap().push(what);
        self.1.notify_all();
    }

    fn wait(&self, what: &str) {
        drop(self.1.wait_while(self.0.lock().unwrap(), |happened| !happened.contains(&what)).unwrap());
    }
}

/// Not a test of its own. Under the lock, several threads look at files. One of them begins a task that commits to the
/// dataset, and goes on when some thread has taken up the task. If that were the thread with the lock, it would never
/// end.
#[test]
fn process_whose_repair_waits() {
    let Some(store) = assigned() else { return };
    if oups_core::parallel::count() < 2 {
        return println!("on one processor nothing is divided");
    }
    let x = dataset(&store, "x");
    x.write(wide(0)).ordered_on("time").row_group_target(2_000).commit().unwrap();
    std::fs::remove_file(store.root().join("x.opdmd")).unwrap();
    let happened: &'static Happened = Box::leak(Box::default());
    let tasks: &'static rayon::ThreadPool = Box::leak(Box::new(pool(2)));
    tasks.install(|| {
        let (caller, is_first) = (thread::current().id(), AtomicBool::new(true));
        let fs = FaultFs::counting().watching(move |path| {
            if path.extension().is_none_or(|extension| extension != "parquet") {
                return;
            }
            if thread::current().id() == caller {
                happened.wait("another thread looks at a file");
            } else if is_first.swap(false, Ordering::Relaxed) {
                let x = x.clone();
                tasks.spawn(move || {
                    happened.tell("the commit was taken up");
                    x.write(wide(7)).ordered_on("time").commit().unwrap();
                    happened.tell("the commit is done");
                });
                happened.tell("another thread looks at a file");
                happened.wait("the commit was taken up");
            }
        });
        let store = Store::<AnyKey>::open_with(store.root(), StoreOptions::new().file_system(fs)).unwrap();
        assert_eq!(dataset(&store, "x").repair().commit().unwrap().rows, ROWS as u64);
    });
    happened.wait("the commit is done");
    assert_eq!(dataset(&store, "x").info().unwrap().rows as i64, 2 * ROWS);
}
