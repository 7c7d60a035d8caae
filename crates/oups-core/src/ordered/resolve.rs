//! Resolves the bounds that the caller wrote to a span of the ordered column's values.

use std::cmp::Ordering;
use std::ops::Bound;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float16Array, Float32Array, Float64Array};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Float16Type, i256};

use super::digits::{Floor, floor};
use super::span::{Cut, Span};
use super::{BoundValue, OrdValue, OrderedRange, OrderedType};
use crate::{Error, Result};

impl OrderedRange {
    /// The range as a span of the ordered column's values; `None` if no value can be in it. The error names `dataset`
    /// and `column`.
    ///
    /// # Errors
    ///
    /// [`Error::Bound`] if a bound cannot be compared with the column's values.
    pub fn resolve(&self, dataset: &str, column: &str, ordered: &OrderedType) -> Result<Option<Span>> {
        let place = |value: &BoundValue| {
            place(value, ordered).map_err(|expected| Error::Bound {
                dataset: dataset.to_owned(),
                column: column.to_owned(),
                expected,
                found: value.to_string(),
            })
        };
        let start = match &self.start {
            Bound::Unbounded => Cut::Bottom,
            Bound::Included(value) => place(value)?.before(),
            Bound::Excluded(value) => place(value)?.after(),
        };
        let end = match &self.end {
            Bound::Unbounded => Cut::Top,
            Bound::Included(value) => place(value)?.after(),
            Bound::Excluded(value) => place(value)?.before(),
        };
        Ok(Span::new(start, end))
    }
}

/// The position of a bound among the values of a column's type.
enum BoundPosition {
    /// At a value of the type.
    At(OrdValue),
    /// At two values that are the same number: the zeros.
    Both(OrdValue, OrdValue),
    /// Between two values of the type, or beyond all.
    Gap(Cut),
}

impl BoundPosition {
    fn before(self) -> Cut {
        match self {
            Self::At(value) | Self::Both(value, _) => Cut::Before(value),
            Self::Gap(cut) => cut,
        }
    }

    fn after(self) -> Cut {
        match self {
            Self::At(value) | Self::Both(_, value) => Cut::After(value),
            Self::Gap(cut) => cut,
        }
    }

    /// This position if it is `exact`, else the gap just above it: the bound was rounded down.
    fn or_above(self, exact: bool) -> Self {
        if exact { self } else { Self::Gap(self.after()) }
    }

    /// Widens the position to all values that are the same number.
    fn of_number(self, ordered: &OrderedType) -> Self {
        match self {
            Self::At(value) => {
                let (least, greatest) = ordered.same_number(&value);
                Self::Both(least, greatest)
            }
            other => other,
        }
    }

    /// Below all values if `negative`, else above all.
    fn beyond(negative: bool) -> Self {
        Self::Gap(if negative { Cut::Bottom } else { Cut::Top })
    }
}

/// The position of a bound. The error says which bounds the column takes.
fn place(value: &BoundValue, ordered: &OrderedType) -> Result<BoundPosition, String> {
    let place = match value {
        BoundValue::Integer(number) => integer(*number, ordered),
        BoundValue::Float(number) if number.is_nan() => return Err("a number, which NaN is not".to_owned()),
        BoundValue::Float(number) => float(*number, ordered),
        BoundValue::Digits(digits) => of_digits(digits, ordered),
        BoundValue::Text(text) if is_text(ordered) => Some(BoundPosition::At(OrdValue::Bytes(text.as_bytes().into()))),
        BoundValue::Text(text) => of_text(text.trim(), ordered),
        BoundValue::Bytes(bytes) if is_binary(ordered) => {
            Some(BoundPosition::At(OrdValue::Bytes(bytes.as_slice().into())))
        }
        BoundValue::Bytes(_) => None,
        // A value is exactly itself, so the two zeros differ here.
        BoundValue::Value(value) => {
            return has_form(value, ordered).then(|| BoundPosition::At(value.clone())).ok_or_else(|| wanted(ordered));
        }
    };
    // A number as text is not accepted on times, since its unit is anybody's guess. So the error must not suggest one.
    let in_text = |wanted: String| match value {
        BoundValue::Text(_) => wanted
            .replace(", a date, or a whole number in its unit", ", or a date")
            .replace(", or a whole number in its unit", ""),
        _ => wanted,
    };
    place.map(|place| place.of_number(ordered)).ok_or_else(|| in_text(wanted(ordered)))
}

/// A text on a column that is not text: bytes, a time or a number, as the column has.
fn of_text(text: &str, ordered: &OrderedType) -> Option<BoundPosition> {
    if is_binary(ordered) {
        return ordered.parse(text).ok().map(BoundPosition::At);
    }
    match ordered.time_units(text) {
        // A time beyond the range of the column's unit lies above or below all values.
        Some((units, exact)) => integer(i256::from_i128(units), ordered).map(|place| place.or_above(exact)),
        None if ordered.data_type().is_temporal() && !matches!(ordered.data_type(), DataType::Duration(_)) => None,
        None => of_digits(text, ordered),
    }
}

/// A number in digits, exactly. On a column of floats it is the nearest float of the column's width.
fn of_digits(digits: &str, ordered: &OrderedType) -> Option<BoundPosition> {
    use DataType::*;
    let scale = match ordered.data_type() {
        Float16 | Float32 | Float64 => return float_of_digits(digits, ordered),
        Decimal32(_, scale) | Decimal64(_, scale) | Decimal128(_, scale) | Decimal256(_, scale) => *scale,
        _ if is_text(ordered) || is_binary(ordered) => return None,
        _ => 0,
    };
    let (place, exact) = match floor(digits, scale)? {
        Floor::Units(units, exact) => match decimal_of_units(units, ordered) {
            Some(place) => (place, exact),
            None => (integer(units, ordered)?, exact),
        },
        Floor::Beyond { negative } => (BoundPosition::beyond(negative), true),
    };
    Some(place.or_above(exact))
}

/// The nearest float. Rust reads digits beyond the largest float as an infinity, but such a number is finite: it lies
/// between the largest float and infinity.
fn float_of_digits(digits: &str, ordered: &OrderedType) -> Option<BoundPosition> {
    let value = ordered.parse(digits).ok()?;
    let largest = digits.bytes().any(|byte| byte.is_ascii_digit()) && !digits.starts_with(['i', 'I']);
    let is = |text| ordered.parse(text).is_ok_and(|infinite| infinite == value);
    Some(match largest {
        true if is("inf") => BoundPosition::Gap(Cut::Before(value)),
        true if is("-inf") => BoundPosition::Gap(Cut::After(value)),
        _ => BoundPosition::At(value),
    })
}

/// The position of this many units of 10^-scale; `None` if the column does not have decimals.
fn decimal_of_units(units: i256, ordered: &OrderedType) -> Option<BoundPosition> {
    use DataType::*;
    let value = match ordered.data_type() {
        Decimal32(..) | Decimal64(..) => units.to_i128().and_then(|units| i64::try_from(units).ok()).map(OrdValue::I64),
        Decimal128(..) => units.to_i128().map(OrdValue::I128),
        Decimal256(..) => Some(OrdValue::I256(units)),
        _ => return None,
    };
    Some(value.map_or(BoundPosition::beyond(units.is_negative()), BoundPosition::At))
}

/// A whole number is compared exactly, whatever its size. One beyond the type's range lies below or above all values;
/// one between two floats lies in their gap. On times and dates it counts the column's units (`docs/query.md`). `None`
/// on text and binary.
fn integer(number: i256, ordered: &OrderedType) -> Option<BoundPosition> {
    use DataType::*;
    let narrow = number.to_i128();
    Some(match ordered.data_type() {
        UInt8 | UInt16 | UInt32 | UInt64 => match narrow.and_then(|number| u64::try_from(number).ok()) {
            Some(number) => BoundPosition::At(OrdValue::I64((number ^ (1 << 63)).cast_signed())),
            None => BoundPosition::beyond(number.is_negative()),
        },
        Int8 | Int16 | Int32 | Int64 | Date32 | Date64 | Time32(_) | Time64(_) | Timestamp(..) | Duration(_) => {
            match narrow.and_then(|number| i64::try_from(number).ok()) {
                Some(number) => BoundPosition::At(OrdValue::I64(number)),
                None => BoundPosition::beyond(number.is_negative()),
            }
        }
        Float16 | Float32 | Float64 => {
            // By way of text, since Rust's parser rounds correctly and arrow has no rounding conversion of 256 bits.
            let nearest = number.to_string().parse::<f64>().ok()?;
            nearest_float(nearest, ordered, |float| match i256::from_f64(float) {
                Some(float) => float.cmp(&number),
                None => {
                    if float > 0.0 {
                        Ordering::Greater
                    } else {
                        Ordering::Less
                    }
                }
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

fn float(number: f64, ordered: &OrderedType) -> Option<BoundPosition> {
    nearest_float(number, ordered, |float| float.partial_cmp(&number).unwrap_or(Ordering::Equal))
}

/// The position of a number at or next to the column's float that is nearest to it. `compare` compares a float with the
/// exact number. `None` if the column does not have floats.
fn nearest_float(number: f64, ordered: &OrderedType, compare: impl Fn(f64) -> Ordering) -> Option<BoundPosition> {
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
        Ordering::Equal => BoundPosition::At(value),
        Ordering::Less => BoundPosition::Gap(Cut::After(value)),
        Ordering::Greater => BoundPosition::Gap(Cut::Before(value)),
    })
}

/// The position of a whole number among decimals, which count units of 10^-scale.
fn decimal(number: i256, scale: i8, value: impl Fn(i256) -> Option<OrdValue>) -> Option<BoundPosition> {
    let beyond = BoundPosition::beyond(number.is_negative());
    let power = i256::from_i128(10).checked_pow(u32::from(scale.unsigned_abs()))?;
    if scale >= 0 {
        return Some(number.checked_mul(power).and_then(value).map_or(beyond, BoundPosition::At));
    }
    let (quotient, rest) = (number.checked_div(power)?, number.checked_rem(power)?);
    let Some(quotient) = value(quotient) else { return Some(beyond) };
    // Division truncates towards zero: the number lies on the far side of the quotient.
    Some(match rest.cmp(&i256::from_i128(0)) {
        Ordering::Equal => BoundPosition::At(quotient),
        Ordering::Greater => BoundPosition::Gap(Cut::After(quotient)),
        Ordering::Less => BoundPosition::Gap(Cut::Before(quotient)),
    })
}

fn is_text(ordered: &OrderedType) -> bool {
    matches!(ordered.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn is_binary(ordered: &OrderedType) -> bool {
    use DataType::*;
    matches!(ordered.data_type(), Binary | LargeBinary | BinaryView | FixedSizeBinary(_))
}

/// Whether a column of this type has values of this form.
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

/// The bounds that a column of this type takes, in words.
fn wanted(ordered: &OrderedType) -> String {
    use DataType::*;
    let wanted = match ordered.data_type() {
        Timestamp(_, Some(_)) => "a time such as `2013-02-08T12:00:00Z`, a date, or a whole number in its unit",
        Timestamp(_, None) => {
            "a time without offset such as `2013-02-08T12:00:00`, a date, or a whole number in its unit"
        }
        Date32 | Date64 => "a date such as `2013-02-08`, or a whole number in its unit",
        Time32(_) | Time64(_) => "a time of day such as `12:00:00`, or a whole number in its unit",
        Float16 | Float32 | Float64 => "a number",
        Decimal32(..) | Decimal64(..) | Decimal128(..) | Decimal256(..) => "a whole number, or a number as text",
        Duration(_) => "a duration such as `PT1.5S`, or a whole number of its unit",
        Utf8 | LargeUtf8 | Utf8View => "text",
        Binary | LargeBinary | BinaryView | FixedSizeBinary(_) => "bytes, or `0x` and hexadecimal digits",
        _ => "a whole number",
    };
    format!("{wanted} ({})", ordered.describe())
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
