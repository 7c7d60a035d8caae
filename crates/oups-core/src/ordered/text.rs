//! Values as texts for people, and back.

use std::fmt::Write;

use arrow::array::types::{Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType};
use arrow::compute::kernels::cast_utils::parse_decimal;
use arrow::datatypes::{DataType, TimeUnit};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::floats::{order16, order32, order64};
use super::{OrdValue, OrderedType, duration};
use crate::{Error, Result};

const DAY_SECONDS: i64 = 86_400;

impl OrderedType {
    /// The value as a text for people. Timestamps are in RFC 3339 with all digits of their unit; the text is UTC and
    /// ends in `Z` if the type has a time zone. Text is shown as it is, binary as `0x` and hexadecimal digits.
    ///
    /// A date or timestamp outside of the years 0 to 9999 is shown as its number.
    pub fn format(&self, value: &OrdValue) -> String {
        match value {
            OrdValue::I64(v) => self.format_i64(*v),
            OrdValue::I128(v) => match self.data_type() {
                DataType::Decimal128(precision, scale) => Decimal128Type::format_decimal(*v, *precision, *scale),
                _ => v.to_string(),
            },
            OrdValue::I256(v) => match self.data_type() {
                DataType::Decimal256(precision, scale) => Decimal256Type::format_decimal(*v, *precision, *scale),
                _ => v.to_string(),
            },
            OrdValue::Bytes(bytes) => match self.data_type() {
                DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => String::from_utf8_lossy(bytes).into(),
                _ => hex(bytes),
            },
        }
    }

    fn format_i64(&self, v: i64) -> String {
        use DataType::*;
        match self.data_type() {
            UInt8 | UInt16 | UInt32 | UInt64 => ((v as u64) ^ (1 << 63)).to_string(),
            Float16 => format!("{:?}", f32::from(half(v))),
            Float32 => format!("{:?}", f32::from_bits(order32(v as i32) as u32)),
            Float64 => format!("{:?}", f64::from_bits(order64(v) as u64)),
            Decimal32(precision, scale) => Decimal32Type::format_decimal(v as i32, *precision, *scale),
            Decimal64(precision, scale) => Decimal64Type::format_decimal(v, *precision, *scale),
            Date32 => date_of(v).map_or_else(|| v.to_string(), |date| date.to_string()),
            Date64 if v % (DAY_SECONDS * 1000) == 0 => {
                date_of(v / (DAY_SECONDS * 1000)).map_or_else(|| v.to_string(), |date| date.to_string())
            }
            Date64 => date_time_text(v, &TimeUnit::Millisecond, "").unwrap_or_else(|| v.to_string()),
            Timestamp(unit, zone) => {
                let suffix = if zone.is_some() { "Z" } else { "" };
                date_time_text(v, unit, suffix).unwrap_or_else(|| v.to_string())
            }
            Time32(unit) | Time64(unit) => time_text(v, unit).unwrap_or_else(|| v.to_string()),
            _ => v.to_string(),
        }
    }

    /// Reads a text that a person wrote: a text of [`format`](Self::format), and for timestamps also a date alone
    /// (midnight), a time without seconds, a blank for the `T`, a comma before the fraction, and an offset such as
    /// `+01:00`, `+0100`, `+01` or ` UTC`.
    ///
    /// If the type has a time zone, a text without offset is UTC.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidOption`] if the text is not exactly a value of this type. A finer fraction of a second is
    /// refused, not rounded; so is NaN, which has no position in the order.
    pub fn parse(&self, text: &str) -> Result<OrdValue> {
        self.try_parse(text.trim()).ok_or_else(|| Error::InvalidOption {
            option: "bound",
            expected: format!("{} ({})", self.example(), self.describe()),
            found: format!("`{text}`"),
        })
    }

    fn try_parse(&self, text: &str) -> Option<OrdValue> {
        use DataType::*;
        let bytes = |bytes: &[u8]| OrdValue::Bytes(bytes.into());
        Some(match self.data_type() {
            Utf8 | LargeUtf8 | Utf8View => bytes(text.as_bytes()),
            Binary | LargeBinary | BinaryView => match text.strip_prefix("0x") {
                Some(digits) => bytes(&from_hex(digits)?),
                None => bytes(text.as_bytes()),
            },
            FixedSizeBinary(width) => {
                let value = from_hex(text.strip_prefix("0x")?)?;
                (value.len() == usize::try_from(*width).ok()?).then(|| bytes(&value))?
            }
            Decimal128(precision, scale) => OrdValue::I128(decimal::<Decimal128Type>(text, *precision, *scale)?),
            Decimal256(precision, scale) => OrdValue::I256(decimal::<Decimal256Type>(text, *precision, *scale)?),
            _ => OrdValue::I64(self.parse_i64(text)?),
        })
    }

    /// A value of up to 64 bits in comparable form. Numbers are read by Rust's own parsers: they refuse integers out of
    /// the type's range and round a float to the nearest of its width. Times must be exact in the column's unit.
    fn parse_i64(&self, text: &str) -> Option<i64> {
        use DataType::*;
        let unsigned = |v: u64| (v ^ (1 << 63)) as i64;
        match self.data_type() {
            Int8 => text.parse::<i8>().ok().map(i64::from),
            Int16 => text.parse::<i16>().ok().map(i64::from),
            Int32 => text.parse::<i32>().ok().map(i64::from),
            Int64 => text.parse().ok(),
            Duration(_) => text.parse().ok().or_else(|| self.exact_units(text)),
            UInt8 => text.parse::<u8>().ok().map(|v| unsigned(v.into())),
            UInt16 => text.parse::<u16>().ok().map(|v| unsigned(v.into())),
            UInt32 => text.parse::<u32>().ok().map(|v| unsigned(v.into())),
            UInt64 => text.parse().ok().map(unsigned),
            Float16 => {
                let value = text.parse::<f32>().ok().filter(|v| !v.is_nan())?;
                Some(order16(half_of(value).to_bits() as i16).into())
            }
            Float32 => {
                let value = text.parse::<f32>().ok().filter(|v| !v.is_nan())?;
                Some(order32(value.to_bits() as i32).into())
            }
            Float64 => {
                let value = text.parse::<f64>().ok().filter(|v| !v.is_nan())?;
                Some(order64(value.to_bits() as i64))
            }
            Decimal32(precision, scale) => decimal::<Decimal32Type>(text, *precision, *scale).map(i64::from),
            Decimal64(precision, scale) => decimal::<Decimal64Type>(text, *precision, *scale),
            _ => self.exact_units(text),
        }
    }

    fn exact_units(&self, text: &str) -> Option<i64> {
        let (units, exact) = self.time_units(text)?;
        exact.then(|| i64::try_from(units).ok()).flatten()
    }

    /// The date, time or duration of a text in units of this type, rounded down, and whether that is exact. The number
    /// may be beyond the type's range. `None` if the text does not fit the type, or the type is not of this kind: an offset
    /// does not fit a type without a zone.
    ///
    /// ```
    /// # use arrow::datatypes::{DataType, TimeUnit};
    /// # use oups_core::ordered::OrderedType;
    /// let seconds = OrderedType::new(&DataType::Timestamp(TimeUnit::Second, None)).unwrap();
    /// assert_eq!(seconds.time_units("1970-01-02"), Some((86_400, true)));
    /// assert_eq!(seconds.time_units("1970-01-02 00:00:00.5"), Some((86_400, false)));
    /// assert_eq!(seconds.time_units("1970-01-02T00:00:00Z"), None);
    /// ```
    pub fn time_units(&self, text: &str) -> Option<(i128, bool)> {
        use DataType::*;
        match self.data_type() {
            Date32 => Some((parse_date(text)?.signed_duration_since(NaiveDate::default()).num_days().into(), true)),
            Date64 => {
                let (instant, offset) = parse_date_time(text)?;
                offset.is_none().then(|| in_unit(instant, &TimeUnit::Millisecond))
            }
            Timestamp(unit, zone) => {
                let (instant, offset) = parse_date_time(text)?;
                (zone.is_some() || offset.is_none()).then_some(())?;
                Some(in_unit(instant.checked_sub_signed(offset.unwrap_or_default())?, unit))
            }
            Duration(unit) => duration::parse(text, per_second(unit).0),
            Time32(unit) | Time64(unit) => Some(in_unit(NaiveDate::default().and_time(parse_time(text)?), unit)),
            _ => None,
        }
    }

    fn example(&self) -> &'static str {
        use DataType::*;
        match self.data_type() {
            Timestamp(_, Some(_)) => "a time such as 2013-02-08T12:00:00Z or a date",
            Timestamp(..) | Date64 => "a time such as 2013-02-08T12:00:00 (no offset) or a date",
            Date32 => "a date such as 2013-02-08",
            Time32(_) | Time64(_) => "a time of day such as 12:00:00",
            Float16 | Float32 | Float64 | Decimal32(..) | Decimal64(..) | Decimal128(..) | Decimal256(..) => "a number",
            FixedSizeBinary(_) => "0x and hexadecimal digits",
            _ => "a whole number",
        }
    }
}

type Half = <arrow::datatypes::Float16Type as arrow::array::ArrowPrimitiveType>::Native;

fn half(v: i64) -> Half {
    Half::from_bits(order16(v as i16) as u16)
}

fn half_of(v: f32) -> Half {
    Half::from_f32(v)
}

fn decimal<T: DecimalType>(text: &str, precision: u8, scale: i8) -> Option<T::Native> {
    // Arrow's parser overflows on large exponents (`e033401`) and beyond 255 digits; no decimal has more than 76.
    const LONGEST: usize = 100;
    if text.len() > LONGEST || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'+' | b'-')) {
        return None;
    }
    parse_decimal::<T>(text, precision, scale).ok()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from("0x"), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = digits.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits.chunks(2).map(|pair| Some(pair.first()? << 4 | pair.last()?)).collect()
}

fn date_of(days: i64) -> Option<NaiveDate> {
    let date = NaiveDate::default().checked_add_signed(TimeDelta::try_days(days)?)?;
    four_digits(date).then_some(date)
}

/// Whether RFC 3339 can write the date: it has the years 0 to 9999 only.
fn four_digits(date: NaiveDate) -> bool {
    (0..=9999).contains(&date.year())
}

/// Units in a second, and digits of the fraction that shows them.
fn per_second(unit: &TimeUnit) -> (i64, usize) {
    match unit {
        TimeUnit::Second => (1, 0),
        TimeUnit::Millisecond => (1_000, 3),
        TimeUnit::Microsecond => (1_000_000, 6),
        TimeUnit::Nanosecond => (1_000_000_000, 9),
    }
}

fn fraction(v: i64, unit: &TimeUnit) -> String {
    let (scale, digits) = per_second(unit);
    if digits == 0 { String::new() } else { format!(".{:0digits$}", v.rem_euclid(scale)) }
}

fn date_time_text(v: i64, unit: &TimeUnit, suffix: &str) -> Option<String> {
    let (scale, _) = per_second(unit);
    let instant =
        DateTime::from_timestamp(v.div_euclid(scale), 0).filter(|instant| four_digits(instant.date_naive()))?;
    Some(format!("{}{}{suffix}", instant.format("%Y-%m-%dT%H:%M:%S"), fraction(v, unit)))
}

fn time_text(v: i64, unit: &TimeUnit) -> Option<String> {
    let (scale, _) = per_second(unit);
    let seconds = u32::try_from(v.div_euclid(scale)).ok()?;
    let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0)?;
    Some(format!("{}{}", time.format("%H:%M:%S"), fraction(v, unit)))
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    // A year of two digits is ambiguous, and chrono would read it as one of the first century.
    let year = text.strip_prefix(['-', '+']).unwrap_or(text).bytes().take_while(u8::is_ascii_digit).count();
    (year >= 4).then_some(())?;
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

fn parse_time(text: &str) -> Option<NaiveTime> {
    // chrono ignores digits after the ninth, so those must be zeros.
    let finer = text.split_once('.').and_then(|(_, fraction)| fraction.get(9..)).unwrap_or_default();
    if !finer.bytes().all(|digit| digit == b'0') {
        return None;
    }
    let formats = ["%H:%M:%S%.f", "%H:%M"];
    formats.iter().find_map(|format| NaiveTime::parse_from_str(text, format).ok())
}

/// The local date and time, and the offset east of UTC if the text has one.
fn parse_date_time(text: &str) -> Option<(NaiveDateTime, Option<TimeDelta>)> {
    let Some(at) = text.find(['T', 't', ' ']) else {
        return Some((parse_date(text)?.and_time(NaiveTime::MIN), None));
    };
    let date = parse_date(text.get(..at)?)?;
    // A comma before the fraction and a blank before the offset are fine, as in the input files of the program.
    let rest = text.get(at + 1..)?.replace(',', ".");
    let (time, offset) = match rest.find(|c: char| matches!(c, '+' | '-') || c.is_ascii_alphabetic()) {
        Some(at) => (rest.get(..at)?, Some(parse_offset(rest.get(at..)?)?)),
        None => (rest.as_str(), None),
    };
    Some((date.and_time(parse_time(time.trim_ascii_end())?), offset))
}

/// Reads an offset from UTC: `Z`, `UTC`, `GMT`, `+01`, `+0100`, `+01:00`.
fn parse_offset(text: &str) -> Option<TimeDelta> {
    if ["Z", "UTC", "GMT"].iter().any(|utc| text.eq_ignore_ascii_case(utc)) {
        return Some(TimeDelta::zero());
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.get(1..)?.replacen(':', "", 1);
    let is_offset = matches!(digits.len(), 2 | 4) && digits.bytes().all(|digit| digit.is_ascii_digit());
    let (hours, minutes) = digits.split_at_checked(2).filter(|_| is_offset)?;
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, if minutes.is_empty() { 0 } else { minutes.parse().ok()? });
    (hours < 24 && minutes < 60).then(|| TimeDelta::minutes(sign * (i64::from(hours) * 60 + i64::from(minutes))))
}

/// The number of units since 1970-01-01T00:00, rounded down, and whether that is exact.
fn in_unit(instant: NaiveDateTime, unit: &TimeUnit) -> (i128, bool) {
    let (scale, _) = per_second(unit);
    let instant = instant.and_utc();
    let nanos = i64::from(instant.timestamp_subsec_nanos());
    let step = 1_000_000_000 / scale;
    (i128::from(instant.timestamp()) * i128::from(scale) + i128::from(nanos / step), nanos % step == 0)
}
