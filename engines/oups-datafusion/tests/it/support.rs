//! Stores for tests, and statements on them.

use std::sync::Arc;

use datafusion::arrow::array::{Float64Array, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::prelude::SessionContext;
use oups::{AnyKey, KeySchema, Separator, Store};
use tempfile::TempDir;

/// An empty store in a folder of its own.
pub(crate) fn store(keys: &str) -> (TempDir, Store<AnyKey>) {
    let folder = tempfile::tempdir().unwrap();
    let schema = KeySchema::parse(keys, Separator::Dash).unwrap();
    let store = Store::create_for(folder.path().join("store"), schema).unwrap();
    (folder, store)
}

/// Rows of `hour` and a `value` that is its double.
pub(crate) fn hours(hours: impl IntoIterator<Item = i64>) -> RecordBatch {
    let hours: Vec<i64> = hours.into_iter().collect();
    let values: Vec<f64> = hours.iter().map(|hour| *hour as f64 * 2.0).collect();
    let schema =
        Schema::new(vec![Field::new("hour", DataType::Int64, false), Field::new("value", DataType::Float64, true)]);
    let columns: Vec<datafusion::arrow::array::ArrayRef> =
        vec![Arc::new(Int64Array::from(hours)), Arc::new(Float64Array::from(values))];
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

/// Writes rows to a dataset that is ordered on `hour`, in row groups of so many rows.
pub(crate) fn write(store: &Store<AnyKey>, key: &str, rows: RecordBatch, group: u64) {
    let dataset = store.dataset(&store.parse_key(key).unwrap()).unwrap();
    dataset.write(rows).ordered_on("hour").row_group_target(group).commit().unwrap();
}

/// A session with the store attached as `store`.
pub(crate) fn attached(store: &Store<AnyKey>) -> SessionContext {
    let ctx = oups_datafusion::session();
    oups_datafusion::attach(&ctx, "store", store).unwrap();
    ctx
}

/// The rows of a statement.
pub(crate) async fn rows(ctx: &SessionContext, text: &str) -> Vec<RecordBatch> {
    oups_datafusion::sql(ctx, text).await.unwrap().collect().await.unwrap()
}

/// The rows of a statement as a table of text.
pub(crate) async fn table(ctx: &SessionContext, text: &str) -> String {
    pretty_format_batches(&rows(ctx, text).await).unwrap().to_string()
}
