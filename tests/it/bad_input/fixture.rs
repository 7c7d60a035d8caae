//! The store of the bad inputs, and the usual calls.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, RecordBatchIterator, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use oups_core::row_group::ReadOptions;
use oups_core::{AnyKey, Dataset, DuplicatesOn, Error, KeySchema, Resolver, Separator, Store};

/// The dataset that exists.
pub(super) const KEY: &str = "a-1/x";

/// A store with `a-1/x`, three row groups ordered on `time`, and `a-1/y`, whose duplicates a rule resolves.
pub(super) fn prepared(root: &Path) -> PathBuf {
    let schema = KeySchema::parse("area:str,unit:i32/name:str", Separator::default()).unwrap();
    Store::create_for(root, schema).unwrap();
    dataset(root, KEY).unwrap().write(rows(0..10)).ordered_on("time").row_group_target(4).commit().unwrap();
    let rule = Resolver::new(|run| Ok(run.rows().slice(0, 1)));
    let resolved = dataset(root, "a-1/y").unwrap();
    let write = resolved.write(rows(0..10)).ordered_on("time");
    write.duplicates_on(DuplicatesOn::All).keep(rule).commit().unwrap();
    root.to_owned()
}

pub(super) fn dataset(root: &Path, key: &str) -> Result<Dataset, Error> {
    let store = Store::<AnyKey>::open(root)?;
    store.dataset(&store.parse_key(key)?)
}

/// The columns of `a-1/x`: `time` and `tag` without nulls.
pub(super) fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("time", DataType::Int64, false),
        Field::new("value", DataType::Int64, true),
        Field::new("tag", DataType::Utf8, false),
    ]))
}

pub(super) fn rows(times: impl IntoIterator<Item = i64>) -> RecordBatch {
    let time: Int64Array = times.into_iter().map(Some).collect();
    let tags = StringArray::from_iter_values(time.values().iter().map(|_| "t"));
    let columns: Vec<ArrayRef> = vec![Arc::new(time.clone()), Arc::new(time), Arc::new(tags)];
    RecordBatch::try_new(schema(), columns).unwrap()
}

/// A batch of nullable columns.
pub(super) fn columns<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
}

/// Writes rows to the dataset that exists.
pub(super) fn write(root: &Path, rows: RecordBatch) -> Result<(), Error> {
    dataset(root, KEY)?.write(rows).commit().map(|_| ())
}

/// Makes another dataset of these rows, ordered on `time`.
pub(super) fn first(root: &Path, rows: RecordBatch) -> Result<(), Error> {
    dataset(root, "b-2/new")?.write(rows).ordered_on("time").commit().map(|_| ())
}

/// Reads all rows of the dataset that exists.
pub(super) fn read(root: &Path) -> Result<(), Error> {
    let snapshot = dataset(root, KEY)?.snapshot()?;
    for entry in snapshot.row_groups() {
        snapshot.open(entry)?.batches(ReadOptions::default())?.try_for_each(|batch| batch.map(|_| ()))?;
    }
    Ok(())
}

/// A reader of these batches, or failures.
pub(super) fn reader(
    batches: Vec<Result<RecordBatch, ArrowError>>,
) -> RecordBatchIterator<std::vec::IntoIter<Result<RecordBatch, ArrowError>>> {
    RecordBatchIterator::new(batches.into_iter(), schema())
}
