//! Reading: scans of one dataset and queries over several.

mod asof;
mod bytes;
mod concurrent;
mod errors;
mod explain;
mod filters;
mod held;
mod intersections;
mod many_types;
mod memory;
mod options;
mod ordered;
mod ordered_model;
mod properties;
mod resample;
mod scan;
mod threads;
mod wide;

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use oups_core::{AnyKey, Dataset, Durability, KeySchema, Separator, Store};
use tempfile::TempDir;

/// An empty store of this key schema.
pub(crate) fn store_of(schema: &str) -> (TempDir, Store<AnyKey>) {
    let folder = tempfile::tempdir().unwrap();
    let schema = KeySchema::parse(schema, Separator::default()).unwrap();
    let store = Store::<AnyKey>::create_for(folder.path(), schema).unwrap();
    (folder, store)
}

/// The dataset of this path.
fn dataset(store: &Store<AnyKey>, path: &str) -> Dataset {
    store.dataset(&store.parse_key(path).unwrap()).unwrap()
}

/// Rows with a time `t`, a number `n` that counts them from `first`, and a text `s`.
fn batch(times: &[i64], first: i64) -> RecordBatch {
    let numbers = Int64Array::from_iter_values(first..first + times.len() as i64);
    let texts = StringArray::from_iter_values(numbers.values().iter().map(|number| format!("row {number}")));
    let columns: [(&str, ArrayRef); 3] =
        [("t", Arc::new(Int64Array::from(times.to_vec()))), ("n", Arc::new(numbers)), ("s", Arc::new(texts))];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// Writes these times in row groups of `target` rows.
fn write(store: &Store<AnyKey>, path: &str, times: &[i64], target: u64) -> Dataset {
    let dataset = dataset(store, path);
    dataset
        .write(batch(times, 0))
        .ordered_on("t")
        .row_group_target(target)
        .durability(Durability::Unsynced)
        .commit()
        .unwrap();
    dataset
}

/// The numbers of a column.
fn numbers(batch: &RecordBatch, column: &str) -> Vec<i64> {
    let column = batch.column_by_name(column).unwrap();
    column.as_any().downcast_ref::<Int64Array>().unwrap().values().to_vec()
}
