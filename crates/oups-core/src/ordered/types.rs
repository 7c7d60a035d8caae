//! The type of an ordered column.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float16Type, Float32Type, Float64Type, TimeUnit};

use super::floats::{MINUS_ZERO, ZERO};
use super::{OrdKeys, OrdValue};

/// The type of an ordered column.
///
/// - It is never a dictionary: a dictionary column is ordered by its values, so [`new`](Self::new) takes the values'
///   type.
/// - All of its values are the same variant of [`OrdValue`](super::OrdValue).
///
/// ```
/// use arrow::datatypes::{DataType, TimeUnit};
/// use oups_core::ordered::OrderedType;
///
/// let time = OrderedType::new(&DataType::Timestamp(TimeUnit::Second, Some("UTC".into()))).unwrap();
/// let noon = time.parse("2013-02-08 12:00 +01:00")?;
/// assert_eq!(time.format(&noon), "2013-02-08T11:00:00Z");
/// assert!(time.parse("2013-02-08T12:00:00.5Z").is_err(), "nothing is rounded");
/// assert!(OrderedType::new(&DataType::Boolean).is_none());
/// # Ok::<(), oups_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderedType {
    data_type: DataType,
}

impl OrderedType {
    /// The ordered type of a column of this Arrow type; `None` if oups cannot order by it.
    pub fn new(data_type: &DataType) -> Option<Self> {
        use DataType::*;
        match data_type {
            Dictionary(_, values) if !matches!(values.as_ref(), Dictionary(..)) => Self::new(values),
            Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64 | Float16 | Float32 | Float64 => {
                Some(Self::of(data_type))
            }
            Date32 | Date64 | Timestamp(..) | Duration(_) => Some(Self::of(data_type)),
            Time32(TimeUnit::Second | TimeUnit::Millisecond) | Time64(TimeUnit::Microsecond | TimeUnit::Nanosecond) => {
                Some(Self::of(data_type))
            }
            Decimal32(..) | Decimal64(..) | Decimal128(..) | Decimal256(..) => Some(Self::of(data_type)),
            Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView | FixedSizeBinary(_) => {
                Some(Self::of(data_type))
            }
            _ => None,
        }
    }

    fn of(data_type: &DataType) -> Self {
        Self { data_type: data_type.clone() }
    }

    /// The Arrow type of the values; never a dictionary.
    pub fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// The type in words for people, such as `Timestamp(ns, "UTC")`.
    pub fn describe(&self) -> String {
        self.data_type.to_string()
    }

    /// Whether the values are timestamps or dates. Period targets need that.
    pub fn is_temporal(&self) -> bool {
        matches!(self.data_type, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64)
    }

    /// The least and the greatest value that are the same number as this one: the two zeros, or the value twice.
    pub fn same_number(&self, value: &OrdValue) -> (OrdValue, OrdValue) {
        match value {
            OrdValue::I64(MINUS_ZERO | ZERO) if self.data_type.is_floating() => {
                (OrdValue::I64(MINUS_ZERO), OrdValue::I64(ZERO))
            }
            other => (other.clone(), other.clone()),
        }
    }

    /// The keys with `-0.0` replaced by `0.0`, so that they compare as numbers.
    pub fn as_numbers(&self, keys: OrdKeys) -> OrdKeys {
        match keys {
            OrdKeys::I64(values) if self.data_type.is_floating() && values.contains(&MINUS_ZERO) => {
                OrdKeys::I64(values.iter().map(|value| if *value == MINUS_ZERO { ZERO } else { *value }).collect())
            }
            other => other,
        }
    }

    /// The position of the first null or NaN of the array, which no order has a position for, and which of the two it
    /// is.
    pub fn first_unorderable(&self, array: &ArrayRef) -> Option<(usize, &'static str)> {
        let null = first_null(array).map(|row| (row, "null"));
        let nan = first_nan(array).map(|row| (row, "NaN"));
        [null, nan].into_iter().flatten().min()
    }
}

fn first_null(array: &ArrayRef) -> Option<usize> {
    array.logical_nulls().filter(|nulls| nulls.null_count() > 0)?.iter().position(|valid| !valid)
}

/// The position of the first NaN. The values of a dictionary are looked at first: without a NaN among them, no row has
/// one.
fn first_nan(array: &ArrayRef) -> Option<usize> {
    match array.data_type() {
        DataType::Float16 => array.as_primitive::<Float16Type>().values().iter().position(|v| v.is_nan()),
        DataType::Float32 => array.as_primitive::<Float32Type>().values().iter().position(|v| v.is_nan()),
        DataType::Float64 => array.as_primitive::<Float64Type>().values().iter().position(|v| v.is_nan()),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary_opt()?;
            first_nan(dictionary.values())?;
            let plain = arrow::compute::take(dictionary.values(), dictionary.keys(), None).ok()?;
            first_nan(&plain)
        }
        _ => None,
    }
}
