//! Values that go by their texts: numbers by their digits, times as they are written.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, UInt64Array};
use datafusion::arrow::compute::{cast, take};
use datafusion::arrow::datatypes::DataType;
use oups::{Error, OrdValue, OrderedType};

use super::exact::{Refused, changed};
use crate::zone::Zone;
use crate::zoned::place::ZonedType;

/// Floats as the decimals that they are written as, and decimals as the floats that are nearest: so `0.1` is `0.10`, and
/// back, though no float is exactly that. A number that does not come back as it was is refused.
///
/// # Errors
///
/// For the first such number.
pub(super) fn digits(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, Refused> {
    let (from, to) = (ordered(array.data_type())?, ordered(to)?);
    let values = from.from_array(array)?;
    each(array, &to, |row| {
        let value = values.get(row).ok_or_else(|| changed(to.data_type()))?;
        let other = to.parse(&plain(from.format(value))).map_err(|_| changed(to.data_type()))?;
        let back = from.parse(&plain(to.format(&other))).ok();
        if back.as_ref() == Some(value) { Ok(other) } else { Err(changed(to.data_type())) }
    })
}

/// Texts as times.
///
/// # Errors
///
/// For the first that is none, or finer than the type, or beyond it.
pub(super) fn times(array: &ArrayRef, to: &DataType, clock: &Zone) -> Result<ArrayRef, Refused> {
    let texts = cast(array, &DataType::LargeUtf8)?;
    let (texts, zoned, to) = (texts.as_string::<i64>(), ZonedType::of(to), ordered(to)?);
    each(array, &to, |row| {
        let text = texts.value(row);
        match &zoned {
            Some(zoned) => zoned.value(text, clock).map(OrdValue::I64).map_err(Refused::Value),
            None => to.parse(text).map_err(|error| match error {
                Error::InvalidOption { expected, .. } => Refused::Value(format!("is not {expected}")),
                other => Refused::Value(other.to_string()),
            }),
        }
    })
}

fn ordered(data_type: &DataType) -> Result<OrderedType, Refused> {
    OrderedType::new(data_type).ok_or_else(|| changed(data_type))
}

/// A number without an exponent.
fn plain(text: String) -> String {
    match text.parse::<f64>() {
        Ok(number) if text.contains('e') => number.to_string(),
        _ => text,
    }
}

/// The values of a type that the rows of an array have by a rule; nulls stay nulls.
fn each(
    array: &ArrayRef,
    to: &OrderedType,
    value: impl Fn(usize) -> Result<OrdValue, Refused>,
) -> Result<ArrayRef, Refused> {
    let rows = (0..array.len()).filter(|row| array.is_valid(*row));
    let values = to.to_array(&rows.map(value).collect::<Result<Vec<_>, _>>()?)?;
    let mut next = 0..;
    let places: UInt64Array = (0..array.len()).map(|row| array.is_valid(row).then(|| next.next()).flatten()).collect();
    Ok(take(&values, &places, None)?)
}
