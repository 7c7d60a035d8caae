//! Inserts 1,000 rows into one spot of a dataset of 10 million rows. Shows what is rewritten, and how long it takes.
//!
//! `cargo run --release -p oups-core --example insert_bench [folder]`

use std::sync::Arc;
use std::time::Instant;

use arrow::array::{Float64Array, Int64Array, RecordBatch, RecordBatchIterator, TimestampMicrosecondArray};
use arrow::error::ArrowError;
use oups_core::{AnyKey, DuplicatesOn, KeySchema, Separator, Store};

const ROWS: i64 = 10_000_000;
const BATCH: i64 = 100_000;

/// A time every second, an id, and a value.
fn rows(seconds: impl Iterator<Item = i64>) -> Result<RecordBatch, ArrowError> {
    let seconds: Vec<i64> = seconds.collect();
    let at: TimestampMicrosecondArray = seconds.iter().map(|second| Some(second * 1_000_000)).collect();
    let id: Int64Array = seconds.iter().map(|second| Some(second % 97)).collect();
    let value: Float64Array = seconds.iter().map(|second| Some((second * 7_919 % 100_003) as f64 / 100.0)).collect();
    let columns: [(&str, arrow::array::ArrayRef); 3] =
        [("at", Arc::new(at.with_timezone("UTC"))), ("id", Arc::new(id)), ("value", Arc::new(value))];
    RecordBatch::try_from_iter(columns)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = match std::env::args().nth(1) {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let store = Store::<AnyKey>::create_for(folder.path(), KeySchema::parse("name:str", Separator::default())?)?;
    let dataset = store.dataset(&store.parse_key("x")?)?;
    let schema = rows(0..1)?.schema();
    let batches = (0..ROWS / BATCH).map(|batch| rows(batch * BATCH..(batch + 1) * BATCH));
    let start = Instant::now();
    let first = dataset.write(RecordBatchIterator::new(batches, schema)).ordered_on("at").commit()?;
    println!("first write    {:>9} rows in {:.2?}, {} files", first.rows_written, start.elapsed(), first.files_written);

    for (name, duplicates) in [("insert", DuplicatesOn::Off), ("and duplicates", DuplicatesOn::All)] {
        // The spot is at the boundary of two row groups, so both are rewritten. The second insert also rewrites the
        // small row group that the first one left behind these two.
        let spot = 5_000_000 - 500;
        let new = rows(spot..spot + 1_000)?;
        let start = Instant::now();
        let done = dataset.write(new.clone()).duplicates_on(duplicates).commit()?;
        println!(
            "{name:<14} {:>9} rows in {:.2?}: {} of {} row groups rewritten, {} files written",
            done.rows_written,
            start.elapsed(),
            done.files_replaced,
            dataset.snapshot()?.row_groups().len(),
            done.files_written
        );
    }
    let start = Instant::now();
    let done = dataset.delete("1970-02-01".."1970-03-01").commit()?;
    println!(
        "delete         {:>9} rows in {:.2?}: {} files written",
        done.rows_deleted,
        start.elapsed(),
        done.files_written
    );
    Ok(())
}
