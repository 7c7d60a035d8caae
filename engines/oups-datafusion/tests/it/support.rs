//! Stores for tests, and statements on them.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, Float64Array, Int64Array, RecordBatch};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::common::Result;
use datafusion::physical_plan::displayable;
use datafusion::prelude::{SessionConfig, SessionContext};
use oups::{AnyKey, Dataset, KeySchema, Separator, Store};
use oups_tests::scratch;
use tempfile::TempDir;

/// An empty store in a folder of its own.
pub(crate) fn store(keys: &str) -> (TempDir, Store<AnyKey>) {
    let folder = scratch();
    let schema = KeySchema::parse(keys, Separator::Dash).unwrap();
    let store = Store::create_for(folder.path().join("store"), schema).unwrap();
    (folder, store)
}

/// The dataset of a path text.
pub(crate) fn dataset(store: &Store<AnyKey>, key: &str) -> Dataset {
    store.dataset(&store.parse_key(key).unwrap()).unwrap()
}

/// Columns as one batch.
pub(crate) fn batch(columns: &[(&str, ArrayRef)]) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(
        columns.iter().map(|(name, array)| (*name, array.clone(), array.logical_null_count() > 0)),
    )
    .unwrap()
}

/// Rows of `hour`, and a `value` that is its double.
pub(crate) fn hours(hours: impl IntoIterator<Item = i64>) -> RecordBatch {
    let hours: Vec<i64> = hours.into_iter().collect();
    let values = hours.iter().map(|hour| *hour as f64 * 2.0);
    batch(&[
        ("hour", Arc::new(Int64Array::from(hours.clone()))),
        ("value", Arc::new(Float64Array::from_iter_values(values))),
    ])
}

/// Writes rows to a dataset that is ordered on `hour`, in row groups of so many rows.
pub(crate) fn write(store: &Store<AnyKey>, key: &str, rows: RecordBatch, group: u64) {
    dataset(store, key).write(rows).ordered_on("hour").row_group_target(group).commit().unwrap();
}

/// A session with so many partitions, and the store attached as `store`.
pub(crate) fn attached_with(config: SessionConfig, partitions: usize, store: &Store<AnyKey>) -> SessionContext {
    let ctx = SessionContext::new_with_config(config.with_target_partitions(partitions));
    oups_datafusion::attach(&ctx, "store", store).unwrap();
    ctx
}

/// A session with our settings, 4 partitions, and the store attached as `store`.
pub(crate) fn attached(store: &Store<AnyKey>) -> SessionContext {
    attached_with(oups_datafusion::session_config(), 4, store)
}

/// The rows of a statement, as one batch.
pub(crate) async fn try_rows(ctx: &SessionContext, text: &str) -> Result<RecordBatch> {
    let frame = oups_datafusion::sql(ctx, text).await?;
    let schema = frame.schema().inner().clone();
    Ok(concat_batches(&schema, &frame.collect().await?)?)
}

/// The rows of a statement, as one batch.
pub(crate) async fn rows(ctx: &SessionContext, text: &str) -> RecordBatch {
    try_rows(ctx, text).await.unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The rows of a statement as a table of text.
pub(crate) async fn table(ctx: &SessionContext, text: &str) -> String {
    pretty_format_batches(&[rows(ctx, text).await]).unwrap().to_string()
}

/// The rows of a statement as text, one a row, sorted: for statements that ask for no order.
pub(crate) async fn sorted_rows(ctx: &SessionContext, text: &str) -> Vec<String> {
    let mut rows: Vec<String> = table(ctx, text).await.lines().skip(3).map(str::to_owned).collect();
    rows.pop();
    rows.sort();
    rows
}

/// The one whole number that a statement gives.
pub(crate) async fn number(ctx: &SessionContext, text: &str) -> i64 {
    let rows = rows(ctx, text).await;
    let column =
        rows.column(0).as_any().downcast_ref::<Int64Array>().unwrap_or_else(|| panic!("{text} gives {rows:?}"));
    assert_eq!(column.len(), 1, "{text}");
    column.value(0)
}

/// The error of a statement, as a user reads it.
pub(crate) async fn refusal(ctx: &SessionContext, text: &str) -> String {
    match try_rows(ctx, text).await {
        Ok(rows) => panic!("{text} gives {} rows", rows.num_rows()),
        Err(error) => error.to_string(),
    }
}

/// The physical plan of a statement, with files as `key#number of the row group`.
pub(crate) async fn plan(ctx: &SessionContext, store: &Store<AnyKey>, text: &str) -> String {
    let frame = oups_datafusion::sql(ctx, text).await.unwrap();
    let plan = frame.create_physical_plan().await.unwrap();
    let mut text = displayable(plan.as_ref()).indent(false).to_string();
    for key in store.keys(..).unwrap() {
        let snapshot = store.dataset(&key).unwrap().snapshot().unwrap();
        for (at, group) in snapshot.row_groups().iter().enumerate() {
            let path = snapshot.path_of(group);
            let path = path.to_str().unwrap().trim_start_matches('/');
            text = text.replace(path, &format!("{key}#{at}"));
        }
    }
    text
}

/// A table in memory with all rows of the store, under this name: what statements on the store are compared with.
pub(crate) async fn beside_in_memory(ctx: &SessionContext, name: &str) {
    let rows = rows(ctx, "select * from store").await;
    let table = datafusion::datasource::MemTable::try_new(rows.schema(), vec![vec![rows]]).unwrap();
    ctx.register_table(name, Arc::new(table)).unwrap();
}
