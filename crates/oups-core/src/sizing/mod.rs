//! The target: how large row groups are to be, in rows or by the calendar.
//!
//! A [`RowGroupTarget`] is what a user asks for and what a dataset's settings keep. Laid on the ordered column's type it
//! becomes a [`Sizing`], in which a period without a timestamp or date to measure cannot be expressed; the planner and
//! the cutter take only that.

mod calendar;
mod convert;
mod grid;
mod period;
pub(crate) mod refused;
mod scale;

use std::fmt;
use std::num::NonZeroU64;

use arrow::datatypes::DataType;

use crate::{Error, Result};

pub use grid::PeriodGrid;
pub use period::{Period, PeriodUnit, Weekday};
pub use scale::TimeScale;

/// The name of the option in errors.
const OPTION: &str = "row_group_target";

/// The wanted size of a row group: a number of rows, or a calendar period.
///
/// ```
/// use oups_core::sizing::RowGroupTarget;
///
/// assert_eq!(RowGroupTarget::default().to_string(), "1000000");
/// assert_eq!(RowGroupTarget::try_from("15min")?.to_string(), "15min");
/// assert_eq!(RowGroupTarget::try_from(5_000)?, RowGroupTarget::try_from("5000")?);
/// assert!(RowGroupTarget::try_from(0).is_err());
/// # Ok::<(), oups_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowGroupTarget {
    /// So many rows.
    Rows(NonZeroU64),
    /// The rows of one period of the ordered column.
    Period(Period),
}

impl RowGroupTarget {
    /// The target of a dataset that was never told one: a million rows.
    pub const DEFAULT: Self = Self::Rows(NonZeroU64::MIN.saturating_add(999_999));

    /// Lays the target on an ordered column.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidOption`] for a period on a column that is no timestamp or date.
    pub fn sizing(self, column: &str, data_type: &DataType) -> Result<Sizing> {
        let period = match self {
            Self::Rows(rows) => return Ok(Sizing::Rows(rows)),
            Self::Period(period) => period,
        };
        match TimeScale::from_data_type(data_type) {
            Some(scale) => Ok(Sizing::Periods(PeriodGrid::new(period, scale))),
            None => Err(Error::InvalidOption {
                option: OPTION,
                expected: "a number of rows, or an ordered column that is a timestamp or a date".to_owned(),
                found: format!("period {period} on column `{column}` of type {data_type}"),
            }),
        }
    }
}

impl Default for RowGroupTarget {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for RowGroupTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => rows.fmt(f),
            Self::Period(period) => period.fmt(f),
        }
    }
}

/// A target laid on the type of an ordered column: what the planner and the cutter work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sizing {
    /// So many rows.
    Rows(NonZeroU64),
    /// The rows of one period of the column.
    Periods(PeriodGrid),
}
