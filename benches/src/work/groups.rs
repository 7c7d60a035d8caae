//! Appends to datasets of few and of many row groups, in turn.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use arrow::array::{Int64Array, RecordBatch, TimestampNanosecondArray};
use oups::{Dataset, Store};
use serde_json::json;

use crate::inputs::Inputs;
use crate::report::Report;
use crate::store::{Name, count_ordered, scan};

/// Rows of a row group, and of an append.
const ROWS: usize = 100;
/// Appends to each dataset. The median counts.
const APPENDS: usize = 31;

/// The report's `s` is the median append to the dataset of the most row groups, its `ratio` is `s` divided by the
/// median for the dataset of the fewest, its `points` are all medians.
pub(crate) fn groups(inputs: &Inputs, groups: &[usize]) -> Result<Report> {
    let store = Store::<Name>::create(inputs.fresh_out()?)?;
    let mut datasets = Vec::new();
    for &count in groups {
        let dataset = store.dataset(&Name::new(format!("G{count}")))?;
        append(&dataset, rows(0, count * ROWS)?)?;
        datasets.push((count, dataset, Vec::new()));
    }
    let (report, _) = Report::of(|| {
        for at in 0..APPENDS {
            for (count, dataset, times) in &mut datasets {
                let rows = rows((*count + at) * ROWS, ROWS)?;
                let start = Instant::now();
                append(dataset, rows)?;
                times.push(start.elapsed().as_secs_f64());
            }
        }
        Ok(())
    })?;
    let mut points = Vec::new();
    for (count, dataset, mut times) in datasets {
        let entries = dataset.snapshot()?.row_groups().len();
        ensure!(entries == count + APPENDS, "{entries} row groups, not {}", count + APPENDS);
        let n = count_ordered(&scan(&dataset)?)?;
        ensure!(n == ((count + APPENDS) * ROWS) as u64, "{n} rows in {entries} row groups");
        times.sort_by(f64::total_cmp);
        points.push((count, *times.get(times.len() / 2).context("no append")?));
    }
    let (fewest, most) = (points.iter().min_by_key(|point| point.0), points.iter().max_by_key(|point| point.0));
    let (fewest, most) = (fewest.context("no dataset")?.1, most.context("no dataset")?.1);
    Ok(report.with("s", most).with("ratio", most / fewest).with("points", json!(points)))
}

fn append(dataset: &Dataset, rows: RecordBatch) -> Result<()> {
    dataset.write(rows).ordered_on("ts").row_group_target(ROWS as u64).commit()?;
    Ok(())
}

fn rows(from: usize, count: usize) -> Result<RecordBatch> {
    let numbers = || (from..from + count).map(|row| row as i64);
    Ok(RecordBatch::try_from_iter([
        ("ts", Arc::new(TimestampNanosecondArray::from_iter_values(numbers())) as _),
        ("seq", Arc::new(Int64Array::from_iter_values(numbers())) as _),
    ])?)
}
