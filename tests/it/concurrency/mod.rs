//! Writers take turns, and no write is lost; readers see one version until they let go; dead processes hinder nobody.

pub(crate) mod actor;
mod children;
mod fork;
mod hammer;
mod holders;
mod interleavings;
mod kept;
mod long_held;
mod moment;
mod moment_stress;
mod places;
mod readers;
mod replay;
mod stress;
mod tasks;
mod turns;
mod work;

use std::path::Path;
use std::sync::Arc;

use arrow::array::{AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use oups_core::row_group::ReadOptions;
use oups_core::{AnyKey, Dataset, KeySchema, Separator, Snapshot, Store};
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
    let entries = snapshot.row_groups().iter();
    let batches = entries.flat_map(|entry| snapshot.open(entry).unwrap().batches(ReadOptions::default()).unwrap());
    batches.flat_map(|batch| batch.unwrap().column(0).as_primitive::<Int64Type>().values().to_vec()).collect()
}

/// Files in the dataset's folder.
fn files(root: &Path) -> usize {
    tree(root).keys().filter(|name| name.starts_with("x/")).count()
}

/// More of everything: `just stress`.
pub(crate) fn is_long() -> bool {
    std::env::var_os("OUPS_STRESS").is_some_and(|value| value == "long")
}
