//! Stores with one dataset, and its rows.

use std::path::Path;

use arrow::array::RecordBatch;
use oups_core::row_group::ReadOptions;
use oups_core::{AnyKey, Dataset, KeySchema, Separator, Snapshot, Store};

/// A new store whose keys are one text.
///
/// # Panics
///
/// If it cannot be made.
pub fn new_store(root: &Path) -> Store<AnyKey> {
    Store::create_for(root, KeySchema::parse("name:str", Separator::default()).unwrap()).unwrap()
}

/// The dataset of a key.
///
/// # Panics
///
/// If the text is not a key of the store.
pub fn dataset(store: &Store<AnyKey>, key: &str) -> Dataset {
    store.dataset(&store.parse_key(key).unwrap()).unwrap()
}

/// The rows of each row group, as the files hold them.
///
/// # Panics
///
/// If a file cannot be read.
pub fn row_groups(snapshot: &Snapshot) -> Vec<Vec<RecordBatch>> {
    let group = |entry| {
        let file = snapshot.open(entry).unwrap();
        file.batches(ReadOptions::default()).unwrap().map(Result::unwrap).collect()
    };
    snapshot.row_groups().iter().map(group).collect()
}
