//! A bound of a range as the caller writes it, before the type of the ordered column is known.

use std::fmt;

use arrow::datatypes::i256;

use super::OrdValue;

/// One bound as the caller gives it: an integer of any width, a float, text, bytes, or an [`OrdValue`].
///
/// The type of the ordered column decides what a bound means:
///
/// - *Integers* are numbers on a column of numbers. On timestamps, dates, times and durations they count the column's
///   own units since the epoch, or since midnight. An integer beyond the type's range is allowed: it lies above or
///   below every value (`300` lies above all values of a `UInt8` column).
/// - *Floats* are numbers on a column of floats. They are compared exactly: on a `Float32` column the bound `0.1_f64`
///   lies between two values. The two zeros are the same number: `0.0` is a bound at both.
/// - *Digits*, and texts on a column of numbers, are an exact number. On a column of floats they are the nearest float
///   of the column's width.
/// - *Text* is itself on a column of text, an RFC 3339 time or a date on timestamps and dates, else the text of a
///   number. A time beyond the range of the column's unit lies above or below every value. A time with a finer fraction
///   of a second than the unit lies between two values.
/// - *Bytes* are themselves on a column of bytes.
/// - A *value* of an ordered column is exactly that value: of the two zeros, `-0.0` is below `0.0`.
///
/// ```
/// use arrow::datatypes::DataType;
/// use oups_core::ordered::{IntoRange, OrderedType};
///
/// let tenths = OrderedType::new(&DataType::Decimal64(9, 1)).unwrap();
/// let span = ("0.25".."2").into_range().resolve("dataset", "column", &tenths)?;
/// assert_eq!(span.map(|span| span.format(&tenths)).as_deref(), Some("0.2<..2.0"), "0.25 lies between two values");
///
/// let error = ("noon"..).into_range().resolve("dataset", "column", &tenths).unwrap_err();
/// assert!(error.to_string().contains("must be a whole number, or a number as text"));
/// # Ok::<(), oups_core::Error>(())
/// ```
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

/// A macro, since the implementations differ only in the name of the type. All these types widen to `i128` without
/// loss.
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
