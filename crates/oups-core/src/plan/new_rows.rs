//! The new rows as the planner sees them.

use crate::Result;
use crate::ordered::OrdValue;

/// The ordered column of the new rows, sorted. The rows may be in memory or spilled to disk, so a look-up can fail.
///
/// The planner looks up ascending rows and values, so an implementation that remembers the last chunk it read answers
/// most look-ups from memory.
pub(crate) trait NewRows {
    /// The number of new rows.
    fn rows(&self) -> u64;

    /// The value of a row; `row` is below [`rows`](Self::rows).
    ///
    /// # Errors
    ///
    /// If the rows cannot be read.
    fn value_at(&mut self, row: u64) -> Result<OrdValue>;

    /// The number of rows whose value is below `value`.
    ///
    /// # Errors
    ///
    /// If the rows cannot be read.
    fn rows_below(&mut self, value: &OrdValue) -> Result<u64>;

    /// The number of rows whose value is at most `value`.
    ///
    /// # Errors
    ///
    /// If the rows cannot be read.
    fn rows_up_to(&mut self, value: &OrdValue) -> Result<u64>;
}

/// Values in memory.
impl NewRows for &[OrdValue] {
    fn rows(&self) -> u64 {
        self.len() as u64
    }

    fn value_at(&mut self, row: u64) -> Result<OrdValue> {
        usize::try_from(row).ok().and_then(|row| self.get(row)).cloned().ok_or_else(|| crate::Error::InvalidOption {
            option: "row",
            expected: format!("below {}", self.len()),
            found: row.to_string(),
        })
    }

    fn rows_below(&mut self, value: &OrdValue) -> Result<u64> {
        Ok(self.partition_point(|found| found < value) as u64)
    }

    fn rows_up_to(&mut self, value: &OrdValue) -> Result<u64> {
        Ok(self.partition_point(|found| found <= value) as u64)
    }
}
