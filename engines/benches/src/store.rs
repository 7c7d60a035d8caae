//! The stores that are asked: ticks of many symbols, and very many datasets of one row.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use anyhow::{Result, anyhow};
use fastrand::Rng;
use oups::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampNanosecondArray};
use oups::prelude::*;
use oups::{AnyKey, Durability};

/// The name of a dataset.
#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name {
    pub(crate) name: String,
}

/// Datasets of the store of ticks.
pub(crate) const KEYS: usize = 100;

/// The time of the first row: 2023-01-01T00:00:00Z.
const START_NS: i64 = 1_672_531_200_000_000_000;

/// The mean distance of two rows of a dataset: 100,000 rows are a week.
const STEP_NS: i64 = 6_000_000_000;

/// The name of a dataset of ticks.
pub(crate) fn symbol(number: usize) -> String {
    format!("SYM{number:03}")
}

/// The time in nanoseconds near which a share of a dataset's rows ends.
pub(crate) fn time_at(share: f64, rows: usize) -> i64 {
    START_NS + (share * (rows / KEYS) as f64) as i64 * STEP_NS
}

/// The store of so many ticks; made if it is not there.
pub(crate) fn ticks(folder: &Path, rows: usize) -> Result<Store<AnyKey>> {
    let done = folder.join("done");
    if !done.exists() {
        let store = Store::<Name>::create(folder.join("store"))?;
        for number in 0..KEYS {
            let dataset = store.dataset(&Name { name: symbol(number) })?;
            dataset.write(tick_rows(rows / KEYS, number as u64)?).ordered_on("ts").commit()?;
        }
        std::fs::write(done, "")?;
    }
    Ok(Store::<Name>::open(folder.join("store"))?.any_keys())
}

fn tick_rows(rows: usize, seed: u64) -> Result<RecordBatch> {
    let mut random = Rng::with_seed(seed);
    let cents = |value: f64| (value * 100.0).round() / 100.0;
    let (mut time, mut price) = (START_NS, 100.0);
    let (mut times, mut prices, mut bids, mut asks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rows {
        time += random.i64(0..=2 * STEP_NS);
        price += random.f64() - 0.5;
        let spread = random.f64() * 0.04 + 0.01;
        times.push(time);
        prices.push(cents(price));
        bids.push(cents(price - spread));
        asks.push(cents(price + spread));
    }
    let quantities = Int64Array::from_iter_values((0..rows).map(|_| random.i64(1..1000)));
    let sides = StringArray::from_iter_values((0..rows).map(|_| if random.bool() { "B" } else { "S" }));
    let columns: [(&str, ArrayRef); 7] = [
        ("ts", Arc::new(TimestampNanosecondArray::from(times).with_timezone("UTC"))),
        ("seq", Arc::new(Int64Array::from_iter_values(0..rows as i64))),
        ("price", Arc::new(Float64Array::from(prices))),
        ("qty", Arc::new(quantities)),
        ("bid", Arc::new(Float64Array::from(bids))),
        ("ask", Arc::new(Float64Array::from(asks))),
        ("side", Arc::new(sides)),
    ];
    Ok(RecordBatch::try_from_iter(columns)?)
}

/// A store of so many datasets; made if it is not there.
pub(crate) fn many(folder: &Path, keys: usize) -> Result<Store<AnyKey>> {
    let done = folder.join(format!("done-{keys}"));
    if !done.exists() {
        let store = Store::<Name>::create(folder.join("many"))?;
        let rows = tick_rows(1, 0)?;
        let write = |number: usize| -> Result<()> {
            let dataset = store.dataset(&Name { name: format!("K{number:06}") })?;
            dataset.write(rows.clone()).ordered_on("ts").durability(Durability::Unsynced).commit()?;
            Ok(())
        };
        thread::scope(|scope| {
            let halves = [0, 1].map(|half| scope.spawn(move || (half..keys).step_by(2).try_for_each(write)));
            halves.into_iter().try_for_each(|half| half.join().map_err(|_| anyhow!("a writer panicked"))?)
        })?;
        std::fs::write(done, "")?;
    }
    Ok(Store::<Name>::open(folder.join("many"))?.any_keys())
}
