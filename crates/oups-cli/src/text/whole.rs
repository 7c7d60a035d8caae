//! Reads whole numbers, decimals, booleans and bytes from texts.

use std::any::type_name;
use std::fmt::Write as _;

use arrow::datatypes::i256;

use super::number::{Misfit, Number, has_leading_zeros};
use super::{Refused, Written};

/// The text of a value that may be a number.
fn number_text(value: Written<'_>) -> Result<&str, Refused> {
    match value {
        Written::Bool(_) => Err(Refused::new("is a truth value, not a number", "give --types COLUMN:bool")),
        Written::String(text) if has_leading_zeros(text) => {
            Err(Refused::new("is a text with zeros in front, not a number", "give --types COLUMN:str"))
        }
        Written::String(text) => Ok(text),
        Written::Text(text) | Written::Number(text) => Ok(text.trim()),
    }
}

/// Reads a whole number such as `7`, `+7`, `7.0`, `7e3`.
pub(super) fn whole<T: TryFrom<i128>>(value: Written<'_>) -> Result<T, Refused> {
    let text = number_text(value)?;
    let value = match text.parse::<i64>() {
        Ok(value) => i128::from(value),
        Err(_) => {
            let not_one = || Refused::new("is not a whole number", "give --types COLUMN:str to keep texts");
            let number = Number::parse(text).ok_or_else(not_one)?;
            number.scaled_i128(0).map_err(|misfit| match misfit {
                Misfit::Finer => {
                    Refused::new("is not a whole number", "give --types COLUMN:f64 or COLUMN:decimal[38,18]")
                }
                Misfit::Beyond => beyond::<T>(),
            })?
        }
    };
    T::try_from(value).map_err(|_| beyond::<T>())
}

fn beyond<T>() -> Refused {
    let name = type_name::<T>();
    let why = match name.strip_prefix('u') {
        Some(bits) => format!("is beyond whole numbers of {bits} bits without a sign"),
        None => format!("is beyond whole numbers of {} bits", name.trim_start_matches('i')),
    };
    let wider = match name {
        "i64" => "give --types COLUMN:u64, COLUMN:decimal[38,0] or COLUMN:str",
        "u64" => "give --types COLUMN:i64, COLUMN:decimal[38,0] or COLUMN:str",
        _ => "give --types COLUMN:i64 or COLUMN:str",
    };
    Refused::new(why, wider)
}

/// Reads a decimal as a count of its last digit.
pub(super) fn decimal(value: Written<'_>, precision: u8, scale: i8) -> Result<i256, Refused> {
    let text = number_text(value)?;
    let number = Number::parse(text).ok_or_else(|| Refused::new("is not a number", "give --types COLUMN:str"))?;
    let value = number.scaled(i64::from(scale)).map_err(|misfit| match misfit {
        Misfit::Finer => finer(scale),
        Misfit::Beyond => too_wide(precision, scale),
    })?;
    let digits = value.to_string();
    match digits.trim_start_matches('-').len() <= usize::from(precision) {
        true => Ok(value),
        false => Err(too_wide(precision, scale)),
    }
}

fn finer(scale: i8) -> Refused {
    let why = format!("has more than {scale} digits behind the point");
    Refused::new(why, "give --types COLUMN:decimal[DIGITS,BEHIND] with more digits behind the point")
}

fn too_wide(precision: u8, scale: i8) -> Refused {
    let why = format!("has more digits than decimal[{precision},{scale}] holds");
    Refused::new(why, "give --types COLUMN:decimal[76,…], or COLUMN:str")
}

/// Reads `true` and `false` in any case. CSV may also have `t` and `f`, as PostgreSQL writes them.
pub(super) fn truth(value: Written<'_>) -> Result<bool, Refused> {
    let text = match value {
        Written::Bool(truth) => return Ok(truth),
        Written::Text(text) => text.trim(),
        Written::String(text) | Written::Number(text) => text,
    };
    // CSV has no booleans of its own, so that what databases write is read too.
    let known: [&[&str]; 2] = match value {
        Written::Text(_) => [&["true", "t", "1", "yes", "y"], &["false", "f", "0", "no", "n"]],
        _ => [&["true"], &["false"]],
    };
    let [is_true, is_false] = known.map(|words| words.iter().any(|word| text.eq_ignore_ascii_case(word)));
    match (is_true, is_false) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(Refused::new("is neither `true` nor `false`", "give --types COLUMN:str, or COLUMN:i64 for numbers")),
    }
}

/// Reads bytes as `0x` and two hexadecimal digits per byte.
pub(super) fn bytes(value: Written<'_>, width: Option<usize>) -> Result<Vec<u8>, Refused> {
    let text = match value {
        Written::Text(text) => text.trim(),
        other => other.text(),
    };
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("\\x"));
    let bytes = digits.and_then(from_hex).ok_or_else(|| {
        Refused::new("is not `0x` and two hexadecimal digits per byte", "write bytes so, or give --types COLUMN:str")
    })?;
    match width {
        Some(width) if width != bytes.len() => {
            Err(Refused::new(format!("has {} bytes, not {width}", bytes.len()), "give --types COLUMN:binary"))
        }
        _ => Ok(bytes),
    }
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = digits.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits.chunks(2).map(|pair| Some(pair.first()? << 4 | pair.last()?)).collect()
}

/// The text that [`bytes`] reads.
pub(super) fn hex(bytes: &[u8], out: &mut String) {
    out.push_str("0x");
    for byte in bytes {
        // Writing to a `String` cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_its_value_however_written() {
        for (text, value) in
            [("7", 7), ("+9", 9), (" 9", 9), ("007", 7), ("5.0", 5), ("1e1", 10), ("-128", -128), ("-0", 0)]
        {
            assert_eq!(whole::<i8>(Written::Text(text)), Ok(value), "{text}");
        }
        for text in ["1.5", "128", "1e3", "", "cold", "9 8", "1e-1", "true", "0x1"] {
            assert!(whole::<i8>(Written::Text(text)).is_err(), "{text}");
        }
        assert_eq!(whole::<u64>(Written::Number("18446744073709551615")), Ok(u64::MAX));
        assert!(whole::<u64>(Written::Number("18446744073709551616")).is_err());
        assert!(whole::<u64>(Written::Number("-1")).is_err());
    }

    #[test]
    fn a_string_of_json_with_zeros_in_front_stays_one() {
        assert!(whole::<i64>(Written::String("007")).is_err());
        assert!(whole::<i64>(Written::String(" 7")).is_err());
        assert!(whole::<i64>(Written::Bool(true)).is_err());
        assert_eq!(whole::<i64>(Written::String("9223372036854775807")), Ok(i64::MAX));
    }

    #[test]
    fn a_decimal_has_its_digits_or_is_refused() {
        assert_eq!(decimal(Written::Text("1.50"), 3, 2), Ok(i256::from_i128(150)));
        assert_eq!(decimal(Written::Text("9.99"), 3, 2), Ok(i256::from_i128(999)));
        assert_eq!(decimal(Written::Text("10.00"), 3, 2), Err(too_wide(3, 2)));
        assert_eq!(decimal(Written::Text("1.505"), 3, 2), Err(finer(2)));
        assert_eq!(decimal(Written::Text("1e2"), 3, 0), Ok(i256::from_i128(100)));
    }

    #[test]
    fn truth_and_bytes() {
        assert_eq!(truth(Written::Text("TRUE")), Ok(true));
        assert_eq!(truth(Written::Text("f")), Ok(false));
        assert!(truth(Written::String("f")).is_err());
        assert_eq!(["1", "No", "y"].map(|text| truth(Written::Text(text))), [Ok(true), Ok(false), Ok(true)]);
        for other in [Written::Text("2"), Written::Text("1.0"), Written::Text("on"), Written::Number("1")] {
            assert!(truth(other).is_err(), "{other:?}");
        }
        assert_eq!(bytes(Written::Text("0x00ff"), None), Ok(vec![0, 255]));
        assert_eq!(bytes(Written::Text("0x"), None), Ok(Vec::new()));
        for wrong in ["00ff", "0x0", "0xzz", ""] {
            assert!(bytes(Written::Text(wrong), None).is_err(), "{wrong}");
        }
        assert!(bytes(Written::Text("0x00"), Some(2)).is_err());
    }
}
