//! The resolution of a timestamp or date column.

use arrow::datatypes::{DataType, TimeUnit};

const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// The length of one step of a column's integers, for the types of columns that have calendar periods.
///
/// All count from 1970-01-01T00:00 in UTC. A column's time zone changes how values are shown, never the integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeScale {
    /// `Timestamp(Second)`
    Second,
    /// `Timestamp(Millisecond)`
    Millisecond,
    /// `Timestamp(Microsecond)`
    Microsecond,
    /// `Timestamp(Nanosecond)`
    Nanosecond,
    /// `Date32`: days.
    Day,
    /// `Date64`: milliseconds.
    DateMillis,
}

impl TimeScale {
    /// The scale of a column of this type, plain or dictionary; `None` if it is neither a timestamp nor a date.
    #[must_use]
    pub fn from_data_type(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Timestamp(TimeUnit::Second, _) => Some(Self::Second),
            DataType::Timestamp(TimeUnit::Millisecond, _) => Some(Self::Millisecond),
            DataType::Timestamp(TimeUnit::Microsecond, _) => Some(Self::Microsecond),
            DataType::Timestamp(TimeUnit::Nanosecond, _) => Some(Self::Nanosecond),
            DataType::Date32 => Some(Self::Day),
            DataType::Date64 => Some(Self::DateMillis),
            DataType::Dictionary(_, values) => Self::from_data_type(values),
            _ => None,
        }
    }

    /// The first value that a column of this scale can have.
    #[must_use]
    pub fn least(self) -> i64 {
        if self == Self::Day { i32::MIN.into() } else { i64::MIN }
    }

    /// The length of one step in nanoseconds.
    pub(super) fn nanos(self) -> i128 {
        match self {
            Self::Second => NANOS_PER_SECOND,
            Self::Millisecond | Self::DateMillis => 1_000_000,
            Self::Microsecond => 1_000,
            Self::Nanosecond => 1,
            Self::Day => 86_400 * NANOS_PER_SECOND,
        }
    }
}
