//! Work of several threads works in a forked child too, which has no thread of its parent.
//!
//! Each test forks in a process of its own, which fails if it or its child hangs.

use std::path::Path;
use std::sync::{Arc, Mutex};

use arrow::array::{ArrayRef, Int64Array, RecordBatch, RecordBatchIterator, StringArray};
use oups::{ReadDataset, sort_by};
use oups_core::{AnyKey, KeyFilter, KeySchema, Separator, Store};
use oups_query::QueryStore;
use oups_tests::scratch;
use rayon::prelude::*;

use super::actor::{Actor, assignment, fail_if_hanging};
use super::fork::{in_child, is_forked};

/// Enough rows for several threads.
const ROWS: i64 = 20_000;

/// Runs the forking test of this name.
fn run(name: &str) {
    let folder = scratch();
    let actor = Actor::start(&format!("children::{name}"), &folder.path().join("store"), 0);
    assert!(actor.wait().success());
}

fn stations(root: &Path) -> Store<AnyKey> {
    let schema = KeySchema::parse("station:str", Separator::default()).unwrap();
    Store::create_for(root, schema).or_else(|_| Store::open(root)).unwrap()
}

/// Rows of ten stations, out of order.
fn batch() -> RecordBatch {
    let numbers = || (0..ROWS).map(|row| row * 7_919 % ROWS);
    let station: StringArray = numbers().map(|number| Some(format!("s{}", number % 10))).collect();
    let text: StringArray = numbers().map(|number| Some(format!("{number:06}"))).collect();
    let time: Int64Array = numbers().collect();
    let columns: [(&str, ArrayRef); 4] = [
        ("station", Arc::new(station)),
        ("time", Arc::new(time.clone())),
        ("text", Arc::new(text)),
        ("n", Arc::new(time)),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// Sorts by numbers and by texts, in memory and with files.
fn sorts() -> RecordBatch {
    let mut sorted = batch();
    for (column, limit) in [("text", 1 << 30), ("time", 1 << 30), ("time", 100_000)] {
        let reader = RecordBatchIterator::new([Ok(batch())], batch().schema());
        let batches: Vec<_> = sort_by(reader, column, limit).unwrap().map(Result::unwrap).collect();
        sorted = arrow::compute::concat_batches(&batch().schema(), &batches).unwrap();
        let time: Int64Array = (0..ROWS).collect();
        assert_eq!(**sorted.column(1), time);
    }
    sorted
}

/// Sorts, ingests with and without files, exports, and runs every kind of query.
fn everything(root: &Path, name: &str) {
    let store = stations(&root.join(name));
    for limit in [1 << 30, 100_000] {
        let done =
            store.ingest(sorts()).ordered_on("time").row_group_target(2_000).memory_limit(limit).commit().unwrap();
        assert!(done.len() == 10 && done.iter().all(|one| one.result.is_ok()));
    }
    let copied = store.export(root.join(format!("{name} copy")), KeyFilter::all()).run().unwrap();
    assert_eq!(copied.rows, 2 * ROWS as u64);
    let query = || store.query_where(KeyFilter::all());
    let rows: usize = query().ordered().unwrap().map(|batch| batch.unwrap().num_rows()).sum();
    let chunks: usize = query().intersections().unwrap().map(|chunk| chunk.unwrap().rows()).sum();
    let counted: u64 = query().counts().unwrap().iter().map(|(_, rows)| rows).sum();
    assert_eq!((rows as i64, chunks as i64, counted as i64), (2 * ROWS, 2 * ROWS, 2 * ROWS));
    let key = |text: &str| store.parse_key(text).unwrap();
    let joined = store.asof(&key("s0")).right(key("s1")).right(key("s2")).batches().unwrap();
    assert_eq!(joined.map(|batch| batch.unwrap().num_rows()).sum::<usize>() as i64, ROWS / 5);
    let dataset = store.dataset(&key("s3")).unwrap();
    assert_eq!(dataset.scan().collect().unwrap().num_rows() as i64, ROWS / 5);
    assert_eq!(dataset.delete(..1_000).commit().unwrap().rows_deleted, 200);
    assert_eq!(store.verify(KeyFilter::all()).run().unwrap().findings, []);
}

#[test]
fn a_child_sorts_ingests_exports_and_queries() {
    run("process_whose_children_do_everything");
}

/// Not a test of its own.
#[test]
fn process_whose_children_do_everything() {
    let Some((root, _)) = assignment() else { return };
    fail_if_hanging();
    std::fs::create_dir(&root).unwrap();
    // The user's program has used rayon before the fork, so in the parent only.
    assert_eq!((0..1_000).into_par_iter().sum::<i64>(), 499_500);
    assert!(in_child(|| everything(&root, "before its parent")));
    everything(&root, "parent");
    assert!(in_child(|| {
        assert_eq!(sorts().num_rows() as i64, ROWS);
        assert!(in_child(|| everything(&root, "child of a child")));
    }));
    // A fork in a task of rayon: the child believes that it is in a task too.
    rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap().install(|| {
        assert!(in_child(|| everything(&root, "child of a task")));
    });
}

#[test]
fn a_scan_that_its_parent_began_is_an_error_in_a_child_and_can_be_dropped_there() {
    run("process_whose_child_has_a_scan");
}

/// Not a test of its own.
#[test]
fn process_whose_child_has_a_scan() {
    let Some((root, _)) = assignment() else { return };
    fail_if_hanging();
    let (store, parent) = (stations(&root), std::process::id());
    let dataset = store.dataset(&store.parse_key("x").unwrap()).unwrap();
    let rows = sorts().project(&[1, 2]).unwrap();
    for _ in 0..5 {
        dataset.write(rows.clone()).ordered_on("time").row_group_target(5_000).commit().unwrap();
    }
    // Threads decode ahead of it.
    let mut scan = dataset.scan().batch_size(1_000).batches().unwrap();
    let mut seen = scan.next_batch().unwrap().unwrap().num_rows();
    let held = Mutex::new(Some(scan));
    assert!(in_child(|| {
        let mut scan = held.lock().unwrap().take().unwrap();
        let error = loop {
            match scan.next_batch() {
                // Batches that were decoded before the fork come first.
                Ok(batch) => assert!(batch.is_some(), "a scan that ends without an error"),
                Err(error) => break error,
            }
        };
        assert!(is_forked(&error, parent), "{error}");
        assert!(scan.next_batch().unwrap().is_none());
        drop(scan);
        assert_eq!(dataset.scan().collect().unwrap().num_rows() as i64, 5 * ROWS);
    }));
    assert!(in_child(|| drop(held.lock().unwrap().take())));
    let mut scan = held.into_inner().unwrap().unwrap();
    while let Some(batch) = scan.next_batch().unwrap() {
        seen += batch.num_rows();
    }
    assert_eq!(seen as i64, 5 * ROWS);
}
