//! `insert into`: what is written, and what is refused.

mod broken_off;
mod exactly;
mod statements;

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema, TimeUnit, UInt64Type};
use datafusion::common::DataFusionError;
use datafusion::prelude::SessionContext;
use oups::{AnyKey, DuplicatesOn, Store};
use oups_datafusion::Attach;
use tempfile::TempDir;

use crate::support::store;

/// A session to which a store is attached for writing.
fn writable(store: &Store<AnyKey>) -> SessionContext {
    let ctx = oups_datafusion::session();
    oups_datafusion::attach_with(&ctx, "store", store, Attach::default().writable(true)).unwrap();
    ctx
}

/// A store of weather by city: datasets `oslo` and `rome` with the hours 0 to 2, ordered on `time`, without duplicates in it.
fn weather() -> (TempDir, Store<AnyKey>, SessionContext) {
    let (folder, store) = store("city:str");
    for city in ["oslo", "rome"] {
        write(&store, city, weather_rows([0, 1, 2]));
    }
    let ctx = writable(&store);
    (folder, store, ctx)
}

/// Hours of 1970, with their number as temperature.
fn weather_rows(hours: impl IntoIterator<Item = i64>) -> RecordBatch {
    let hours: Vec<i64> = hours.into_iter().collect();
    let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let times: ArrayRef = Arc::new(Int64Array::from_iter_values(hours.iter().map(|hour| hour * 3_600_000_000)));
    let temp: ArrayRef = Arc::new(Int64Array::from(hours));
    let schema = Schema::new(vec![
        Field::new("time", time.clone(), false),
        Field::new("temp", DataType::Float64, true),
        Field::new("note", DataType::Utf8, true),
    ]);
    let columns = vec![
        cast(&times, &time).unwrap(),
        cast(&temp, &DataType::Float64).unwrap(),
        datafusion::arrow::array::new_null_array(&DataType::Utf8, temp.len()),
    ];
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

/// Writes rows that are ordered on `time`.
fn write(store: &Store<AnyKey>, key: &str, rows: RecordBatch) {
    let dataset = store.dataset(&store.parse_key(key).unwrap()).unwrap();
    let write = dataset.write(rows).ordered_on("time").row_group_target(2).duplicates_on(DuplicatesOn::from(["time"]));
    write.commit().unwrap();
}

/// How many rows an insert took.
async fn taken(ctx: &SessionContext, text: &str) -> Result<u64, DataFusionError> {
    let rows = oups_datafusion::sql(ctx, text).await?.collect().await?;
    Ok(rows[0].column(0).as_primitive::<UInt64Type>().value(0))
}

/// What is wrong with an insert, in the words of who found it.
async fn refused(ctx: &SessionContext, text: &str) -> String {
    match taken(ctx, text).await {
        Ok(rows) => panic!("{text} took {rows} rows"),
        Err(error) => error.find_root().to_string(),
    }
}

/// The commit numbers of datasets; 0 where there is none.
fn versions<const N: usize>(store: &Store<AnyKey>, keys: [&str; N]) -> [u64; N] {
    keys.map(|key| {
        let dataset = store.dataset(&store.parse_key(key).unwrap()).unwrap();
        if dataset.exists().unwrap() { dataset.version().unwrap().commit() } else { 0 }
    })
}
