//! Rows of the same kind as `compare/peers.py` makes: market ticks, with a time, a sequence number and five values.

use std::fs::{self, File};
use std::iter;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use arrow::array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, RecordBatchReader, StringArray, TimestampNanosecondArray,
    UInt64Array,
};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use fastrand::Rng;
use parquet::arrow::ArrowWriter;
use serde_json::json;

use crate::inputs::Inputs;

/// The time of the first row: 2023-01-01T00:00:00Z.
const START_NS: i64 = 1_672_531_200_000_000_000;
/// The mean distance of two rows in time.
const STEP_NS: i64 = 1_000_000;
/// Rows of a batch of the stream.
const BATCH_ROWS: usize = 64 << 10;

/// A stream that makes its rows when it is read.
pub(crate) struct Ticks {
    schema: SchemaRef,
    random: Rng,
    rows: usize,
    made: usize,
    time: i64,
    step: i64,
    price: f64,
}

impl Ticks {
    pub(crate) fn new(rows: usize, seed: u64) -> Self {
        let ts = Field::new("ts", DataType::Timestamp(TimeUnit::Nanosecond, None), true);
        let field = |name: &str, data_type| Field::new(name, data_type, true);
        let floats = |name| field(name, DataType::Float64);
        let fields = vec![
            ts,
            field("seq", DataType::Int64),
            floats("price"),
            field("qty", DataType::Int64),
            floats("bid"),
            floats("ask"),
            field("side", DataType::Utf8),
        ];
        let schema = Arc::new(Schema::new(fields));
        Self { schema, random: Rng::with_seed(seed), rows, made: 0, time: START_NS, step: STEP_NS, price: 100.0 }
    }

    /// Rows that all have one time.
    pub(crate) fn at_once(rows: usize, seed: u64) -> Self {
        Self { step: 0, ..Self::new(rows, seed) }
    }

    /// All rows as one batch.
    fn whole(self) -> Result<RecordBatch> {
        let schema = self.schema();
        Ok(concat_batches(&schema, &self.collect::<Result<Vec<_>, _>>()?)?)
    }

    fn batch(&mut self, rows: usize) -> Result<RecordBatch, ArrowError> {
        let random = &mut self.random;
        let cents = |value: f64| (value * 100.0).round() / 100.0;
        // The sum of four uniform numbers is near enough to a normal one.
        let bell = |random: &mut Rng| (0..4).map(|_| random.f64() - 0.5).sum::<f64>() * 3f64.sqrt();
        let times: Vec<i64> =
            iter::repeat_with(|| step(&mut self.time, random.i64(0..=2 * self.step))).take(rows).collect();
        let mut walk = || {
            self.price += bell(random) * 0.01;
            cents(self.price)
        };
        let prices: Vec<f64> = iter::repeat_with(&mut walk).take(rows).collect();
        let spreads: Vec<f64> = iter::repeat_with(|| cents(0.01 + 0.04 * random.f64())).take(rows).collect();
        let around = |sign: f64| -> ArrayRef {
            Arc::new(Float64Array::from_iter_values(prices.iter().zip(&spreads).map(|(price, by)| price + sign * by)))
        };
        let (bid, ask) = (around(-1.0), around(1.0));
        let quantities = Int64Array::from_iter_values(iter::repeat_with(|| random.i64(1..1000)).take(rows));
        let sides = iter::repeat_with(|| if random.bool() { "B" } else { "S" }).take(rows);
        let sides = StringArray::from_iter_values(sides);
        let numbers = Int64Array::from_iter_values((self.made..self.made + rows).map(|row| row as i64));
        self.made += rows;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(TimestampNanosecondArray::from(times)),
            Arc::new(numbers),
            Arc::new(Float64Array::from(prices)),
            Arc::new(quantities),
            bid,
            ask,
            Arc::new(sides),
        ];
        RecordBatch::try_new(self.schema.clone(), columns)
    }
}

fn step(time: &mut i64, by: i64) -> i64 {
    *time += by;
    *time
}

impl Iterator for Ticks {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows = (self.rows - self.made).min(BATCH_ROWS);
        (rows > 0).then(|| self.batch(rows))
    }
}

impl RecordBatchReader for Ticks {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

/// `count` rows, spread evenly over a stream of `rows` rows: the stream's own rows, with a price of 1.
pub(crate) fn scattered(rows: usize, count: usize, seed: u64) -> Result<RecordBatch> {
    let every = (rows / count).max(1);
    let mut ticks = Ticks::new(rows, seed);
    let (schema, mut picked) = (ticks.schema(), Vec::new());
    let mut next = every / 2;
    let mut from = 0;
    for batch in &mut ticks {
        let batch = batch?;
        let until = from + batch.num_rows();
        let places: UInt64Array = (next..until).step_by(every).map(|row| (row - from) as u64).collect();
        next += places.len() * every;
        picked.push(take_record_batch(&batch, &places)?);
        from = until;
    }
    with_price_of_one(&concat_batches(&schema, &picked)?.slice(0, count))
}

fn with_price_of_one(batch: &RecordBatch) -> Result<RecordBatch> {
    let mut columns = batch.columns().to_vec();
    columns[2] = Arc::new(Float64Array::from(vec![1.0; batch.num_rows()]));
    Ok(RecordBatch::try_new(batch.schema(), columns)?)
}

/// Makes inputs of the same shape as the Python script's. The rows differ, so compare figures only if all come from one
/// of the two.
pub(crate) fn generate(inputs: &Inputs) -> Result<()> {
    let rows = inputs.rows;
    for folder in ["appends", "keys"] {
        fs::create_dir_all(inputs.path(folder))?;
    }
    let base = Ticks::new(rows, 1).whole()?;
    store(&inputs.path("base.parquet"), &base)?;
    store(&inputs.path("late.parquet"), &late(&base)?)?;
    let appends = Ticks::new(200 * 5000, 3).whole()?;
    for part in 0..200 {
        store(&inputs.path(&format!("appends/{part:04}.parquet")), &appends.slice(part * 5000, 5000))?;
    }
    let mut first = None;
    for key in 0..100 {
        let rows = Ticks::new(200_000, 100 + key).whole()?;
        store(&inputs.path(&format!("keys/SYM{key:03}.parquet")), &rows)?;
        first.get_or_insert(rows);
    }
    let cross = first.as_ref().unwrap_or(&base);
    let spans = json!({ "range": spans(&base, 50, 0.001), "cross": spans(cross, 10, 0.01) });
    Ok(fs::write(inputs.path("spans.json"), spans.to_string())?)
}

/// 2 % of all rows out of the middle tenth: half with a price of 1, half as new rows of the same time.
fn late(base: &RecordBatch) -> Result<RecordBatch> {
    let rows = base.num_rows();
    let (low, high, half) = (rows * 45 / 100, rows * 55 / 100, rows / 100);
    let mut random = Rng::with_seed(7);
    let mut pick = || {
        let mut places = random.choose_multiple(low as u64..high as u64, half);
        places.sort_unstable();
        UInt64Array::from(places)
    };
    let corrected = with_price_of_one(&take_record_batch(base, &pick())?)?;
    let new = take_record_batch(base, &pick())?;
    let mut columns = new.columns().to_vec();
    columns[1] = Arc::new(Int64Array::from_iter_values((rows..rows + half).map(|row| row as i64)));
    let both = concat_batches(&base.schema(), [&corrected, &RecordBatch::try_new(base.schema(), columns)?])?;
    let order = arrow::compute::sort_to_indices(both.column(0), None, None)?;
    Ok(take_record_batch(&both, &order)?)
}

/// Ranges over a share of the rows each, as pairs of times.
fn spans(rows: &RecordBatch, count: usize, share: f64) -> Vec<[i64; 2]> {
    use arrow::array::AsArray;
    let times = rows.column(0).as_primitive::<arrow::datatypes::TimestampNanosecondType>().values();
    let width = (times.len() as f64 * share) as usize;
    let mut random = Rng::with_seed(5);
    let starts = iter::repeat_with(|| random.usize(0..times.len() - width - 1)).take(count);
    starts.map(|start| [times[start], times[start + width]]).collect()
}

fn store(path: &Path, rows: &RecordBatch) -> Result<()> {
    let mut writer = ArrowWriter::try_new(File::create(path)?, rows.schema(), None)?;
    writer.write(rows)?;
    writer.close()?;
    Ok(())
}
