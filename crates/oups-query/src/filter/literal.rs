//! Values of a condition's text, laid on the values of a column.

use std::ops::Bound;

use arrow::datatypes::{DataType, i256};
use oups_core::Error as CoreError;
use oups_core::ordered::{BoundValue, Cut, OrdValue, OrderedRange, OrderedType, Span};

use super::predicate::Comparison;

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Number(String),
    Text(String),
    Bytes(Vec<u8>),
    Boolean(bool),
    Null,
}

/// The values of the column that compare so with the value: at most two spans. The error says what value would do.
///
/// Numbers compare as numbers do: zeros of both signs are equal, and NaN is in no span, so that it differs from every
/// value and is neither above nor below one.
pub(super) fn spans(comparison: Comparison, value: &Literal, ordered: &OrderedType) -> Result<Vec<Span>, String> {
    let (below, above) = cuts(value, ordered)?;
    let (bottom, top) = ends(ordered);
    let spans = match comparison {
        Comparison::Equal => vec![Span::new(below, above)],
        Comparison::NotEqual => vec![Span::new(bottom, below), Span::new(above, top)],
        Comparison::Less => vec![Span::new(bottom, below)],
        Comparison::LessOrEqual => vec![Span::new(bottom, above)],
        Comparison::Greater => vec![Span::new(above, top)],
        Comparison::GreaterOrEqual => vec![Span::new(below, top)],
    };
    Ok(spans.into_iter().flatten().collect())
}

/// Spans put in order, those that meet made one.
pub(super) fn united(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by(|a, b| a.start_cut().cmp(b.start_cut()));
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        let merged = out
            .last()
            .filter(|last| last.end_cut() >= span.start_cut())
            .and_then(|last| Span::new(last.start_cut().clone(), last.end_cut().max(span.end_cut()).clone()));
        match (merged, out.last_mut()) {
            (Some(merged), Some(last)) => *last = merged,
            _ => out.push(span),
        }
    }
    out
}

/// The cuts just below and just above the values that equal this one.
fn cuts(value: &Literal, ordered: &OrderedType) -> Result<(Cut, Cut), String> {
    let bound = match value {
        Literal::Number(digits) => return number_cuts(digits, ordered),
        Literal::Text(text) => BoundValue::Text(text.clone()),
        Literal::Bytes(bytes) => BoundValue::Bytes(bytes.clone()),
        // No column that has an order takes them: the error is what the column takes.
        Literal::Boolean(_) | Literal::Null => BoundValue::Value(OrdValue::I256(i256::ZERO)),
    };
    Ok(with_both_zeros(around(bound, ordered)?, ordered))
}

fn around(value: BoundValue, ordered: &OrderedType) -> Result<(Cut, Cut), String> {
    let cut = |start| {
        let range = OrderedRange { start, end: Bound::Unbounded };
        match range.resolve("", "", ordered) {
            Ok(span) => Ok(span.map_or(Cut::Top, |span| span.start_cut().clone())),
            Err(CoreError::Bound { expected, .. }) => Err(expected),
            Err(other) => Err(other.to_string()),
        }
    };
    Ok((cut(Bound::Included(value.clone()))?, cut(Bound::Excluded(value))?))
}

fn number_cuts(digits: &str, ordered: &OrderedType) -> Result<(Cut, Cut), String> {
    use DataType::*;
    let scale = match ordered.data_type() {
        // Of the column's own width, so that `0.1` is its 0.1.
        Float16 | Float32 | Float64 => {
            return Ok(with_both_zeros(around(BoundValue::Text(digits.to_owned()), ordered)?, ordered));
        }
        Decimal32(_, scale) | Decimal64(_, scale) | Decimal128(_, scale) | Decimal256(_, scale) => *scale,
        Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView | FixedSizeBinary(_) => {
            return around(BoundValue::Integer(i256::ZERO), ordered);
        }
        _ => 0,
    };
    let Some((floor, exact)) = floor(digits, scale) else {
        return Err("a number of fewer digits".to_owned());
    };
    let unscaled = unscaled(floor, ordered);
    let (below, above) = match unscaled {
        Some(value) => (Cut::Before(value.clone()), Cut::After(value)),
        None if is_decimal(ordered) => {
            let beyond = if floor.is_negative() { Cut::Bottom } else { Cut::Top };
            (beyond.clone(), beyond)
        }
        None => around(BoundValue::Integer(floor), ordered)?,
    };
    Ok(if exact { (below, above) } else { (above.clone(), above) })
}

fn is_decimal(ordered: &OrderedType) -> bool {
    use DataType::*;
    matches!(ordered.data_type(), Decimal32(..) | Decimal64(..) | Decimal128(..) | Decimal256(..))
}

/// The decimal of these units.
fn unscaled(units: i256, ordered: &OrderedType) -> Option<OrdValue> {
    match ordered.data_type() {
        DataType::Decimal32(..) | DataType::Decimal64(..) => i64::try_from(units.to_i128()?).ok().map(OrdValue::I64),
        DataType::Decimal128(..) => units.to_i128().map(OrdValue::I128),
        DataType::Decimal256(..) => Some(OrdValue::I256(units)),
        _ => None,
    }
}

/// The number in units of 10^-scale, rounded down, and whether that is exact; `None` if it has more digits than can be.
fn floor(number: &str, scale: i8) -> Option<(i256, bool)> {
    let (negative, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let (digits, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent).parse::<i64>().ok()?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    // So many of the digits are whole units.
    let kept = digits.len() as i64 - fraction.len() as i64 + exponent.checked_add(scale.into())?;
    if digits.is_empty() {
        return Some((i256::ZERO, true));
    }
    let (units, rest) = match usize::try_from(kept) {
        Ok(kept) if kept > 76 => return None,
        Ok(kept) if kept >= digits.len() => (format!("{digits}{}", "0".repeat(kept - digits.len())), ""),
        Ok(kept) => (digits.get(..kept)?.to_owned(), digits.get(kept..)?),
        Err(_) => (String::new(), digits),
    };
    let units = if units.is_empty() { i256::ZERO } else { units.parse::<i256>().ok()? };
    let exact = rest.bytes().all(|digit| digit == b'0');
    let units = if negative { units.checked_neg()? } else { units };
    Some((if negative && !exact { units.checked_sub(i256::ONE)? } else { units }, exact))
}

/// Where the values start and end that are numbers.
fn ends(ordered: &OrderedType) -> (Cut, Cut) {
    match (float(ordered, "-inf"), float(ordered, "inf")) {
        (Some(least), Some(most)) => (Cut::Before(least), Cut::After(most)),
        _ => (Cut::Bottom, Cut::Top),
    }
}

/// The same cuts; around either zero, those around both.
fn with_both_zeros((below, above): (Cut, Cut), ordered: &OrderedType) -> (Cut, Cut) {
    let (Some(minus), Some(plus)) = (float(ordered, "-0.0"), float(ordered, "0.0")) else { return (below, above) };
    match &below {
        Cut::Before(value) if (*value == minus || *value == plus) && below != above => {
            (Cut::Before(minus), Cut::After(plus))
        }
        _ => (below, above),
    }
}

fn float(ordered: &OrderedType, text: &str) -> Option<OrdValue> {
    let is_float = matches!(ordered.data_type(), DataType::Float16 | DataType::Float32 | DataType::Float64);
    is_float.then(|| ordered.parse(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_down_and_say_so() {
        let check = |number, scale, units: i128, exact| {
            assert_eq!(floor(number, scale), Some((i256::from_i128(units), exact)), "{number} at {scale}");
        };
        check("12", 0, 12, true);
        check("12.00", 0, 12, true);
        check("12.5", 0, 12, false);
        check("-12.5", 0, -13, false);
        check("-12.0", 0, -12, true);
        check("0.05", 2, 5, true);
        check("0.055", 2, 5, false);
        check("-0.001", 2, -1, false);
        check("1e3", 0, 1000, true);
        check("1.5E-1", 1, 1, false);
        check("000", 3, 0, true);
        assert_eq!(floor("1e80", 0), None);
    }
}
