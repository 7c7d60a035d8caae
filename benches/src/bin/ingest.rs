//! Ten million rows for a thousand datasets, mixed, in one pass: time and peak resident memory.
//!
//! `cargo run --release -p oups-bench --bin ingest [ROWS] [KEYS] [ROWS IN A ROW] [synced|unsynced]`. The rows have nine
//! columns: two with the key, seven that are stored. They are made while they are read, and take no memory of their own.
//! The target is 512 MiB.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use arrow::array::{
    ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, RecordBatchIterator, StringArray,
    TimestampMicrosecondArray, UInt32Array,
};
use arrow::error::ArrowError;
use oups::{Durability, Store, TopLevel};

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sensor {
    quantity: String,
    station: u32,
}

const QUANTITIES: [&str; 4] = ["temperature", "pressure", "humidity", "wind"];
const BATCH: usize = 8192;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: usize| {
        arguments.get(at).map_or(Ok(default), |text| text.parse::<usize>()).context("expected a number")
    };
    let (rows, keys, in_a_row) = (number(0, 10_000_000)?, number(1, 1_000)?, number(2, 1)?);
    let durability = match arguments.get(3).map(String::as_str) {
        Some("unsynced") => Durability::Unsynced,
        _ => Durability::Synced,
    };
    let folder = tempfile::tempdir()?;
    let store = Store::<Sensor>::create(folder.path().join("data"))?;
    println!("before        {}", memory()?);
    for round in 1..=2 {
        let start = Instant::now();
        let mut first_done = None;
        // The second round brings every row of the first again: all are duplicates, and nothing is to change.
        let ingest = store.ingest(stream(rows, keys, in_a_row)?).ordered_on("time").duplicates_on(["sequence"]);
        let ingested = ingest.durability(durability).commit_with(|_| {
            first_done.get_or_insert_with(|| start.elapsed());
        })?;
        let took = start.elapsed();
        let written: u64 = ingested.iter().map(|dataset| dataset.rows).sum();
        ensure!(ingested.iter().all(|dataset| dataset.result.is_ok()), "a dataset failed");
        ensure!(ingested.len() == keys.min(rows) && written == rows as u64, "rows are missing");
        println!(
            "round {round}       {took:>8.2?}  ({:.2?} until the first dataset)  {:.2} M rows/s  {}",
            first_done.context("no dataset")?,
            rows as f64 / took.as_secs_f64() / 1e6,
            memory()?
        );
    }
    let check = store.keys()?.first().map(|key| store.dataset(key)?.rows()).transpose()?;
    println!("{rows} rows, {keys} datasets; the first has {} rows", check.context("no dataset")?);
    Ok(())
}

/// Rows whose key changes every few rows, and comes back when all had their turn.
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

/// Resident memory now, and its peak.
fn memory() -> Result<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let mib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).map_or(0, |kib| kib / 1024)
    };
    Ok(format!("resident {} MiB, peak {} MiB", mib("VmRSS"), mib("VmHWM")))
}
