//! The tolerance of an as-of join.

use arrow::datatypes::{DataType, TimeUnit};
use oups_core::ordered::{OrdValue, OrderedType};
use oups_core::sizing::TimeScale;

/// How far away a match may be, in units of the ordered column or as a duration.
///
/// It is made of a whole number or a text: `"300"`, `"250ms"`, `"5min"`, `"1D"`. The units of time are `ns`, `us`,
/// `ms`, `s`, `min`, `h`, `D` and `W`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tolerance(String);

impl From<&str> for Tolerance {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Tolerance {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// A macro, because `From` is needed for each integer type by itself.
macro_rules! from_integers {
    ($($integer:ident),*) => {$(
        impl From<$integer> for Tolerance {
            fn from(units: $integer) -> Self {
                Self(units.to_string())
            }
        }
    )*};
}

from_integers!(i32, i64, u32, u64, usize);

const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("D", 86_400_000_000_000),
    ("W", 604_800_000_000_000),
];

impl Tolerance {
    /// The tolerance in units of the ordered column, rounded down. The error says what would do.
    pub(super) fn units(&self, ordered: &OrderedType) -> Result<i128, &'static str> {
        const WANTED: &str = "a whole number of the ordered column's units, or of ns, us, ms, s, min, h, D or W";
        if !is_countable(ordered.data_type()) {
            return Err("an ordered column of whole numbers, dates or times");
        }
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (count, unit) = self.0.split_at(digits);
        // No two values are further apart than this, so that larger numbers mean the same.
        let count = match count.parse::<i128>() {
            _ if count.is_empty() => return Err(WANTED),
            Ok(count) => count.min(i128::from(u64::MAX)),
            // Only digits are parsed here: the number is too large for 128 bits.
            Err(_) => i128::from(u64::MAX),
        };
        if unit.is_empty() {
            return Ok(count);
        }
        let Some((_, nanos)) = UNITS.iter().find(|(name, _)| *name == unit) else { return Err(WANTED) };
        match scale(ordered.data_type()) {
            Some(scale) => Ok(count * nanos / scale),
            None => Err("a whole number: the ordered column has no unit of time"),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// Whether the type's comparable values are a whole number of units.
fn is_countable(data_type: &DataType) -> bool {
    data_type.is_integer() || scale(data_type).is_some()
}

/// The nanoseconds of one unit of the type; `None` if its unit is not a unit of time.
fn scale(data_type: &DataType) -> Option<i128> {
    let unit = match data_type {
        DataType::Time32(unit) | DataType::Time64(unit) | DataType::Duration(unit) => *unit,
        other => {
            return TimeScale::from_data_type(other).map(|scale| match scale {
                TimeScale::Second => 1_000_000_000,
                TimeScale::Millisecond | TimeScale::DateMillis => 1_000_000,
                TimeScale::Microsecond => 1_000,
                TimeScale::Nanosecond => 1,
                TimeScale::Day => 86_400_000_000_000,
            });
        }
    };
    Some(match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    })
}

/// The value `units` later, or the last value of 64 bits if there is no later one. Values of other forms stay as they
/// are.
pub(super) fn shifted(value: &OrdValue, units: i128) -> OrdValue {
    match value {
        OrdValue::I64(value) => {
            let moved = i128::from(*value) + units;
            OrdValue::I64(moved.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(tolerance: impl Into<Tolerance>, data_type: DataType) -> Result<i128, &'static str> {
        tolerance.into().units(&OrderedType::new(&data_type).unwrap())
    }

    #[test]
    fn times_are_laid_on_the_columns_unit() {
        let seconds = DataType::Timestamp(TimeUnit::Second, None);
        assert_eq!(units("5min", seconds.clone()), Ok(300));
        assert_eq!(units("1999ms", seconds.clone()), Ok(1));
        assert_eq!(units(7, seconds), Ok(7));
        assert_eq!(units("1W", DataType::Date32), Ok(7));
        assert_eq!(units("1h", DataType::Date32), Ok(0));
        assert_eq!(units("3us", DataType::Duration(TimeUnit::Nanosecond)), Ok(3000));
        assert_eq!(units("12", DataType::UInt8), Ok(12));
    }

    #[test]
    fn what_does_not_suit_is_refused() {
        assert!(units("5min", DataType::Int64).is_err());
        assert!(units(1, DataType::Float64).is_err());
        assert!(units(1, DataType::Utf8).is_err());
        for wrong in ["", "min", "-5", "5 min", "5m", "1.5h"] {
            assert!(units(wrong, DataType::Date64).is_err(), "{wrong}");
        }
        for digits in [30, 300] {
            let huge = "9".repeat(digits);
            assert_eq!(units(huge.as_str(), DataType::Int64), Ok(i128::from(u64::MAX)));
            assert!(units(format!("{huge}h"), DataType::Timestamp(TimeUnit::Nanosecond, None)).is_ok());
        }
    }
}
