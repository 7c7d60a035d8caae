//! The input as the planner sees it.

use arrow::error::ArrowError;

use crate::input::Input;
use crate::ordered::OrdValue;
use crate::plan::NewRows;
use crate::{Error, Result};

/// The planner looks up values and positions of the input, which may be on disk.
impl NewRows for &Input {
    fn rows(&self) -> u64 {
        Input::rows(self)
    }

    fn value_at(&mut self, row: u64) -> Result<OrdValue> {
        let none = || Error::Arrow {
            dataset: self.schema().dataset().to_owned(),
            source: ArrowError::ComputeError(format!("the input has no row {row}")),
        };
        Input::value_at(self, row)?.ok_or_else(none)
    }

    fn rows_below(&mut self, value: &OrdValue) -> Result<u64> {
        self.rank(value)
    }

    fn rows_up_to(&mut self, value: &OrdValue) -> Result<u64> {
        self.rank_inclusive(value)
    }
}
