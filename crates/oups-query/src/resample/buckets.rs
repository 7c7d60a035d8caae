//! Divides the ordered column into periods: of the calendar, or of a number of units.

use arrow::datatypes::DataType;
use oups_core::ordered::OrderedType;
use oups_core::sizing::{Period, PeriodGrid, TimeScale};

/// The length of a period. For timestamps and dates it is written as row group targets are: `15min`, `1D`, `W`, `MS`
/// and so on. For whole numbers, durations and times of day it is a whole number of the column's units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Every(pub(super) String);

impl From<&str> for Every {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Every {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<Period> for Every {
    fn from(period: Period) -> Self {
        Self(period.to_string())
    }
}

/// A macro, because `From` is needed for each integer type by itself.
macro_rules! from_integers {
    ($($integer:ident),*) => {$(
        impl From<$integer> for Every {
            fn from(width: $integer) -> Self {
                Self(width.to_string())
            }
        }
    )*};
}

from_integers!(i32, i64, u32, u64, usize);

/// The periods of a column. The column's comparable values are numbers of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Buckets {
    Calendar(PeriodGrid),
    /// Periods of `width` units, counted from zero. `zero` is the comparable value of zero, `least` that of the type's
    /// least value.
    Widths {
        width: i128,
        zero: i128,
        least: i64,
    },
}

impl Buckets {
    /// The periods for a column of this type. The error says which period would do.
    pub(super) fn new(every: &Every, ordered: &OrderedType) -> Result<Self, &'static str> {
        let data_type = ordered.data_type();
        let is_number = !every.0.is_empty() && every.0.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(scale) = TimeScale::from_data_type(data_type) {
            let period: Period = every.0.parse().map_err(|_| Period::EXPECTED)?;
            return Ok(Self::Calendar(PeriodGrid::new(period, scale)));
        }
        let is_time = matches!(data_type, DataType::Time32(_) | DataType::Time64(_) | DataType::Duration(_));
        if !data_type.is_integer() && !is_time {
            return Err("a dataset that is ordered on dates, times or whole numbers");
        }
        match every.0.parse::<u64>() {
            Ok(width) if is_number && width > 0 => {
                let (zero, least) = zero_and_least(data_type);
                Ok(Self::Widths { width: width.into(), zero, least })
            }
            _ => Err("a whole number of at least 1"),
        }
    }

    /// The first value of the period that holds the value, and the first value after the period; `None` if the type has
    /// no later value.
    pub(super) fn of(&self, value: i64) -> (i64, Option<i64>) {
        match *self {
            Self::Calendar(grid) => (grid.start_of(value).max(grid.scale().least()), grid.next_start(value)),
            Self::Widths { width, zero, least } => {
                let value = i128::from(value);
                let start = value - (value - zero).rem_euclid(width);
                let first = i64::try_from(start).unwrap_or(least).max(least);
                (first, i64::try_from(start + width).ok())
            }
        }
    }
}

/// The comparable values of zero and of the type's least value. The comparable value of an unsigned number has its sign
/// bit flipped.
fn zero_and_least(data_type: &DataType) -> (i128, i64) {
    let least = match data_type {
        DataType::Int8 => i8::MIN.into(),
        DataType::Int16 => i16::MIN.into(),
        DataType::Int32 | DataType::Time32(_) => i32::MIN.into(),
        _ => i64::MIN,
    };
    let zero = if data_type.is_unsigned_integer() { i128::from(i64::MIN) } else { 0 };
    (zero, least)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(every: impl Into<Every>, data_type: DataType) -> Result<Buckets, &'static str> {
        Buckets::new(&every.into(), &OrderedType::new(&data_type).unwrap())
    }

    #[test]
    fn widths_count_from_zero() {
        let tens = buckets(10, DataType::Int64).unwrap();
        assert_eq!(tens.of(-1), (-10, Some(0)));
        assert_eq!(tens.of(0), (0, Some(10)));
        assert_eq!(tens.of(i64::MAX), (i64::MAX - 7, None));
        assert_eq!(tens.of(i64::MIN).0, i64::MIN);
        let bytes = buckets(100, DataType::Int8).unwrap();
        assert_eq!(bytes.of(-128), (-128, Some(-100)));
        let unsigned = buckets(10, DataType::UInt64).unwrap();
        let flipped = |value: u64| (value ^ (1 << 63)) as i64;
        assert_eq!(unsigned.of(flipped(25)), (flipped(20), Some(flipped(30))));
    }

    #[test]
    fn what_does_not_suit_is_refused() {
        for (every, data_type) in [
            ("1D", DataType::Int64),
            ("0", DataType::Int64),
            ("10", DataType::Date32),
            ("1d", DataType::Date32),
            ("", DataType::Int64),
            ("10", DataType::Utf8),
            ("10", DataType::Float64),
        ] {
            assert!(buckets(every, data_type.clone()).is_err(), "{every} on {data_type}");
        }
    }
}
