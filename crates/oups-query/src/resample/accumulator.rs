//! What is kept of the values of a period, whatever the aggregate.

use std::ops::Range;

use arrow::array::ArrayRef;
use arrow::error::ArrowError;

use crate::Result;

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
