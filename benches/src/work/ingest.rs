//! Mixed rows of many datasets, in one pass. The rows are made while they are read, and take no memory of their own.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use arrow::array::{
    ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, RecordBatchIterator, StringArray,
    TimestampMicrosecondArray, UInt32Array,
};
use arrow::error::ArrowError;
use oups::{Store, TopLevel};

use crate::inputs::Inputs;
use crate::report::Report;
use crate::store::bytes_under;

/// Two of nine columns make the key, the other seven are stored.
#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sensor {
    quantity: String,
    station: u32,
}

const QUANTITIES: [&str; 4] = ["temperature", "pressure", "humidity", "wind"];
const BATCH: usize = 8192;

/// The report's `s` is the first pass. The second pass brings every row again, all duplicates: the fact `again_s`.
pub(crate) fn ingest(inputs: &Inputs, keys: usize, in_a_row: usize) -> Result<Report> {
    let store = Store::<Sensor>::create(inputs.fresh_out()?)?;
    let (first, changed) = Report::of(|| pass(&store, inputs.rows, keys, in_a_row))?;
    ensure!(changed == keys.min(inputs.rows), "{changed} datasets of {keys} were written");
    let (again, changed) = Report::of(|| pass(&store, inputs.rows, keys, in_a_row))?;
    ensure!(changed == 0, "{changed} datasets changed by what they have");
    let n = store.keys(..)?.iter().map(|key| Ok(store.dataset(key)?.info()?.rows)).sum::<Result<u64>>()?;
    ensure!(n == inputs.rows as u64, "{n} rows of {} are there", inputs.rows);
    Ok(first.with("again_s", again.seconds()).with("n", n).with("bytes", bytes_under(inputs.out())?))
}

/// The number of datasets that the rows changed.
fn pass(store: &Store<Sensor>, rows: usize, keys: usize, in_a_row: usize) -> Result<usize> {
    let ingest = store.ingest(stream(rows, keys, in_a_row)?).ordered_on("time").duplicates_on(["sequence"]);
    let mut changed = 0;
    for dataset in ingest.commit()? {
        changed += usize::from(dataset.result.context("a dataset failed")?.changed);
    }
    Ok(changed)
}

/// Rows whose key changes every few rows, and comes back after all other keys.
fn stream(
    rows: usize,
    keys: usize,
    in_a_row: usize,
) -> Result<RecordBatchIterator<impl Iterator<Item = Result<RecordBatch, ArrowError>>>> {
    let schema = batch(0..1, keys, in_a_row)?.schema();
    let batches = (0..rows).step_by(BATCH).map(move |from| batch(from..rows.min(from + BATCH), keys, in_a_row));
    Ok(RecordBatchIterator::new(batches, schema))
}

fn batch(rows: std::ops::Range<usize>, keys: usize, in_a_row: usize) -> Result<RecordBatch, ArrowError> {
    let key = |row: usize| row / in_a_row % keys;
    let noise = |row: usize, salt: u64| (row as u64 ^ salt).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    let float = |salt: u64| -> ArrayRef {
        Arc::new(rows.clone().map(|row| noise(row, salt) as f64 / 1000.0).collect::<Float64Array>())
    };
    let quantity = rows.clone().map(|row| QUANTITIES.get(key(row) % 4).copied());
    let time = rows.clone().map(|row| Some(1_356_998_400_000_000 + row as i64 * 1_000));
    RecordBatch::try_from_iter([
        ("quantity", Arc::new(quantity.collect::<StringArray>()) as ArrayRef),
        ("station", Arc::new(rows.clone().map(|row| key(row) as u32).collect::<UInt32Array>())),
        ("time", Arc::new(time.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))),
        ("sequence", Arc::new(rows.clone().map(|row| row as i64).collect::<Int64Array>())),
        ("value", float(1)),
        ("low", float(2)),
        ("high", float(3)),
        ("quality", Arc::new(rows.clone().map(|row| noise(row, 4) as i32 % 5).collect::<Int32Array>())),
        (
            "note",
            Arc::new(rows.clone().map(|row| Some(format!("note {}", noise(row, 5) % 100))).collect::<StringArray>()),
        ),
    ])
}
