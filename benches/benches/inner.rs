//! The inner loops, each alone: `cargo bench -p oups-bench`.
//!
//! The rows are a million ticks of seven columns, if nothing else is said. Items are rows.

use std::io;
use std::num::NonZeroU64;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampNanosecondArray};
use arrow::datatypes::{DataType, TimeUnit};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use oups_core::fs::ReadFile;
use oups_core::ordered::{Cut, OrdValue, OrderedType, Span};
use oups_core::row_group::{ReadOptions, RowGroupFile};
use oups_core::schema::DatasetSchema;
use oups_core::sizing::{RowGroupTarget, Sizing};
use oups_core::{DuplicatesOn, bench};

const ROWS: i64 = 1_000_000;
/// Stored rows per new row.
const SPARSE: i64 = 50;
const BATCH: i64 = 32 << 10;

fn main() {
    divan::main();
}

/// Rows at these times, in batches.
fn ticks(times: impl Iterator<Item = i64>) -> Vec<RecordBatch> {
    let times: Vec<i64> = times.collect();
    times.chunks(BATCH as usize).map(|times| batch(times).unwrap_or_else(|error| panic!("{error}"))).collect()
}

fn batch(times: &[i64]) -> Result<RecordBatch> {
    let noise = |time: i64, of: i64| (time.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64) >> 33).rem_euclid(of);
    let price = |time: i64| 100.0 + (time / 97 % 4000) as f64 / 100.0 + noise(time, 50) as f64 / 100.0;
    let float = |of: &dyn Fn(i64) -> f64| -> ArrayRef {
        Arc::new(times.iter().map(|time| of(*time)).collect::<Float64Array>())
    };
    let whole =
        |of: &dyn Fn(i64) -> i64| -> ArrayRef { Arc::new(times.iter().map(|time| of(*time)).collect::<Int64Array>()) };
    let sides = times.iter().map(|time| Some(if noise(*time, 2) == 0 { "B" } else { "S" }));
    Ok(RecordBatch::try_from_iter([
        ("ts", Arc::new(times.iter().copied().map(Some).collect::<TimestampNanosecondArray>()) as ArrayRef),
        ("seq", whole(&|time| time)),
        ("price", float(&price)),
        ("qty", whole(&|time| noise(time, 1000))),
        ("bid", float(&|time| price(time) - 0.01)),
        ("ask", float(&|time| price(time) + 0.01)),
        ("side", Arc::new(sides.collect::<StringArray>())),
    ])?)
}

fn stored() -> &'static [RecordBatch] {
    static ROWS_STORED: OnceLock<Vec<RecordBatch>> = OnceLock::new();
    ROWS_STORED.get_or_init(|| ticks(0..ROWS))
}

fn schema() -> Arc<DatasetSchema> {
    let schema = stored().first().map(RecordBatch::schema).context("no rows");
    let schema = schema.and_then(|schema| Ok(DatasetSchema::new("x", schema, "ts")?));
    Arc::new(schema.unwrap_or_else(|error| panic!("{error}")))
}

/// Two new rows per hundred stored ones, everywhere. Half of them are stored already.
fn late() -> Vec<RecordBatch> {
    ticks((0..ROWS).step_by(SPARSE as usize).map(|time| time + time / SPARSE % 2 * (ROWS + 1) % 2))
}

fn rows() -> ItemsCount {
    ItemsCount::new(ROWS as usize)
}

fn good<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

/// New rows scattered over stored ones.
#[divan::bench]
fn merge_scattered(bencher: Bencher<'_, '_>) {
    let (schema, new) = (schema(), late());
    bencher.counter(rows()).bench_local(|| good(bench::merge(&schema, stored(), &new)));
}

/// New rows behind all stored ones: no row need be copied.
#[divan::bench]
fn merge_behind(bencher: Bencher<'_, '_>) {
    let (schema, new) = (schema(), ticks(ROWS..ROWS + ROWS / SPARSE));
    bencher.counter(rows()).bench_local(|| good(bench::merge(&schema, stored(), &new)));
}

/// Scattered rows merged, and those of equal time and number dropped. The time beyond `merge_scattered` is that of
/// dropping.
#[divan::bench]
fn dedup_scattered(bencher: Bencher<'_, '_>) {
    let (schema, new, on) = (schema(), late(), DuplicatesOn::Columns(vec!["ts".to_owned(), "seq".to_owned()]));
    bencher.counter(rows()).bench_local(|| good(bench::dedup(&schema, &on, stored(), &new)));
}

/// All rows again.
#[divan::bench]
fn dedup_all(bencher: Bencher<'_, '_>) {
    let (schema, on) = (schema(), DuplicatesOn::Columns(vec!["ts".to_owned(), "seq".to_owned()]));
    bencher.counter(rows()).bench_local(|| good(bench::dedup(&schema, &on, stored(), stored())));
}

/// A row group, with one thread, and with a thread per core (0).
#[divan::bench(args = [1, 0])]
fn encode(bencher: Bencher<'_, '_>, threads: usize) {
    let (schema, pool) = (schema(), good(rayon::ThreadPoolBuilder::new().num_threads(threads).build()));
    bencher.counter(rows()).bench_local(|| pool.install(|| good(bench::encode(&schema, stored()))).len());
}

/// All rows of a row group, by one thread.
#[divan::bench]
fn decode(bencher: Bencher<'_, '_>) {
    let file = file();
    let read = |options| good(file.batches(options)).map(|batch| good(batch).num_rows()).sum::<usize>();
    bencher.counter(rows()).bench_local(|| read(ReadOptions::default()));
}

/// The exact rows of a range in a row group: page index, and the pages at the edges.
#[divan::bench]
fn prune_pages(bencher: Bencher<'_, '_>) {
    let file = file();
    let cut = |row| Cut::Before(OrdValue::I64(row));
    let span = Span::new(cut(ROWS / 2), cut(ROWS / 2 + 10_000)).unwrap_or_else(|| panic!("an empty span"));
    assert_eq!(good(file.rows_in(&span)), 500_000..510_000);
    bencher.bench_local(|| good(file.rows_in(black_box(&span))));
}

/// Where periods begin among all rows.
#[divan::bench]
fn cut_periods(bencher: Bencher<'_, '_>) {
    let times: Vec<i64> = (0..ROWS).map(|row| row * 1_000_000_000).collect();
    let target = good("15min".parse::<RowGroupTarget>());
    let sizing = good(target.sizing("ts", &DataType::Timestamp(TimeUnit::Nanosecond, None)));
    bencher.counter(rows()).bench_local(|| match bench::Cutter::new(sizing) {
        bench::Cutter::Periods(mut cutter) => cutter.cuts(black_box(&times)).len(),
        bench::Cutter::Rows(_) => 0,
    });
}

/// The plan of a write of a thousand rows at the end, by the number of stored row groups.
#[divan::bench(args = [10, 1000, 10_000])]
fn plan_append(bencher: Bencher<'_, '_>, groups: i64) {
    let group = |at: i64| bench::row_group(OrdValue::I64(at * 1000), OrdValue::I64(at * 1000 + 999), 1000);
    let stored: Vec<_> = (0..groups).map(group).collect();
    let new: Vec<_> = (0..1000).map(|row| OrdValue::I64(groups * 1000 + row)).collect();
    let ordered = OrderedType::new(&DataType::Int64).unwrap_or_else(|| panic!("no order"));
    let rules = (Sizing::Rows(NonZeroU64::MIN.saturating_add(999)), true, Some(NonZeroU64::MIN));
    bencher.bench_local(|| good(bench::plan_write((&stored, &ordered), &new, rules)));
}

fn file() -> RowGroupFile {
    let schema = schema();
    let bytes = good(bench::encode(&schema, stored()));
    good(bench::open(Arc::new(InMemory(bytes)), &schema))
}

#[derive(Debug)]
struct InMemory(Vec<u8>);

impl ReadFile for InMemory {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let part = self.0.get(start..).and_then(|rest| rest.get(..buffer.len()));
        buffer.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}
