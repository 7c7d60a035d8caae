//! Ready-made rules that combine duplicates.

use arrow::array::{Array, ArrayRef, RecordBatch, UInt64Array, make_comparator};
use arrow::compute::kernels::numeric::add;
use arrow::compute::{CastOptions, SortOptions, cast_with_options, take, take_record_batch};
use arrow::error::ArrowError;

/// How the values of one column of several duplicates become one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Combine {
    /// The sum, without nulls; null if there are only nulls. An overflow is an error.
    Sum,
    /// The largest value, without nulls.
    Max,
    /// The smallest value, without nulls.
    Min,
    /// The first value that is not null.
    FirstNonNull,
    /// The last value that is not null.
    LastNonNull,
    /// The value of the first row.
    First,
    /// The value of the last row.
    Last,
}

/// The row with the largest value in a column; the last row if all values are null.
pub(super) fn newest(rows: &RecordBatch, version: &str) -> Result<RecordBatch, ArrowError> {
    let column = column(rows, version)?;
    let row = extreme(column, Combine::Max)?.unwrap_or(rows.num_rows().saturating_sub(1));
    Ok(rows.slice(row, 1))
}

/// One row: the last one, with each named column combined over all rows.
pub(super) fn combine(rows: &RecordBatch, columns: &[(String, Combine)]) -> Result<RecordBatch, ArrowError> {
    let last = rows.num_rows().saturating_sub(1);
    let row = take_record_batch(rows, &UInt64Array::from(vec![last as u64]))?;
    let mut values = row.columns().to_vec();
    for (name, how) in columns {
        let value = one(column(rows, name)?, *how)?;
        let at = rows.schema_ref().index_of(name)?;
        if let Some(slot) = values.get_mut(at) {
            *slot = value;
        }
    }
    RecordBatch::try_new(rows.schema(), values)
}

fn column<'r>(rows: &'r RecordBatch, name: &str) -> Result<&'r ArrayRef, ArrowError> {
    rows.column_by_name(name).ok_or_else(|| ArrowError::SchemaError(format!("there is no column `{name}`")))
}

/// The values of a column combined, as an array of one value.
fn one(column: &ArrayRef, how: Combine) -> Result<ArrayRef, ArrowError> {
    let valid = |row: &usize| column.is_valid(*row);
    let rows = 0..column.len();
    let row = match how {
        Combine::Sum => return sum(column),
        Combine::Max | Combine::Min => extreme(column, how)?,
        Combine::FirstNonNull => rows.clone().find(valid),
        Combine::LastNonNull => rows.clone().rev().find(valid),
        Combine::First => Some(0),
        Combine::Last => None,
    };
    // `Last`; or all are null, and any row is right.
    let row = row.unwrap_or(rows.end.saturating_sub(1));
    take(column, &UInt64Array::from(vec![row as u64]), None)
}

/// The row of the largest or smallest value; among equal values the last. `None` if all are null.
fn extreme(column: &ArrayRef, how: Combine) -> Result<Option<usize>, ArrowError> {
    let compare = make_comparator(column, column, SortOptions::default())?;
    let valid = (0..column.len()).filter(|&row| column.is_valid(row));
    Ok(match how {
        Combine::Min => valid.rev().min_by(|&left, &right| compare(left, right)),
        _ => valid.max_by(|&left, &right| compare(left, right)),
    })
}

/// The sum of the values that are not null, in the column's type; null if all are. Adding with Arrow's checked kernel
/// makes an overflow an error.
fn sum(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let mut sum: Option<ArrayRef> = None;
    for row in (0..column.len()).filter(|&row| column.is_valid(row)) {
        let value = column.slice(row, 1);
        sum = Some(match sum {
            None => value,
            // Arrow's sum of decimals has one digit more. It is cast back, and a sum that does not fit is an error.
            Some(sum) => {
                let strict = CastOptions { safe: false, ..CastOptions::default() };
                cast_with_options(&add(&sum, &value)?, column.data_type(), &strict)?
            }
        });
    }
    Ok(sum.unwrap_or_else(|| column.slice(0, 1)))
}
