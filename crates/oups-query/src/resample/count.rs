//! Counts the values of a period.

use std::ops::Range;

use arrow::array::{Array, ArrayRef, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use super::accumulator::Accumulator;
use crate::Result;

/// The number of values that are not null.
#[derive(Debug, Default)]
pub(crate) struct Count {
    column: Option<ArrayRef>,
    count: i64,
    closed: Vec<i64>,
}

impl Accumulator for Count {
    fn begin(&mut self, column: &ArrayRef) -> Result<(), ArrowError> {
        // A dictionary may hold null among its values.
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
