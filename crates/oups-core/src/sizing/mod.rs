//! The target: the wanted size of row groups, in rows or by the calendar.
//!
//! A user asks for a [`RowGroupTarget`], and a dataset's settings store it. Together with the ordered column's type it
//! becomes a [`Sizing`]. The planner and the cutter take only a `Sizing`, which cannot express a period of a column
//! that is neither a timestamp nor a date.

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
    /// This number of rows.
    Rows(NonZeroU64),
    /// The rows of one period of the ordered column.
    Period(Period),
}

impl RowGroupTarget {
    /// The target of a dataset whose writes never gave one: a million rows.
    pub const DEFAULT: Self = Self::Rows(NonZeroU64::MIN.saturating_add(999_999));

    /// The target for an ordered column of this type. The error names `column`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidOption`] for a period on a column that is neither a timestamp nor a date.
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

/// A target for an ordered column of a known type. The planner and the cutter work with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sizing {
    /// This number of rows.
    Rows(NonZeroU64),
    /// The rows of one period of the column.
    Periods(PeriodGrid),
}
