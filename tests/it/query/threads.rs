//! Several threads work ahead. The results are the same with any number of threads, and dropping an iterator ends its
//! work.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::array::{BooleanArray, RecordBatch, RecordBatchReader};
use arrow::compute::concat_batches;
use arrow::error::ArrowError;
use oups_core::{AnyKey, KeyFilter, Store};
use oups_query::{Aggregate, Fill, Query, QueryStore, Read, ReadDataset};

use super::{dataset, store_of, write};

const ROWS: i64 = 70_000;

/// Datasets with enough rows that other threads decode ahead.
fn filled() -> (tempfile::TempDir, Store<AnyKey>, Vec<AnyKey>) {
    let (folder, store) = store_of("number:int");
    for key in 0..2i64 {
        let times: Vec<i64> = (0..ROWS).map(|at| at * (key + 2) / 3).collect();
        write(&store, &key.to_string(), &times, 20_000);
    }
    let keys = store.keys(..).unwrap();
    (folder, store, keys)
}

fn within<T: Send>(threads: usize, act: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(act)
}

fn all(reader: impl RecordBatchReader) -> RecordBatch {
    let schema = reader.schema();
    concat_batches(&schema, &reader.map(Result::unwrap).collect::<Vec<_>>()).unwrap()
}

#[test]
fn every_form_gives_the_same_rows_with_any_number_of_threads() {
    let (_folder, store, keys) = filled();
    let plain = || store.query(&keys).range(100..);
    let query = || plain().columns(["t", "n"]);
    let forms: [Box<dyn Fn() -> RecordBatch + Send + Sync>; 5] = [
        Box::new(|| all(query().ordered().unwrap())),
        Box::new(|| all(query().reverse().ordered().unwrap())),
        Box::new(|| all(store.asof(&keys[0]).right(&keys[1]).columns(["n"]).right_columns(["n"]).batches().unwrap())),
        Box::new(|| all(plain().resample(7).aggregate("n", [Aggregate::Sum]).fill(Fill::Null).batches().unwrap())),
        Box::new(|| {
            let chunks: Vec<_> = query().intersections().unwrap().map(Result::unwrap).collect();
            let batches = chunks.iter().flat_map(|chunk| chunk.iter().map(|(_, batch)| batch));
            concat_batches(chunks[0].get(&keys[0]).unwrap().schema_ref(), batches).unwrap()
        }),
    ];
    for (at, form) in forms.iter().enumerate() {
        let alone = within(1, form);
        assert!(alone.num_rows() > 6_000, "form {at}");
        assert!(within(4, form) == alone, "form {at} with four threads");
    }
}

/// Adds a filter that counts its calls. The strong count of the counter shows who still holds the filter.
fn counting<S>(read: Read<S>) -> (Read<S>, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let test = move |rows: &RecordBatch| -> Result<BooleanArray, ArrowError> {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(BooleanArray::from(vec![true; rows.num_rows()]))
    };
    (read.filter(["n"], test), calls)
}

/// Takes the first item of an iterator, drops the iterator, and checks that nobody still works for it.
fn check_dropped<I: Iterator<Item: Send> + Send>(calls: &Arc<AtomicUsize>, make: impl FnOnce() -> I + Send) {
    within(4, || {
        let mut items = make();
        assert!(items.next().is_some());
        drop(items);
    });
    assert!(calls.load(Ordering::SeqCst) > 0);
    assert_eq!(Arc::strong_count(calls), 1, "nobody holds the filter any more");
}

#[test]
fn a_dropped_iterator_leaves_no_work_behind() {
    let (folder, store, keys) = filled();
    let query = || counting(store.query(&keys));
    let (scan, calls) = counting(dataset(&store, "0").scan());
    check_dropped(&calls, || scan.batches().unwrap());
    let (ordered, calls) = query();
    check_dropped(&calls, || ordered.batch_size(100).ordered().unwrap());
    let (chunks, calls) = query();
    check_dropped(&calls, || chunks.intersections().unwrap());
    let (periods, calls) = query();
    check_dropped(&calls, || periods.batch_size(100).resample(10).aggregate("n", [Aggregate::Sum]).batches().unwrap());
    let (join, calls) = counting(store.asof(&keys[0]).right(&keys[1]));
    check_dropped(&calls, || join.batches().unwrap());
    // A store handle removes its idle pin files when it is dropped, so any that remain belong to a snapshot.
    drop(store);
    assert_eq!(
        std::fs::read_dir(folder.path().join("oups.pins")).unwrap().count(),
        0,
        "nobody holds a snapshot any more"
    );
}

#[test]
fn one_row_does_not_read_all() {
    let (_folder, store, _) = filled();
    let limited = |query: Query<AnyKey>| {
        let (query, calls) = counting(query.limit(1));
        assert_eq!(within(1, || all(query.ordered().unwrap())).num_rows(), 1);
        calls.load(Ordering::SeqCst)
    };
    let query = || store.query_where(KeyFilter::all());
    // Only one block of each of the two datasets is read.
    assert!(limited(query()) <= 4 && limited(query().reverse()) <= 4);
}
