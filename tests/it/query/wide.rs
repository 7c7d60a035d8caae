//! Queries over thousands of datasets, in a process that may open few files.

use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatchReader};
use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;
use oups_core::{AnyKey, Durability, KeyFilter, KeySchema, Separator, Store};
use oups_query::{Aggregate, QueryStore};
use oups_tests::process::tool;
use oups_tests::scratch;
use rayon::prelude::*;

use super::{batch, numbers};
use crate::os_failures::{folder_of, run};

const TEST: &str = "query::wide::thousands_of_datasets_with_hardly_a_file_to_open";
const DATASETS: i64 = 2_000;
const ROWS: i64 = 5;

/// The times of a dataset, which interleave with those of its neighbours.
fn times(key: i64) -> Vec<i64> {
    (0..ROWS).map(|at| at * 10 + key % 10).collect()
}

#[test]
fn thousands_of_datasets_with_hardly_a_file_to_open() {
    match folder_of(TEST) {
        Some(folder) => ask(&folder),
        None => {
            let folder = scratch();
            fill(folder.path());
            run(tool("env"), TEST, folder.path(), "ulimit -n 64");
        }
    }
}

fn fill(root: &Path) {
    let schema = KeySchema::parse("key:int", Separator::default()).unwrap();
    let store = Store::<AnyKey>::create_for(root, schema).unwrap();
    let write = |key: i64| {
        let dataset = store.dataset(&store.parse_key(&key.to_string()).unwrap()).unwrap();
        // Small row groups end with a chunk or a block, large ones go on.
        let target: u64 = if key % 2 == 0 { 2 } else { 100 };
        let write = dataset.write(batch(&times(key), key * ROWS)).ordered_on("t").row_group_target(target);
        write.durability(Durability::Unsynced).commit().unwrap();
    };
    (0..DATASETS).into_par_iter().for_each(write);
}

fn ask(root: &Path) {
    let store = Store::<AnyKey>::open(root).unwrap();
    let keys = store.keys(..).unwrap();
    assert_eq!(keys.len() as i64, DATASETS);
    let query = || store.query_where(KeyFilter::all());
    let mut sorted: Vec<(i64, i64, i64)> = (0..DATASETS)
        .flat_map(|key| times(key).into_iter().enumerate().map(move |(at, time)| (time, key, key * ROWS + at as i64)))
        .collect();
    sorted.sort_unstable();
    for reverse in [false, true] {
        let query = if reverse { query().reverse() } else { query() };
        let mut found = Vec::new();
        for batch in query.batch_size(2).ordered().unwrap() {
            let batch = batch.unwrap();
            let columns = ["t", "key", "n"].map(|name| numbers(&batch, name));
            found.extend((0..batch.num_rows()).map(|row| (columns[0][row], columns[1][row], columns[2][row])));
        }
        assert!(found == sorted, "ordered, reverse: {reverse}");
        sorted.reverse();
    }
    let mut chunks = 0;
    let mut rows = 0;
    for chunk in query().range(3..41).intersections().unwrap() {
        let chunk = chunk.unwrap();
        assert_eq!(chunk.keys().len() as i64, DATASETS);
        chunks += 1;
        rows += chunk.rows();
    }
    let in_range = sorted.iter().filter(|(time, ..)| (3..41).contains(time)).count();
    assert!(rows == in_range && chunks > 1, "{rows} of {in_range} rows in {chunks} chunks");
    answers(&store);
    join(&store, &keys);
}

fn answers(store: &Store<AnyKey>) {
    let query = || store.query_where(KeyFilter::all());
    let counts = query().range(..21).counts().unwrap();
    assert!(
        (0..).zip(&counts).all(|(key, (_, rows))| *rows == times(key).iter().filter(|time| **time < 21).count() as u64)
    );
    let latest = query().latest().unwrap();
    assert!((0..).zip(&latest).all(|(key, (_, row))| numbers(row.as_ref().unwrap(), "n") == [key * ROWS + ROWS - 1]));
    let mut periods = 0;
    for batch in query().resample(10).aggregate("n", [Aggregate::First]).batches().unwrap() {
        let batch = batch.unwrap();
        let [keys, starts, firsts] = ["key", "t", "n_first"].map(|name| numbers(&batch, name));
        assert!((0..batch.num_rows()).all(|row| firsts[row] == keys[row] * ROWS + starts[row] / 10));
        periods += batch.num_rows() as i64;
    }
    assert_eq!(periods, DATASETS * ROWS);
}

fn join(store: &Store<AnyKey>, keys: &[AnyKey]) {
    let mut join = store.asof(&keys[5]).right_columns(["n"]);
    for right in keys {
        join = join.right(right);
    }
    let joined = join.batches().unwrap();
    let schema = joined.schema();
    let joined = concat_batches(&schema, &joined.map(Result::unwrap).collect::<Vec<_>>()).unwrap();
    let left = times(5);
    assert_eq!(numbers(&joined, "t"), left);
    for (key, right) in (0..).zip(keys) {
        let found = joined.column_by_name(&format!("{right}.n")).unwrap().as_primitive::<Int64Type>();
        for (row, time) in left.iter().enumerate() {
            let newest = times(key).iter().rposition(|other| other <= time);
            let found = found.is_valid(row).then(|| found.value(row));
            assert_eq!(found, newest.map(|at| key * ROWS + at as i64), "{right} at {time}");
        }
    }
}
