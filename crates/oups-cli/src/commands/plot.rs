//! `oups read --plot`: draws the line of a column in the terminal.

use anyhow::{Result, bail};
use arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use oups::ordered::OrderedType;
use oups::{AnyKey, Dataset, Store};

use super::coverage::look;
use crate::args::Read;
use crate::chart::axis::{Kind, kind, seconds};
use crate::chart::buckets::Buckets;
use crate::chart::line::{self, Series};
use crate::read::Scan;
use crate::store;
use crate::terminal::counted::counted;
use crate::terminal::progress::Progress;
use crate::terminal::stdout::Stdout;
use crate::terminal::visible::visible;

/// Draws the column for each key, one below the other.
pub(super) fn run(args: &Read, column: &str, store: &Store<AnyKey>, out: &mut Stdout) -> Result<()> {
    let progress = Progress::new();
    let mut all = Vec::new();
    let mut kinds = Vec::new();
    for key in &args.keys {
        let (key, dataset) = store::dataset(store, key)?;
        let of = Of { key, dataset, column };
        let (kind, series) = of.read(args, &progress)?;
        all.push(series);
        kinds.push(kind);
    }
    progress.done();
    let Some(kind) = kinds.first().copied() else { return Ok(()) };
    if kinds.iter().any(|other| *other != kind) || (kind == Kind::Order && kinds.len() > 1) {
        bail!("these datasets have no axis in common: draw them one by one");
    }
    line::draw(kind, &all, look(args.drawing), out)?;
    out.finish()
}

/// The column to draw.
struct Of<'a> {
    key: AnyKey,
    dataset: Dataset,
    column: &'a str,
}

impl Of<'_> {
    fn read(&self, args: &Read, progress: &Progress) -> Result<(Kind, Series)> {
        let (ordered_on, ordered) = {
            let snapshot = self.dataset.snapshot()?;
            (snapshot.ordered_on().to_owned(), snapshot.ordered_type().clone())
        };
        let mut columns = vec![ordered_on.clone()];
        if ordered_on != self.column {
            columns.push(self.column.to_owned());
        }
        let mut scan = Scan::new(&self.dataset, &args.range, Some(columns), args.condition.as_deref())?;
        if args.verified {
            scan = scan.verified();
        }
        self.has_numbers(scan.schema()?.field_with_name(self.column)?.data_type())?;
        progress.expect_rows(scan.rows_at_most(args.to.limit)?);
        let (mut buckets, mut count) = (Buckets::new(), Count::default());
        for batch in scan.batches(args.to.limit)? {
            let batch = batch?;
            let [at, values] = [places(&batch, &ordered_on, &ordered, count.rows)?, self.values(&batch)?];
            count.add(&at, &values, &mut buckets);
            progress.advance(batch.num_rows() as u64);
        }
        let title = count.title(&self.key, self.column);
        Ok((kind(&ordered), Series { title, buckets: buckets.finish() }))
    }

    fn has_numbers(&self, data_type: &DataType) -> Result<()> {
        let value = match data_type {
            DataType::Dictionary(_, value) => value,
            other => other,
        };
        if value.is_numeric() || matches!(value, DataType::Duration(_) | DataType::Boolean) {
            return Ok(());
        }
        let (key, column) = (&self.key, self.column);
        bail!("dataset {key}: --plot: expected a column of numbers, found `{column}` ({data_type})")
    }

    fn values(&self, batch: &RecordBatch) -> Result<Float64Array> {
        let column = column_of(batch, self.column)?;
        // Arrow casts durations only to whole numbers, so that they take two casts.
        let column =
            if matches!(column.data_type(), DataType::Duration(_)) { cast(&column, &DataType::Int64)? } else { column };
        Ok(cast(&column, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
    }
}

fn column_of(batch: &RecordBatch, name: &str) -> Result<ArrayRef> {
    Ok(batch.column(batch.schema().index_of(name)?).clone())
}

/// The places of the rows on the axis. Of texts only the order is known: their place is the number of the row.
fn places(batch: &RecordBatch, ordered_on: &str, ordered: &OrderedType, before: u64) -> Result<Float64Array> {
    let column = column_of(batch, ordered_on)?;
    if kind(ordered) == Kind::Order {
        return Ok((0..batch.num_rows()).map(|row| Some((before + row as u64) as f64)).collect());
    }
    let plain = cast(&column, ordered.data_type())?;
    let whole = match ordered.data_type() {
        DataType::Date32 | DataType::Time32(_) => cast(&cast(&plain, &DataType::Int32)?, &DataType::Int64)?,
        other if seconds(other).is_some() || matches!(other, DataType::Duration(_)) => cast(&plain, &DataType::Int64)?,
        _ => return Ok(cast(&plain, &DataType::Float64)?.as_primitive::<Float64Type>().clone()),
    };
    let unit = seconds(ordered.data_type()).unwrap_or(1.0);
    Ok(whole.as_primitive::<Int64Type>().iter().map(|value| value.map(|value| value as f64 * unit)).collect())
}

/// Counts what was read.
#[derive(Default)]
struct Count {
    rows: u64,
    nulls: u64,
    /// The rows that cannot be drawn: NaN and infinite numbers.
    undrawable: u64,
    ends: Option<(f64, f64)>,
}

impl Count {
    fn add(&mut self, at: &Float64Array, values: &Float64Array, buckets: &mut Buckets) {
        for (at, value) in at.iter().zip(values) {
            self.rows += 1;
            match (at, value) {
                (_, None) => self.nulls += 1,
                (Some(at), Some(value)) if at.is_finite() && value.is_finite() => {
                    let (low, high) = self.ends.unwrap_or((value, value));
                    self.ends = Some((low.min(value), high.max(value)));
                    buckets.add(at, value);
                }
                _ => self.undrawable += 1,
            }
        }
    }

    fn title(&self, key: &AnyKey, column: &str) -> String {
        let mut title = format!("{}: {}", visible(&key.to_string()), visible(column));
        if let Some((low, high)) = self.ends {
            title += &format!(" from {low} to {high}");
        }
        title += &format!(", {}", counted(self.rows, "row"));
        if self.nulls > 0 {
            title += &format!(", {}", counted(self.nulls, "null"));
        }
        if self.undrawable > 0 {
            title += &format!(", {} not finite", self.undrawable);
        }
        title
    }
}
