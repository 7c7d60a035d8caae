//! A small store of two datasets, and reads of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use oups_core::row_group::ReadOptions;
use oups_core::{AnyKey, Dataset, KeySchema, Result, Separator, Snapshot, Store};

pub(super) fn batch(range: std::ops::Range<i64>, tag: &str) -> RecordBatch {
    let time: Int64Array = range.clone().map(Some).collect();
    let value: Float64Array = range.clone().map(|v| (v % 7 != 0).then_some(v as f64 / 3.0)).collect();
    let text: StringArray = range.map(|v| Some(format!("{tag} {v}"))).collect();
    let columns = [("time", Arc::new(time) as _), ("value", Arc::new(value) as _), ("text", Arc::new(text) as _)];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

pub(super) fn open(root: &Path) -> Store<AnyKey> {
    Store::open(root).unwrap()
}

pub(super) fn dataset(root: &Path, key: &str) -> Dataset {
    let store = open(root);
    store.dataset(&store.parse_key(key).unwrap()).unwrap()
}

/// Datasets `a` (four commits, five row groups, metadata) and `b` (one row group).
pub(super) fn make(root: &Path) {
    let store = Store::create_for(root, KeySchema::parse("name:str", Separator::default()).unwrap()).unwrap();
    let a = store.dataset(&store.parse_key("a").unwrap()).unwrap();
    a.write(batch(0..40, "first"))
        .ordered_on("time")
        .row_group_target(20)
        .metadata("source", "buoy 7")
        .commit()
        .unwrap();
    a.write(batch(100..130, "second")).commit().unwrap();
    a.write(batch(5..8, "third")).duplicates_on(["time"]).commit().unwrap();
    a.write(batch(200..240, "fourth")).commit().unwrap();
    let b = store.dataset(&store.parse_key("b").unwrap()).unwrap();
    b.write(batch(0..25, "b")).ordered_on("time").commit().unwrap();
}

/// All rows, with every byte verified or not.
pub(super) fn read(snapshot: &Snapshot, verified: bool) -> Result<RecordBatch> {
    let mut batches = Vec::new();
    for entry in snapshot.row_groups() {
        let file = if verified { snapshot.open_verified(entry) } else { snapshot.open(entry) };
        for batch in file?.batches(ReadOptions::default())? {
            batches.push(batch?);
        }
    }
    Ok(concat_batches(snapshot.dataset_schema().stored(), &batches).unwrap())
}

pub(super) fn rows(dataset: &Dataset) -> RecordBatch {
    read(&dataset.snapshot().unwrap(), true).unwrap()
}

/// The dataset's files in order.
pub(super) fn files(dataset: &Dataset, root: &Path) -> Vec<PathBuf> {
    let snapshot = dataset.snapshot().unwrap();
    snapshot.row_groups().iter().map(|entry| root.join(dataset.path_text()).join(entry.file_name())).collect()
}

/// Changes one bit.
pub(super) fn flip(path: &Path, at: usize, bit: u8) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1 << bit;
    std::fs::write(path, bytes).unwrap();
}
