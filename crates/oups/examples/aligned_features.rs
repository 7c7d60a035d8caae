//! Aligned features for research. Three series of different frequency become one table of features with a row for each
//! hour: the load of a grid every 5 minutes, the temperature every hour, the price once a day. No series is in memory
//! as a whole.
//!
//! `cargo run --example aligned_features`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::{AsArray, Float64Array, RecordBatch, TimestampSecondArray};
use arrow::datatypes::{Float64Type, TimestampSecondType};
use oups::prelude::*;

/// `load-north/5min`
#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Series {
    quantity: String,
    region: String,
    #[oups(sublevel)]
    sampling: Sampling,
}

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sampling {
    frequency: String,
}

/// 2024-01-01T00:00:00Z, in seconds.
const START: i64 = 1_704_067_200;
const HOUR: i64 = 3_600;
const DAYS: i64 = 90;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    run(&folder.path().join("grid"), &mut std::io::stdout().lock())
}

/// Runs the example in a store at `path`, and prints to `out`.
pub(crate) fn run(path: &Path, out: &mut impl Write) -> Result<()> {
    let store = Store::<Series>::open_or_create(path)?;
    for (quantity, frequency, step, target) in
        [("load", "5min", HOUR / 12, "1D"), ("temperature", "1h", HOUR, "W"), ("price", "1D", 24 * HOUR, "MS")]
    {
        let dataset = store.dataset(&series(quantity, frequency))?;
        dataset.write(measured(quantity, step)?).ordered_on("time").row_group_target(target).commit()?;
        writeln!(out, "{:20} {:>5} rows in row groups of {target}", dataset.path_text(), dataset.info()?.rows)?;
    }

    // Chunks follow the dataset with the most row groups. Each has about two days of all three series.
    let keys = store.keys(Series::filter().region("north"))?;
    let mut table = Table::default();
    let (mut chunks, mut largest) = (0, 0);
    for chunk in store.query(&keys).range("2024-02-01".."2024-03-01").intersections()? {
        let chunk = chunk?;
        for key in &keys {
            table.add(&key.quantity, chunk.get(key).context("a chunk has every key of its query")?);
        }
        (chunks, largest) = (chunks + 1, largest.max(chunk.rows()));
    }
    writeln!(out, "\nFebruary in {chunks} chunks, none larger than {largest} rows")?;

    let features = table.features()?;
    writeln!(out, "{} rows of features; the first, and every 100th after it:\n", features.num_rows())?;
    show(&features, out)
}

fn series(quantity: &str, frequency: &str) -> Series {
    let sampling = Sampling { frequency: frequency.to_owned() };
    Series { quantity: quantity.to_owned(), region: "north".to_owned(), sampling }
}

/// The measured values: temperature depends on hour and season, load on hour and temperature, price on the day.
fn measured(quantity: &str, step: i64) -> Result<RecordBatch> {
    let times: Vec<i64> = (0..DAYS * 24 * HOUR / step).map(|at| START + at * step).collect();
    let wave = |time: i64, period: i64| ((time - START) as f64 / period as f64 * std::f64::consts::TAU).sin();
    let temperature = |time| 2.0 + 0.05 * (time - START) as f64 / 86_400.0 + 4.0 * wave(time - 8 * HOUR, 24 * HOUR);
    let value = |time: &i64| match quantity {
        "temperature" => temperature(*time),
        "load" => 50.0 - 0.8 * temperature(*time) + 6.0 * wave(*time, 12 * HOUR),
        _ => 80.0 + 15.0 * wave(*time, 7 * 24 * HOUR),
    };
    let values: Float64Array = times.iter().map(value).map(Some).collect();
    let times = TimestampSecondArray::from(times).with_timezone("UTC");
    Ok(RecordBatch::try_from_iter([("time", Arc::new(times) as _), ("value", Arc::new(values) as _)])?)
}

/// Collects the features. An hour may begin in one chunk and end in the next.
#[derive(Default)]
struct Table {
    /// The sum and the number of the loads of each hour.
    load: BTreeMap<i64, (f64, u32)>,
    temperature: BTreeMap<i64, f64>,
    /// The price from this time on.
    price: BTreeMap<i64, f64>,
}

impl Table {
    fn add(&mut self, quantity: &str, rows: &RecordBatch) {
        let times = rows.column(0).as_primitive::<TimestampSecondType>().values();
        let values = rows.column(1).as_primitive::<Float64Type>().values();
        for (time, value) in times.iter().zip(values) {
            let hour = time - time % HOUR;
            match quantity {
                "load" => {
                    let (sum, number) = self.load.entry(hour).or_default();
                    (*sum, *number) = (*sum + value, *number + 1);
                }
                "temperature" => drop(self.temperature.insert(hour, *value)),
                _ => drop(self.price.insert(hour, *value)),
            }
        }
    }

    /// A row for each hour: the mean load, the mean load a day before, the temperature, and the newest price at the
    /// time.
    fn features(&self) -> Result<RecordBatch> {
        let mean = |hour: &i64| self.load.get(hour).map(|(sum, number)| sum / f64::from(*number));
        let hours: Vec<i64> = self.load.keys().copied().collect();
        let column = |value: &dyn Fn(&i64) -> Option<f64>| Arc::new(hours.iter().map(value).collect::<Float64Array>());
        Ok(RecordBatch::try_from_iter([
            ("hour", Arc::new(TimestampSecondArray::from(hours.clone()).with_timezone("UTC")) as _),
            ("load", column(&mean) as _),
            ("load_day_before", column(&|hour| mean(&(hour - 24 * HOUR))) as _),
            ("temperature", column(&|hour| self.temperature.get(hour).copied()) as _),
            ("price", column(&|hour| self.price.range(..=hour).next_back().map(|(_, price)| *price)) as _),
        ])?)
    }
}

fn show(features: &RecordBatch, out: &mut impl Write) -> Result<()> {
    writeln!(out, "hour                  load  day before  temperature  price")?;
    let hours = features.column(0).as_primitive::<TimestampSecondType>();
    for row in (0..features.num_rows()).step_by(100) {
        let time = hours.value_as_datetime(row).context("times are dates")?;
        write!(out, "{}", time.format("%Y-%m-%dT%H:%M"))?;
        for (column, width) in (1..5).zip([10, 12, 13, 7]) {
            let value = features.column(column).as_primitive::<Float64Type>().iter().nth(row).flatten();
            write!(out, "{:>width$}", value.map_or("-".to_owned(), |value| format!("{value:.1}")))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
