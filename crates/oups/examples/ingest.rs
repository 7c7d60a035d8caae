//! One stream has the readings of many sensors. Each sensor becomes a dataset of its own.
//!
//! `cargo run --example ingest`

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use arrow::array::{
    ArrayRef, Float64Array, RecordBatch, RecordBatchIterator, StringArray, TimestampSecondArray, UInt32Array,
};
use arrow::error::ArrowError;
use oups::prelude::*;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sensor {
    quantity: String,
    station: u32,
}

const STATIONS: i64 = 5;
const START: i64 = 1_356_998_400;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    run(&folder.path().join("sensors"), &mut std::io::stdout().lock())
}

/// Runs the example in a store in `folder`, and prints to `out`. A test compares the output.
pub(crate) fn run(folder: &Path, out: &mut impl Write) -> Result<()> {
    let store = Store::<Sensor>::open_or_create(folder)?;

    // The first two days of all stations, mixed as a gateway collects them.
    let ingest = store.ingest(readings(0..48)?).ordered_on("time").row_group_target("1D").duplicates_on(["time"]);
    for sensor in ingest.commit()? {
        writeln!(out, "{}: {} rows, version {}", sensor.dataset, sensor.rows, sensor.result?.version.commit())?;
    }

    // The gateway sends some hours again. Readings that are stored already do not come in twice.
    let again = store.ingest(readings(36..60)?).commit()?;
    let changed = again.iter().filter(|sensor| sensor.result.as_ref().is_ok_and(|written| written.changed)).count();
    writeln!(out, "{changed} of {} datasets have new rows", again.len())?;
    Ok(write!(out, "{}", store.layout()?)?)
}

/// The readings of all stations, one batch for each hour.
fn readings(
    hours: std::ops::Range<i64>,
) -> Result<RecordBatchIterator<impl Iterator<Item = Result<RecordBatch, ArrowError>>>, ArrowError> {
    let schema = hour(hours.start)?.schema();
    Ok(RecordBatchIterator::new(hours.map(hour), schema))
}

fn hour(hour: i64) -> Result<RecordBatch, ArrowError> {
    let time = TimestampSecondArray::from_value(START + hour * 3_600, STATIONS as usize).with_timezone("UTC");
    let value = |station| 10.0 + (hour % 24) as f64 / 2.0 - station as f64;
    let columns: [(&str, ArrayRef); 4] = [
        ("quantity", Arc::new(StringArray::from(vec!["temperature"; STATIONS as usize]))),
        ("station", Arc::new((1..=STATIONS as u32).collect::<UInt32Array>())),
        ("time", Arc::new(time)),
        ("value", Arc::new((1..=STATIONS).map(value).collect::<Float64Array>())),
    ];
    RecordBatch::try_from_iter(columns)
}
