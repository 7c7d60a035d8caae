use oups::prelude::*;
use oups::Error;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Station {
    city: String,
    id: u32,
}

/// Hours from 2013-02-08T00:00:00Z on.
fn rows(hours: &[i64]) -> arrow::array::RecordBatch {
    use arrow::array::{Float64Array, RecordBatch, StringArray, TimestampSecondArray};
    let time: TimestampSecondArray = hours.iter().map(|hour| Some(1_360_281_600 + hour * 3_600)).collect();
    let sensor: StringArray = hours.iter().map(|_| Some("t1")).collect();
    let value: Float64Array = hours.iter().map(|hour| Some(*hour as f64)).collect();
    let columns: [(&str, std::sync::Arc<dyn arrow::array::Array>); 3] = [
        ("time", std::sync::Arc::new(time.with_timezone("UTC"))),
        ("sensor", std::sync::Arc::new(sensor)),
        ("value", std::sync::Arc::new(value)),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

let path = "data";
let (batch, late_rows, more_rows) = (rows(&[0, 1, 25, 30]), rows(&[2, 25]), rows(&[50, 50]));
let (correction, stale_rows, more_hours) = (rows(&[31]), rows(&[31]), rows(&[32]));
let correction_again = rows(&[33]);
let batches = [rows(&[100]), rows(&[101]), rows(&[99])];
let batch_with_gusts = {
    let plain = rows(&[60]);
    let gusts = std::sync::Arc::new(arrow::array::Float64Array::from(vec![12.5])) as arrow::array::ArrayRef;
    let columns = plain.columns().iter().cloned().chain([gusts]);
    arrow::array::RecordBatch::try_from_iter(["time", "sensor", "value", "gust"].into_iter().zip(columns))?
};
let stream = {
    let rows = rows(&[0, 0, 1]);
    let city = std::sync::Arc::new(arrow::array::StringArray::from(vec!["oslo", "rome", "oslo"]));
    let id = std::sync::Arc::new(arrow::array::UInt32Array::from(vec![1, 2, 1]));
    let columns = [city as arrow::array::ArrayRef, id].into_iter().chain(rows.columns().iter().cloned());
    arrow::array::RecordBatch::try_from_iter(["city", "id", "time", "sensor", "value"].into_iter().zip(columns))?
};
