//! Measures scans against the bare parquet reader, on the same files and with as many threads.
//!
//! `cargo run --release -p oups-query --example scan_speed -- FOLDER [ROUNDS]` makes 10 million rows of 7 columns in
//! row groups of 1 million, unless FOLDER holds them. It prints the ratios of medians of interleaved rounds.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arrow::array::{
    ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray, TimestampNanosecondArray,
};
use oups_core::{AnyKey, Dataset, Durability, KeySchema, Separator, Store};
use oups_query::ReadDataset;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use parquet::file::metadata::PageIndexPolicy;

const ROWS: usize = 10_000_000;
const GROUP: usize = 1_000_000;
const SECOND: i64 = 1_000_000_000;

type Any<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Any<()> {
    let mut args = std::env::args().skip(1);
    let folder = PathBuf::from(args.next().ok_or("FOLDER is missing")?);
    let rounds = args.next().map_or(Ok(7), |rounds| rounds.parse())?;
    let dataset = dataset(&folder)?;
    let files = files(&folder)?;
    println!("{} threads, {} files, {} rounds", oups_core::parallel::count(), files.len(), rounds);

    let bare = |batch_rows| bare_scan(&files, batch_rows);
    compare("full scan, batch by batch", rounds, || bare(8192), || count(dataset.scan().batches()?));
    compare("full scan, collected", rounds, || bare(GROUP), || Ok(dataset.scan().collect()?.num_rows()));
    let columns = ["time", "value"];
    compare(
        "two columns",
        rounds,
        || bare_columns(&files, &columns),
        || count(dataset.scan().columns(columns).batches()?),
    );

    let (start, len) = (5_123_456_usize, ROWS / 1000);
    let range = || start as i64 * SECOND..(start + len) as i64 * SECOND;
    let snapshot = dataset.snapshot()?;
    let group = &files[start / GROUP];
    let opened = ArrowReaderMetadata::load(&File::open(group)?, with_page_index())?;
    let pages = || bare_range(group, &opened, start % GROUP, len);
    compare("0.1 % of the rows, footer cached", rounds * 20, pages, || {
        count(snapshot.scan().range(range()).batches()?)
    });
    compare("0.1 % of the rows, newly opened", rounds * 20, pages, || count(dataset.scan().range(range()).batches()?));
    Ok(())
}

fn dataset(folder: &Path) -> Any<Dataset> {
    let new = !folder.join("oups.json").exists();
    let schema = KeySchema::parse("name:str", Separator::default())?;
    let store = if new { Store::<AnyKey>::create_for(folder, schema)? } else { Store::<AnyKey>::open(folder)? };
    let dataset = store.dataset(&store.parse_key("x")?)?;
    if new {
        for first in (0..ROWS).step_by(GROUP) {
            let write = dataset.write(rows(first..first + GROUP)).ordered_on("time");
            write.row_group_target(GROUP as u64).durability(Durability::Unsynced).commit()?;
        }
    }
    Ok(dataset)
}

/// Rows as a sensor sends them: times, noisy floats, a walk, counters, a repeated text and a long one.
fn rows(range: std::ops::Range<usize>) -> RecordBatch {
    let at = || range.clone().map(|at| at as i64);
    let noise = |at: i64| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64) >> 11) as f64 / 1e15;
    let columns: [(&str, ArrayRef); 7] = [
        ("time", Arc::new(TimestampNanosecondArray::from_iter_values(at().map(|at| at * SECOND)).with_timezone("UTC"))),
        ("value", Arc::new(Float64Array::from_iter_values(at().map(noise)))),
        ("walk", Arc::new(Float64Array::from_iter_values(at().map(|at| (at / 7 % 500) as f64 / 4.0)))),
        ("count", Arc::new(Int64Array::from_iter_values(at().map(|at| at * 3 + at % 11)))),
        ("code", Arc::new(Int32Array::from_iter_values(at().map(|at| (at * 7919 % 100_003) as i32)))),
        ("station", Arc::new(StringArray::from_iter_values(at().map(|at| format!("station {}", at % 97))))),
        ("note", Arc::new(StringArray::from_iter_values(at().map(|at| format!("{:x}", at * 2_654_435_761))))),
    ];
    RecordBatch::try_from_iter(columns).unwrap_or_else(|error| panic!("{error}"))
}

fn files(folder: &Path) -> Any<Vec<PathBuf>> {
    let files = std::fs::read_dir(folder.join("x"))?.map(|entry| Ok(entry?.path()));
    let mut files = files.collect::<Result<Vec<_>, std::io::Error>>()?;
    files.sort();
    Ok(files)
}

fn with_page_index() -> ArrowReaderOptions {
    ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required)
}

fn count(batches: oups_query::Batches) -> Any<usize> {
    let mut rows = 0;
    for batch in batches {
        rows += batch?.num_rows();
    }
    Ok(rows)
}

/// Reads every file with the bare reader. Each thread of the pool takes one file after another.
fn bare_files(files: &[PathBuf], read: impl Fn(&Path) -> Any<usize> + Sync) -> Any<usize> {
    let (next, rows) = (AtomicUsize::new(0), Mutex::new(0));
    std::thread::scope(|scope| {
        for _ in 0..oups_core::parallel::count() {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let read = read(file).unwrap_or_else(|error| panic!("{error}"));
                    *rows.lock().unwrap_or_else(|error| panic!("{error}")) += read;
                }
            });
        }
    });
    Ok(rows.into_inner()?)
}

fn bare_scan(files: &[PathBuf], batch_rows: usize) -> Any<usize> {
    bare_files(files, |file| {
        let reader =
            ParquetRecordBatchReaderBuilder::try_new(File::open(file)?)?.with_batch_size(batch_rows).build()?;
        reader.map(|batch| Ok(batch?.num_rows())).sum()
    })
}

fn bare_columns(files: &[PathBuf], columns: &[&str]) -> Any<usize> {
    bare_files(files, |file| {
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(file)?)?.with_batch_size(8192);
        let mask = parquet::arrow::ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        builder.with_projection(mask).build()?.map(|batch| Ok(batch?.num_rows())).sum()
    })
}

/// Decodes the wanted pages and nothing else: the file is open, its footer is read, the rows are known.
fn bare_range(file: &Path, metadata: &ArrowReaderMetadata, start: usize, len: usize) -> Any<usize> {
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(File::open(file)?, metadata.clone());
    let selection = RowSelection::from(vec![RowSelector::skip(start), RowSelector::select(len)]);
    let reader = builder.with_batch_size(len).with_row_selection(selection).build()?;
    reader.map(|batch| Ok(batch?.num_rows())).sum()
}

/// Runs both alternately and prints their medians and the ratio.
fn compare(name: &str, rounds: usize, bare: impl Fn() -> Any<usize>, ours: impl Fn() -> Any<usize>) {
    let (mut bare_times, mut our_times) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let expected = timed(&bare, &mut bare_times);
        assert_eq!(timed(&ours, &mut our_times), expected, "{name}");
    }
    let (bare, ours) = (median(bare_times), median(our_times));
    println!("{name}: bare {bare:.1?}, oups {ours:.1?}, ratio {:.2}", ours.as_secs_f64() / bare.as_secs_f64());
}

fn timed(run: &impl Fn() -> Any<usize>, times: &mut Vec<Duration>) -> usize {
    let start = Instant::now();
    let rows = run().unwrap_or_else(|error| panic!("{error}"));
    times.push(start.elapsed());
    rows
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
