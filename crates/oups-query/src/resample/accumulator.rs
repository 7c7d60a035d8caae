//! What all aggregates have in common: values go in, one result for each period comes out.

use std::ops::Range;

use arrow::array::ArrayRef;
use arrow::error::ArrowError;

use crate::Result;

/// Works out one aggregate of one column. For each batch, `begin` is called, then `add` and `close` in the order of the
/// rows, then `end`. A period may go on in the next batch.
pub(super) trait Accumulator: Send {
    /// Takes the values of the next batch.
    fn begin(&mut self, column: &ArrayRef) -> Result<(), ArrowError>;

    /// Adds these rows to the period.
    fn add(&mut self, rows: Range<usize>) -> Result<(), ArrowError>;

    /// Ends the period.
    fn close(&mut self);

    /// The results of the periods that were closed since the last call.
    fn end(&mut self) -> Result<ArrayRef, ArrowError>;
}
