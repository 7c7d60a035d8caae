//! What is kept of the values of a period, whatever the aggregate.

use std::ops::Range;

use arrow::array::{Array, ArrayRef, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field};
use arrow::error::ArrowError;

use super::pick::{Choice, Pick};
use super::total::{Mean, sum};
use super::{Aggregate, unsuitable};
use crate::error::Result;

/// Values go in batch by batch: `begin`, then rows and ends of periods in order, then `end`. A period may go on in the next
/// batch.
pub(super) trait Accumulator: Send {
    /// The values of the rows to come.
    fn begin(&mut self, column: &ArrayRef) -> Result<(), ArrowError>;

    /// These rows are of the period.
    fn add(&mut self, rows: Range<usize>) -> Result<(), ArrowError>;

    /// The period is over.
    fn close(&mut self);

    /// The results of the periods that were closed since the last time.
    fn end(&mut self) -> Result<ArrayRef, ArrowError>;
}

/// The field of a result, and what works it out from values of the plain type.
pub(super) fn accumulator(
    column: &Field,
    plain: &DataType,
    aggregate: Aggregate,
) -> Result<(Field, Box<dyn Accumulator>)> {
    let accumulator: Option<(DataType, Box<dyn Accumulator>)> = match aggregate {
        Aggregate::First => Some((plain.clone(), Box::new(Pick::new(Choice::First, plain)))),
        Aggregate::Last => Some((plain.clone(), Box::new(Pick::new(Choice::Last, plain)))),
        Aggregate::Min | Aggregate::Max if plain.is_nested() || plain.is_null() => None,
        Aggregate::Min => Some((plain.clone(), Box::new(Pick::new(Choice::Min, plain)))),
        Aggregate::Max => Some((plain.clone(), Box::new(Pick::new(Choice::Max, plain)))),
        Aggregate::Sum => sum(plain),
        Aggregate::Count => Some((DataType::Int64, Box::new(Count::default()))),
        Aggregate::Mean => plain.is_numeric().then(|| (DataType::Float64, Box::new(Mean::default()) as _)),
    };
    let name = format!("{}_{aggregate}", column.name());
    match accumulator {
        Some((data_type, accumulator)) => Ok((Field::new(name, data_type, aggregate != Aggregate::Count), accumulator)),
        None => Err(unsuitable(column.name(), aggregate, column.data_type())),
    }
}

/// The number of values.
#[derive(Debug, Default)]
struct Count {
    column: Option<ArrayRef>,
    count: i64,
    closed: Vec<i64>,
}

impl Accumulator for Count {
    fn begin(&mut self, column: &ArrayRef) -> Result<(), ArrowError> {
        // Of a dictionary, a value that is null counts as null.
        self.column = Some(match column.data_type() {
            DataType::Dictionary(_, values) => cast(column, values)?,
            _ => column.clone(),
        });
        Ok(())
    }

    fn add(&mut self, rows: Range<usize>) -> Result<(), ArrowError> {
        if let Some(column) = &self.column {
            self.count += (rows.len() - column.slice(rows.start, rows.len()).logical_null_count()) as i64;
        }
        Ok(())
    }

    fn close(&mut self) {
        self.closed.push(std::mem::take(&mut self.count));
    }

    fn end(&mut self) -> Result<ArrayRef, ArrowError> {
        self.column = None;
        Ok(std::sync::Arc::new(Int64Array::from(std::mem::take(&mut self.closed))))
    }
}
