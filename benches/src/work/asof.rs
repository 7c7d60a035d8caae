//! An as-of join: each row with the newest of half as many others.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch, TimestampNanosecondArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::TimestampNanosecondType;
use oups::prelude::*;

use crate::inputs::Inputs;
use crate::report::Report;
use crate::store::{Name, count_ordered, write};

/// The time from a row to the quote that is made of it.
const LATER_NS: i64 = 400_000;

pub(crate) fn asof(inputs: &Inputs) -> Result<Report> {
    let store = Store::<Name>::create(inputs.fresh_out()?)?;
    let (base, quotes) = (Name::new("base"), Name::new("quotes"));
    let rows = inputs.base()?;
    let later = quotes_of(&rows)?;
    let expected = matches(&rows, &later)?;
    write(&store.dataset(&base)?, rows).commit()?;
    write(&store.dataset(&quotes)?, later).commit()?;
    let (report, batches) =
        Report::of(|| Ok(store.asof(&base).right(&quotes).batches()?.collect::<Result<Vec<_>, _>>()?))?;
    let n = count_ordered(&batches)?;
    ensure!(n == inputs.rows as u64, "{n} rows of {} are there", inputs.rows);
    let found = batches.iter().map(|batch| Ok(times(batch, "quotes.ts")?.iter().collect::<Vec<_>>()));
    ensure!(found.collect::<Result<Vec<_>>>()?.concat() == expected, "a row has another match");
    Ok(report.with("n", n).with("matched", expected.iter().flatten().count()))
}

/// Every other row, a little later: two columns and the time.
fn quotes_of(rows: &[RecordBatch]) -> Result<Vec<RecordBatch>> {
    let mut before = 0;
    let mut quotes = Vec::new();
    for batch in rows {
        let is_quote: BooleanArray = (before..before + batch.num_rows()).map(|row| Some(row % 2 == 0)).collect();
        before += batch.num_rows();
        let quote = filter_record_batch(batch, &is_quote)?;
        let later: TimestampNanosecondArray = times(&quote, "ts")?.unary(|time| time + LATER_NS);
        let column = |name| quote.column_by_name(name).cloned().with_context(|| format!("no column `{name}`"));
        let columns = [("ts", Arc::new(later) as ArrayRef), ("bid", column("bid")?), ("ask", column("ask")?)];
        quotes.push(RecordBatch::try_from_iter(columns)?);
    }
    Ok(quotes)
}

/// The time of each row's match, found by walking along both inputs.
fn matches(rows: &[RecordBatch], quotes: &[RecordBatch]) -> Result<Vec<Option<i64>>> {
    let all = |batches: &[RecordBatch]| -> Result<Vec<i64>> {
        let of = |batch: &RecordBatch| Ok(times(batch, "ts")?.values().to_vec());
        Ok(batches.iter().map(of).collect::<Result<Vec<_>>>()?.concat())
    };
    let quotes = all(quotes)?;
    let (mut next, mut newest) = (quotes.iter().peekable(), None);
    let newest_at = |time: i64| {
        while let Some(quote) = next.next_if(|quote| **quote <= time) {
            newest = Some(*quote);
        }
        newest
    };
    Ok(all(rows)?.into_iter().map(newest_at).collect())
}

fn times<'b>(batch: &'b RecordBatch, column: &str) -> Result<&'b TimestampNanosecondArray> {
    let times = batch.column_by_name(column).with_context(|| format!("no column `{column}`"))?;
    times.as_primitive_opt::<TimestampNanosecondType>().with_context(|| format!("`{column}` is not a time"))
}
