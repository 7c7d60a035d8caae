//! Market data with corrections. A day of trades arrives in pieces, late and out of order. The exchange amends some
//! trades and busts one. An old copy is delivered once more. The newest version of each trade stays, in whatever order
//! they arrive.
//!
//! `cargo run --example market_data`

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use arrow::array::{AsArray, Float64Array, Int64Array, RecordBatch, TimestampMicrosecondArray, UInt32Array};
use arrow::datatypes::{Float64Type, Int64Type, TimestampMicrosecondType};
use oups::prelude::*;

/// Each instrument and kind of data is a dataset: `XPAR-ORA/trades`.
#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Feed {
    venue: String,
    symbol: String,
    #[oups(sublevel)]
    data: Data,
}

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Data {
    kind: Kind,
}

#[derive(KeyField, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    #[oups(rename = "trades")]
    Trades,
}

/// A trade as the exchange sends it. The version counts its corrections; a busted trade has size 0.
#[derive(Clone, Copy)]
struct Trade {
    micros: i64,
    id: i64,
    version: u32,
    price: f64,
    size: i64,
}

/// 2024-03-04T09:00:00Z, in microseconds.
const OPEN: i64 = 1_709_542_800_000_000;
const MINUTE: i64 = 60_000_000;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    run(&folder.path().join("market"), &mut std::io::stdout().lock())
}

/// Runs the example in a store at `path`, and prints to `out`.
pub(crate) fn run(path: &Path, out: &mut impl Write) -> Result<()> {
    let store = Store::<Feed>::open_or_create(path)?;
    let key = Feed { venue: "XPAR".into(), symbol: "ORA".into(), data: Data { kind: Kind::Trades } };
    let dataset = store.dataset(&key)?;
    let day = trades();
    let (morning, afternoon) = day.split_at(3_000);
    let (first, late) = morning.split_at(1_000);

    // The rule is code, so every write gives it. The settings store that the dataset has a rule, so a write without it
    // is refused.
    let newest = || Keep::from(Resolver::newest("version"));
    let written = dataset
        .write(batch(first)?)
        .ordered_on("time")
        .row_group_target("1h")
        .duplicates_on(["id"])
        .keep(newest())
        .commit()?;
    writeln!(out, "{key}: version {}: {} trades", written.version.commit(), written.rows_written)?;

    // The afternoon comes before the rest of the morning. Both are merged into the right order.
    dataset.write(batch(afternoon)?).keep(newest()).commit()?;
    let written = dataset.write(batch(late)?).keep(newest()).commit()?;
    writeln!(
        out,
        "{key}: version {}: {} late trades, {} of the stored row groups rewritten",
        written.version.commit(),
        late.len(),
        written.files_replaced
    )?;
    bars(&dataset, "as first reported", out)?;

    // Trade 1500 had a typing error and was amended twice; the second amendment comes first. Trade 1700 is busted.
    let amended = |trade: Trade, version, price, size| Trade { version, price, size, ..trade };
    let corrections = [amended(day[1_500], 2, 9.99, 120), amended(day[1_700], 1, day[1_700].price, 0)];
    let plan = dataset.write(batch(&corrections)?).keep(newest()).plan()?;
    writeln!(out, "what the corrections will cost:\n\n{plan}")?;
    dataset.write(batch(&corrections)?).keep(newest()).commit()?;

    // The first amendment and an original come late. Both are older than the stored versions, so they change nothing.
    let stale = [amended(day[1_500], 1, 9.5, 120), day[1_700]];
    dataset.write(batch(&stale)?).keep(newest()).commit()?;
    bars(&dataset, "as corrected", out)?;

    let forgot = dataset.write(batch(&stale)?).commit().expect_err("the rule is missing");
    writeln!(out, "a write without the rule: {forgot}")?;
    Ok(())
}

/// Six thousand trades, about one every five seconds, with a random walk as price. The price of one is ten times too
/// high.
fn trades() -> Vec<Trade> {
    let mut state = 7_u64;
    let mut draw = move |below: i64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(state >> 40).unwrap_or(0) % below
    };
    let (mut micros, mut cents) = (OPEN, 1_000);
    let trade = |id| {
        micros += 1 + draw(2 * 5_000_000);
        cents += draw(3) - 1;
        let price = if id == 1_500 { 99.9 } else { cents as f64 / 100.0 };
        Trade { micros, id, version: 0, price, size: 1 + draw(200) }
    };
    (0..6_000).map(trade).collect()
}

fn batch(trades: &[Trade]) -> Result<RecordBatch> {
    let mut sorted = trades.to_vec();
    sorted.sort_by_key(|trade| trade.micros);
    let column = |value: fn(&Trade) -> i64| Int64Array::from_iter_values(sorted.iter().map(value));
    let time = TimestampMicrosecondArray::from_iter_values(sorted.iter().map(|trade| trade.micros));
    Ok(RecordBatch::try_from_iter([
        ("time", Arc::new(time.with_timezone("UTC")) as _),
        ("id", Arc::new(column(|trade| trade.id)) as _),
        ("version", Arc::new(UInt32Array::from_iter_values(sorted.iter().map(|trade| trade.version))) as _),
        ("price", Arc::new(Float64Array::from_iter_values(sorted.iter().map(|trade| trade.price))) as _),
        ("size", Arc::new(column(|trade| trade.size)) as _),
    ])?)
}

/// Prints bars of 15 minutes around the correction: first, highest, lowest and last price, and the volume.
fn bars(dataset: &oups::Dataset, title: &str, out: &mut impl Write) -> Result<()> {
    writeln!(out, "\n{title}:\n\nUTC     open   high    low  close  volume")?;
    for quarter in 7..11 {
        let start = OPEN + quarter * 15 * MINUTE;
        let rows = dataset.scan().range(start..start + 15 * MINUTE).columns(["time", "price", "size"]).collect()?;
        let minute = rows.column(0).as_primitive::<TimestampMicrosecondType>().values()[0] / MINUTE % (24 * 60);
        let sizes = rows.column(2).as_primitive::<Int64Type>().values();
        // A busted trade did not happen.
        let prices = rows.column(1).as_primitive::<Float64Type>().values().iter().zip(sizes);
        let prices: Vec<f64> = prices.filter(|(_, size)| **size > 0).map(|(price, _)| *price).collect();
        let (high, low) =
            (prices.iter().copied().fold(f64::MIN, f64::max), prices.iter().copied().fold(f64::MAX, f64::min));
        let (open, close) = (prices[0], prices[prices.len() - 1]);
        let volume: i64 = sizes.iter().sum();
        let (hour, minute) = (minute / 60, minute / 15 * 15 % 60);
        writeln!(out, "{hour:02}:{minute:02} {open:>6.2} {high:>6.2} {low:>6.2} {close:>6.2} {volume:>7}")?;
    }
    writeln!(out)?;
    Ok(())
}
