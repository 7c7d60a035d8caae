use arrow::array::{AsArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::Float64Type;
use oups::prelude::*;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Feed {
    symbol: String,
}

fn rows(rows: &[(i64, &str, f64, i64)]) -> RecordBatch {
    let columns: [(&str, std::sync::Arc<dyn arrow::array::Array>); 4] = [
        ("time", std::sync::Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0)))),
        ("id", std::sync::Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.1)))),
        ("price", std::sync::Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.2)))),
        ("version", std::sync::Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.3)))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn prices(dataset: &oups::Dataset) -> anyhow::Result<Vec<f64>> {
    let rows = dataset.scan().columns(["id", "price"]).collect()?;
    let ids = rows.column(0).as_string::<i32>().iter();
    let prices = rows.column(1).as_primitive::<Float64Type>().values();
    let by_id: std::collections::BTreeMap<_, _> = ids.zip(prices).collect();
    assert_eq!(by_id.len(), rows.num_rows());
    Ok(by_id.into_values().copied().collect())
}

let store = Store::<Feed>::open_or_create("trades")?;
