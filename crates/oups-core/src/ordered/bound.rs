//! A bound of a range as the caller writes it, before it is known what the ordered column's type is.

use std::fmt;

use arrow::datatypes::i256;

use super::OrdValue;

/// One bound as given. Made from integers of every width, floats, text, bytes, and [`OrdValue`].
///
/// What it means is decided by the ordered column:
///
/// - *Integers* are numbers on a column of numbers; on timestamps, dates, times and durations they count the column's own
///   units since the epoch, or midnight. An integer beyond the type's range is no error: it lies above or below every
///   value (`300` is above all of a `UInt8` column).
/// - *Floats* are numbers on a column of floats. They are compared exactly: on a `Float32` column the bound `0.1_f64` lies
///   between two values. The two zeros are one number: `0.0` is a bound at both.
/// - *Digits* are an exact number, as is a text on a column of numbers; on floats the one of the column's width that is
///   nearest.
/// - *Text* is itself on a column of text, an RFC 3339 time or a date on timestamps and dates, else the text of a number. A
///   time beyond what the column's unit counts lies above or below every value; one with a finer fraction of a second,
///   between two.
/// - *Bytes* are themselves on a column of bytes.
/// - A *value* of an ordered column is exactly that one: of the two zeros, `-0.0` is below `0.0`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum BoundValue {
    /// A whole number.
    Integer(i256),
    /// A number.
    Float(f64),
    /// A number in decimal digits, such as `12.50` or `1e3`.
    Digits(String),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A value of an ordered column.
    Value(OrdValue),
}

impl fmt::Display for BoundValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => write!(f, "the whole number {value}"),
            Self::Float(value) => write!(f, "the float {value:?}"),
            Self::Digits(value) => write!(f, "the number {value}"),
            Self::Text(value) => write!(f, "the text `{value}`"),
            Self::Bytes(value) => write!(f, "{} bytes", value.len()),
            Self::Value(value) => write!(f, "{value:?}"),
        }
    }
}

/// Integers that widen without a question.
macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for BoundValue {
            fn from(value: $integer) -> Self {
                Self::Integer(i256::from_i128(i128::from(value)))
            }
        }
    )*};
}

from_integers!(i8, i16, i32, i64, i128, u8, u16, u32, u64);

impl From<u128> for BoundValue {
    fn from(value: u128) -> Self {
        Self::Integer(i256::from_parts(value, 0))
    }
}

impl From<usize> for BoundValue {
    fn from(value: usize) -> Self {
        (value as u128).into()
    }
}

impl From<isize> for BoundValue {
    fn from(value: isize) -> Self {
        (value as i128).into()
    }
}

impl From<f32> for BoundValue {
    fn from(value: f32) -> Self {
        Self::Float(value.into())
    }
}

impl From<f64> for BoundValue {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for BoundValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&String> for BoundValue {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<String> for BoundValue {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&[u8]> for BoundValue {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for BoundValue {
    fn from(value: &[u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl From<Vec<u8>> for BoundValue {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl From<OrdValue> for BoundValue {
    fn from(value: OrdValue) -> Self {
        Self::Value(value)
    }
}

impl From<&OrdValue> for BoundValue {
    fn from(value: &OrdValue) -> Self {
        Self::Value(value.clone())
    }
}
