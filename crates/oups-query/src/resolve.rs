//! From the bounds that the caller wrote to a span of the ordered column's values.

use std::cmp::Ordering;
use std::ops::Bound;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float16Array, Float32Array, Float64Array};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Float16Type, i256};
use oups_core::ordered::{OrdValue, OrderedType};
use oups_core::schema::DatasetSchema;

use crate::bound::BoundValue;
use crate::error::{Error, Result};
use crate::range::OrderedRange;
use crate::span::{Cut, Span};

/// The span of a range on the dataset's ordered column; `None` if no value can be in it.
///
/// # Errors
///
/// [`Error::Bound`] for a bound that cannot be compared with the column's values.
pub(crate) fn resolve(range: &OrderedRange, schema: &DatasetSchema) -> Result<Option<Span>> {
    let place = |value: &BoundValue| {
        place(value, schema.ordered_type()).map_err(|expected| Error::Bound {
            dataset: schema.dataset().to_owned(),
            column: schema.ordered_on().to_owned(),
            expected,
            found: value.to_string(),
        })
    };
    let start = match &range.start {
        Bound::Unbounded => Cut::Bottom,
        Bound::Included(value) => place(value)?.before(),
        Bound::Excluded(value) => place(value)?.after(),
    };
    let end = match &range.end {
        Bound::Unbounded => Cut::Top,
        Bound::Included(value) => place(value)?.after(),
        Bound::Excluded(value) => place(value)?.before(),
    };
    Ok(Span::new(start, end))
}

/// Where a bound lies among the values of a column.
enum Place {
    /// At a value that the type has.
    At(OrdValue),
    /// Between two such values, or beyond all.
    Gap(Cut),
}

impl Place {
    fn before(self) -> Cut {
        match self {
            Self::At(value) => Cut::Before(value),
            Self::Gap(cut) => cut,
        }
    }

    fn after(self) -> Cut {
        match self {
            Self::At(value) => Cut::After(value),
            Self::Gap(cut) => cut,
        }
    }

    /// Beyond all values.
    fn beyond(negative: bool) -> Self {
        Self::Gap(if negative { Cut::Bottom } else { Cut::Top })
    }
}

/// The error is what would have done.
fn place(value: &BoundValue, ordered: &OrderedType) -> Result<Place, String> {
    let wanted = || wanted(ordered);
    match value {
        BoundValue::Integer(number) => integer(*number, ordered).ok_or_else(wanted),
        BoundValue::Float(number) if number.is_nan() => Err("a number, which NaN is not".to_owned()),
        BoundValue::Float(number) => float(*number, ordered).ok_or_else(wanted),
        BoundValue::Text(text) if is_text(ordered) => Ok(Place::At(OrdValue::Bytes(text.as_bytes().into()))),
        BoundValue::Text(text) => ordered.parse(text).map(Place::At).map_err(|_| wanted()),
        BoundValue::Bytes(bytes) if is_binary(ordered) => Ok(Place::At(OrdValue::Bytes(bytes.as_slice().into()))),
        BoundValue::Bytes(_) => Err(wanted()),
        BoundValue::Value(value) if has_form(value, ordered) => Ok(Place::At(value.clone())),
        BoundValue::Value(_) => Err(wanted()),
    }
}

fn integer(number: i256, ordered: &OrderedType) -> Option<Place> {
    use DataType::*;
    let narrow = number.to_i128();
    Some(match ordered.data_type() {
        UInt8 | UInt16 | UInt32 | UInt64 => match narrow.and_then(|number| u64::try_from(number).ok()) {
            Some(number) => Place::At(OrdValue::I64((number ^ (1 << 63)).cast_signed())),
            None => Place::beyond(number.is_negative()),
        },
        Int8 | Int16 | Int32 | Int64 | Date32 | Date64 | Time32(_) | Time64(_) | Timestamp(..) | Duration(_) => {
            match narrow.and_then(|number| i64::try_from(number).ok()) {
                Some(number) => Place::At(OrdValue::I64(number)),
                None => Place::beyond(number.is_negative()),
            }
        }
        Float16 | Float32 | Float64 => {
            // The text way rounds to the nearest, and is the only one from 256 bits without another library.
            let nearest = number.to_string().parse::<f64>().ok()?;
            nearest_float(nearest, ordered, |float| match i256::from_f64(float) {
                Some(float) => float.cmp(&number),
                None => if float > 0.0 { Ordering::Greater } else { Ordering::Less },
            })?
        }
        Decimal32(_, scale) | Decimal64(_, scale) => decimal(number, *scale, |number| {
            number.to_i128().and_then(|number| i64::try_from(number).ok()).map(OrdValue::I64)
        })?,
        Decimal128(_, scale) => decimal(number, *scale, |number| number.to_i128().map(OrdValue::I128))?,
        Decimal256(_, scale) => decimal(number, *scale, |number| Some(OrdValue::I256(number)))?,
        _ => return None,
    })
}

fn float(number: f64, ordered: &OrderedType) -> Option<Place> {
    // Equal numbers of different sign are the two zeros, which each type has.
    nearest_float(number, ordered, |float| float.partial_cmp(&number).unwrap_or(Ordering::Equal))
}

/// Places a number next to the column's float that is nearest to it; `compare` says how a float compares with the exact
/// number. `None` if the column has no floats.
fn nearest_float(number: f64, ordered: &OrderedType, compare: impl Fn(f64) -> Ordering) -> Option<Place> {
    let (array, float): (ArrayRef, f64) = match ordered.data_type() {
        DataType::Float16 => {
            let nearest = <Float16Type as ArrowPrimitiveType>::Native::from_f64(number);
            (Arc::new(Float16Array::from_iter_values([nearest])), nearest.to_f64())
        }
        DataType::Float32 => {
            let nearest = number as f32;
            (Arc::new(Float32Array::from_iter_values([nearest])), nearest.into())
        }
        DataType::Float64 => (Arc::new(Float64Array::from_iter_values([number])), number),
        _ => return None,
    };
    let value = ordered.from_array(&array).ok()?.pop()?;
    Some(match compare(float) {
        Ordering::Equal => Place::At(value),
        Ordering::Less => Place::Gap(Cut::After(value)),
        Ordering::Greater => Place::Gap(Cut::Before(value)),
    })
}

/// Places a whole number among decimals, which are whole numbers of units of 10^-scale.
fn decimal(number: i256, scale: i8, value: impl Fn(i256) -> Option<OrdValue>) -> Option<Place> {
    let beyond = Place::beyond(number.is_negative());
    let power = i256::from_i128(10).checked_pow(u32::from(scale.unsigned_abs()))?;
    if scale >= 0 {
        return Some(number.checked_mul(power).and_then(value).map_or(beyond, Place::At));
    }
    let (quotient, rest) = (number.checked_div(power)?, number.checked_rem(power)?);
    let Some(quotient) = value(quotient) else { return Some(beyond) };
    // Division truncates towards zero: the number lies on the far side of the quotient.
    Some(match rest.cmp(&i256::from_i128(0)) {
        Ordering::Equal => Place::At(quotient),
        Ordering::Greater => Place::Gap(Cut::After(quotient)),
        Ordering::Less => Place::Gap(Cut::Before(quotient)),
    })
}

fn is_text(ordered: &OrderedType) -> bool {
    matches!(ordered.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn is_binary(ordered: &OrderedType) -> bool {
    use DataType::*;
    matches!(ordered.data_type(), Binary | LargeBinary | BinaryView | FixedSizeBinary(_))
}

fn has_form(value: &OrdValue, ordered: &OrderedType) -> bool {
    match value {
        OrdValue::Bytes(_) => is_text(ordered) || is_binary(ordered),
        OrdValue::I128(_) => matches!(ordered.data_type(), DataType::Decimal128(..)),
        OrdValue::I256(_) => matches!(ordered.data_type(), DataType::Decimal256(..)),
        OrdValue::I64(_) => {
            !is_text(ordered)
                && !is_binary(ordered)
                && !matches!(ordered.data_type(), DataType::Decimal128(..) | DataType::Decimal256(..))
        }
    }
}

/// What a bound on a column of this type can be, in words.
fn wanted(ordered: &OrderedType) -> String {
    use DataType::*;
    let wanted = match ordered.data_type() {
        Timestamp(_, Some(_)) => "a time such as `2013-02-08T12:00:00Z`, a date, or a whole number in its unit",
        Timestamp(_, None) => "a time without offset such as `2013-02-08T12:00:00`, a date, or a whole number in its unit",
        Date32 | Date64 => "a date such as `2013-02-08`, or a whole number in its unit",
        Time32(_) | Time64(_) => "a time of day such as `12:00:00`, or a whole number in its unit",
        Float16 | Float32 | Float64 => "a number",
        Decimal32(..) | Decimal64(..) | Decimal128(..) | Decimal256(..) => "a whole number, or a number as text",
        Utf8 | LargeUtf8 | Utf8View => "text",
        Binary | LargeBinary | BinaryView | FixedSizeBinary(_) => "bytes, or `0x` and hexadecimal digits",
        _ => "a whole number",
    };
    format!("{wanted} ({})", ordered.describe())
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
