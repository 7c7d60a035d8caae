//! Floats as texts, both ways.
//!
//! A text is read as the nearest float. [`read`] decides by the digits whether that is the number that the text means.

use arrow::datatypes::{ArrowPrimitiveType, Float16Type};

use super::number::Number;
use super::{Refused, Written};

pub(super) type Half = <Float16Type as ArrowPrimitiveType>::Native;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    F16,
    F32,
    F64,
}

impl Width {
    /// Numbers with this many decimal digits come back from the float unchanged.
    fn safe_digits(self) -> usize {
        match self {
            Self::F16 => 3,
            Self::F32 => 6,
            Self::F64 => 15,
        }
    }

    /// With this many decimal digits, every float differs from its neighbours.
    fn telling_digits(self) -> usize {
        match self {
            Self::F16 => 5,
            Self::F32 => 9,
            Self::F64 => 17,
        }
    }

    fn smallest_normal(self) -> f64 {
        match self {
            Self::F16 => f64::from(Half::MIN_POSITIVE),
            Self::F32 => f64::from(f32::MIN_POSITIVE),
            Self::F64 => f64::MIN_POSITIVE,
        }
    }

    /// All whole numbers up to this one are floats.
    fn whole_numbers(self) -> f64 {
        match self {
            Self::F16 => 2_048.0,
            Self::F32 => 16_777_216.0,
            Self::F64 => 9_007_199_254_740_992.0,
        }
    }

    fn nearest(self, text: &str) -> Option<f64> {
        Some(match self {
            Self::F16 => f64::from(Half::from_f64(text.parse().ok()?)),
            Self::F32 => f64::from(text.parse::<f32>().ok()?),
            Self::F64 => text.parse().ok()?,
        })
    }

    fn bits(self, value: f64) -> u64 {
        match self {
            Self::F16 => u64::from(Half::from_f64(value).to_bits()),
            Self::F32 => u64::from((value as f32).to_bits()),
            Self::F64 => value.to_bits(),
        }
    }

    fn sign_bit(self) -> u64 {
        match self {
            Self::F16 => 1 << 15,
            Self::F32 => 1 << 31,
            Self::F64 => 1 << 63,
        }
    }

    /// The bits of the usual NaN, without the sign.
    fn nan(self) -> u64 {
        match self {
            Self::F16 => 0x7e00,
            Self::F32 => 0x7fc0_0000,
            Self::F64 => 0x7ff8 << 48,
        }
    }

    fn infinity(self) -> u64 {
        match self {
            Self::F16 => 0x7c00,
            Self::F32 => 0x7f80_0000,
            Self::F64 => 0x7ff0 << 48,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::F16 => "16",
            Self::F32 => "32",
            Self::F64 => "64",
        }
    }
}

/// Reads the bits of a float.
///
/// A whole number without point and exponent must be a float exactly. Any other number must be what programs write for
/// a float: its shortest text, or the float rounded to as many digits as the text has.
pub(super) fn read(value: Written<'_>, width: Width) -> Result<u64, Refused> {
    let text = match value {
        Written::Bool(_) => return Err(Refused::new("is a truth value, not a number", "give --types COLUMN:bool")),
        // Programs write `NaN` and `inf` as strings of JSON. Blanks belong to a string, so that it is not trimmed.
        Written::String(text) => text,
        Written::Text(text) | Written::Number(text) => text.trim(),
    };
    if let Some(bits) = word(text, width) {
        return Ok(bits);
    }
    let Some(nearest) = looks_decimal(text).then(|| width.nearest(text)).flatten() else {
        return Err(Refused::new("is not a number", "give --types COLUMN:str to keep texts"));
    };
    if is_quick(text, nearest, width) {
        return Ok(width.bits(nearest));
    }
    let number = Number::parse(text).ok_or_else(|| Refused::plain("is not a number"))?;
    says_the_same(&number, nearest, width)?;
    Ok(width.bits(nearest))
}

fn looks_decimal(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
}

/// Whether the text has so few digits, and the float such a usual size, that the text always means that float.
fn is_quick(text: &str, nearest: f64, width: Width) -> bool {
    let digits = text.bytes().take_while(|byte| !matches!(byte, b'e' | b'E')).filter(u8::is_ascii_digit).count();
    digits <= width.safe_digits() && nearest.is_finite() && nearest.abs() >= width.smallest_normal()
}

/// Checks that the float is the number that the text means, by the rule of [`read`].
fn says_the_same(number: &Number, nearest: f64, width: Width) -> Result<(), Refused> {
    let bits = width.name();
    let exact_instead = "give --types COLUMN:decimal[38,18] to keep each digit, or COLUMN:str";
    let wider = if width == Width::F64 { exact_instead } else { "give --types COLUMN:f64, or COLUMN:str" };
    if nearest.is_infinite() {
        return Err(Refused::new(format!("is beyond floats of {bits} bits"), wider));
    }
    if number.is_zero() {
        return Ok(());
    }
    if nearest == 0.0 {
        return Err(Refused::new(format!("is nearer to 0 than floats of {bits} bits come"), wider));
    }
    let is_same = |text: String| Number::parse(&text).is_some_and(|other| other.equals(number));
    if number.plain {
        // A whole number counts or names something, so that its last digit matters.
        let is_exact = nearest.abs() <= width.whole_numbers() || is_same(format!("{nearest:.0}"));
        return if is_exact && is_same(format!("{nearest:.0}")) {
            Ok(())
        } else {
            let why = format!("is a whole number that a float of {bits} bits cannot hold exactly");
            Err(Refused::new(why, "give --types COLUMN:i64, COLUMN:decimal[38,0] or COLUMN:str"))
        };
    }
    let behind_first = number.written.saturating_sub(1).min(1_100);
    if is_same(shortest(nearest, width)) || is_same(format!("{nearest:.behind_first$e}")) {
        return Ok(());
    }
    let why = format!("has more digits than a float of {bits} bits: the nearest is {}", shortest(nearest, width));
    Err(Refused::new(why, wider))
}

/// Reads `NaN` with a sign or, as `NaN(0x…)`, with all bits, and `inf` or `infinity` with a sign.
fn word(text: &str, width: Width) -> Option<u64> {
    let (negative, word) = match text.strip_prefix('-') {
        Some(word) => (true, word),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let sign = if negative { width.sign_bit() } else { 0 };
    if word.eq_ignore_ascii_case("nan") {
        return Some(width.nan() | sign);
    }
    if word.eq_ignore_ascii_case("inf") || word.eq_ignore_ascii_case("infinity") {
        return Some(width.infinity() | sign);
    }
    let bits = text.strip_prefix("NaN(0x")?.strip_suffix(')')?;
    let bits = u64::from_str_radix(bits, 16).ok()?;
    let rest = bits & !width.sign_bit();
    (rest > width.infinity() && rest < width.sign_bit()).then_some(bits)
}

/// The shortest text that is read back as the float of these bits.
pub(super) fn text(bits: u64, width: Width) -> String {
    let (sign, rest) = (bits & width.sign_bit(), bits & !width.sign_bit());
    if rest > width.infinity() {
        return match (rest == width.nan(), sign == 0) {
            (true, true) => "NaN".to_owned(),
            (true, false) => "-NaN".to_owned(),
            (false, _) => format!("NaN(0x{bits:x})"),
        };
    }
    match width {
        Width::F16 => shortest(f64::from(Half::from_bits(bits as u16)), width),
        Width::F32 => format!("{:?}", f32::from_bits(bits as u32)),
        Width::F64 => format!("{:?}", f64::from_bits(bits)),
    }
}

/// Whether the float is finite.
pub(super) fn is_finite(bits: u64, width: Width) -> bool {
    bits & !width.sign_bit() < width.infinity()
}

fn shortest(value: f64, width: Width) -> String {
    match width {
        Width::F64 => format!("{value:?}"),
        Width::F32 => format!("{:?}", value as f32),
        Width::F16 if value == 0.0 || !value.is_finite() => format!("{value:?}"),
        Width::F16 => {
            let rounded = (0..width.telling_digits()).map(|digits| format!("{value:.digits$e}"));
            let mut telling = rounded.filter(|text| width.nearest(text) == Some(value));
            let digits = telling.next().and_then(|text| text.parse::<f64>().ok());
            format!("{:?}", digits.unwrap_or(value))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str, width: Width) -> Option<String> {
        read(Written::Text(text), width).ok().map(|bits| super::text(bits, width))
    }

    #[test]
    fn a_float_says_what_its_text_said_or_is_refused() {
        for (text, written) in [
            ("0.1", "0.1"),
            ("5", "5.0"),
            ("-0.0", "-0.0"),
            ("1e23", "1e23"),
            ("0.30000000000000004", "0.30000000000000004"),
            ("0.10000000000000001", "0.1"),
            ("9007199254740992", "9007199254740992.0"),
            ("18014398509481984", "1.8014398509481984e16"),
            ("1.2345678901234568e18", "1.2345678901234568e18"),
            ("5e-324", "5e-324"),
            ("0e999", "0.0"),
            ("-inf", "-inf"),
            ("Infinity", "inf"),
            ("NaN", "NaN"),
            ("-nan", "-NaN"),
            ("0.1000000000000000055511151231257827021181583404541015625", "0.1"),
            ("1.000000000000000056e-01", "0.1"),
            ("1.2345678901234567168e+19", "1.2345678901234567e19"),
            ("1.234567890123456717e+19", "1.2345678901234567e19"),
            ("9007199254740992.0", "9007199254740992.0"),
            ("0.10000000000000000", "0.1"),
            ("23.449999999999999", "23.45"),
            ("4.9e-324", "5e-324"),
        ] {
            assert_eq!(reads(text, Width::F64).as_deref(), Some(written), "{text}");
        }
        for text in [
            "9007199254740993",
            "12345678901234567890.12345",
            "1.000000000000000001",
            "1e400",
            "-1e400",
            "1e-400",
            "1.2345678e-320",
            "9007199254740993.0",
            "9.0071992547409930e15",
            "9007199254740993.5",
            "0.12345678901234563",
            "",
            "cold",
            "1_000",
            "0x10",
        ] {
            assert_eq!(reads(text, Width::F64), None, "{text}");
        }
    }

    #[test]
    fn narrow_floats_have_their_own_limits() {
        assert_eq!(reads("16777216", Width::F32).as_deref(), Some("16777216.0"));
        assert_eq!(reads("16777217", Width::F32), None);
        assert_eq!(reads("1e39", Width::F32), None);
        assert_eq!(reads("0.123456789012", Width::F32), None);
        // The first text is `%.9g` of a float; the second has digits that no float has.
        assert_eq!(reads("0.100000001", Width::F32).as_deref(), Some("0.1"));
        for text in ["1234.5678", "12345678.9", "52.5200066", "16777217.0", "0.123456789"] {
            assert_eq!(reads(text, Width::F32), None, "{text}");
        }
        assert_eq!(reads("2048", Width::F16).as_deref(), Some("2048.0"));
        assert_eq!(reads("2049", Width::F16), None);
        assert_eq!(reads("65520", Width::F16), None);
        assert_eq!(reads("0.1", Width::F16).as_deref(), Some("0.1"));
    }

    #[test]
    fn what_is_not_a_number_keeps_its_bits() {
        for bits in [0x7ff8_0000_0000_0001_u64, 0xfff8 << 48, 0x7ff0_0000_0000_0001, u64::MAX] {
            assert_eq!(read(Written::Text(&super::text(bits, Width::F64)), Width::F64), Ok(bits), "{bits:x}");
        }
        for bits in 0..=u64::from(u16::MAX) {
            let text = super::text(bits, Width::F16);
            assert_eq!(read(Written::Text(&text), Width::F16), Ok(bits), "{text}");
        }
        for wrong in ["NaN(0x0)", "NaN(0x7ff0000000000000)", "NaN(0x1ffffffff)"] {
            assert!(read(Written::Text(wrong), Width::F32).is_err(), "{wrong}");
        }
    }
}
