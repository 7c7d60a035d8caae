//! Texts to decimals, exactly. Arrow's own parser drops digits behind the last that the type has, and overflows on large
//! exponents and on some hundred digits.

use arrow::array::{Array, ArrayRef, Decimal256Array, StringArray};
use arrow::datatypes::{DECIMAL256_MAX_PRECISION, DataType, i256};
use std::sync::Arc;

/// The scale of a decimal type, also of a dictionary's values.
pub(super) fn scale_of(data_type: &DataType) -> Option<i8> {
    use DataType::*;
    match data_type {
        Decimal32(_, scale) | Decimal64(_, scale) | Decimal128(_, scale) | Decimal256(_, scale) => Some(*scale),
        Dictionary(_, values) => scale_of(values),
        _ => None,
    }
}

/// The decimals of the texts, as wide as can be; or the first row whose text is none with so many digits behind the point.
pub(super) fn values(texts: &StringArray, scale: i8) -> Result<ArrayRef, usize> {
    let mut values = Vec::with_capacity(texts.len());
    for (row, text) in texts.iter().enumerate() {
        let value = text.map(|text| decimal(text.trim(), scale).ok_or(row));
        values.push(value.transpose()?);
    }
    let values = Decimal256Array::from(values).with_precision_and_scale(DECIMAL256_MAX_PRECISION, scale);
    // Only for a scale that no decimal has.
    values.map(|values| Arc::new(values) as ArrayRef).map_err(|_| 0)
}

/// `-12.50`, `1.25e-3`: the value in units of the last digit; `None` if it has more digits than fit.
fn decimal(text: &str, scale: i8) -> Option<i256> {
    let (is_negative, number) = match text.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (number, exponent) = match number.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
        None => (number, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.drain(..digits.bytes().take_while(|byte| *byte == b'0').count());
    if digits.is_empty() {
        return Some(i256::ZERO);
    }
    let missing = i64::from(scale) + i64::from(exponent) - i64::try_from(fraction.len()).ok()?;
    let len = i64::try_from(digits.len()).ok()? + missing;
    let len = usize::try_from(len).ok().filter(|len| (1..=usize::from(DECIMAL256_MAX_PRECISION)).contains(len))?;
    if digits.get(len..).is_some_and(|lost| lost.bytes().any(|byte| byte != b'0')) {
        return None;
    }
    digits.truncate(len);
    digits.extend(std::iter::repeat_n('0', len - digits.len()));
    let value = i256::from_string(&digits)?;
    Some(if is_negative { value.wrapping_neg() } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_what_its_text_says_or_none() {
        let is = |text: &str, value: i128| assert_eq!(decimal(text, 2), Some(i256::from_i128(value)), "{text}");
        is("1.5", 150);
        is("-0012.50", -1250);
        is("+.5", 50);
        is("7.", 700);
        is("1.25e1", 1250);
        is("125E-2", 125);
        is("1.2500000", 125);
        is("0e33401", 0);
        is("0.000", 0);
        is(&format!("{}1", "0".repeat(1_000)), 100);
        is(&format!("1.{}", "0".repeat(1_000)), 100);
        let nines = "9".repeat(74);
        assert_eq!(decimal(&nines, 2), i256::from_string(&format!("{nines}00")));
        let digits = "1".repeat(257);
        let hundreds = format!("1{}", "0".repeat(300));
        for text in [
            "",
            "-",
            ".",
            "e",
            "1e",
            "1e33401",
            "1e-33401",
            "1e9999999999",
            "1.234",
            "1e-3",
            "0x1",
            "1 2",
            "1,5",
            "NaN",
        ] {
            assert_eq!(decimal(text, 2), None, "{text}");
        }
        assert_eq!((decimal(&digits, 2), decimal(&hundreds, 2), decimal(&format!("{nines}9"), 2)), (None, None, None));
    }
}
