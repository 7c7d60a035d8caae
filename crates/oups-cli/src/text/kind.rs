//! The kind of one value, by its text.

use super::moment::{Moment, Offset};
use super::number::{Misfit, Number, has_leading_zeros};
use super::times::Said;
use super::{Refused, Role, Times, Written, epoch, float};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A whole number of 64 bits with a sign.
    Whole,
    /// A whole number that needs 64 bits without a sign.
    Unsigned,
    /// A larger whole number.
    Big,
    /// A number that is a float, by the rule of [`float::read`].
    Fraction,
    /// A number that is not a float.
    Inexact,
    /// `NaN`, `inf`.
    Word,
    /// A whole number with zeros in front.
    Zeros,
    Bool,
    Date,
    /// A time without an offset.
    Local,
    /// A time with an offset from UTC.
    Zoned,
    /// A time that the calendar or the clock does not have.
    Never,
    /// `1,5`: a number with a comma before its fraction.
    Comma,
    /// `1,500`: a number with commas before each three digits.
    Grouped,
    /// `31.12.2024`, `12/31/2024 10:00`: a date of another form.
    OtherDate,
    Text,
}

impl Kind {
    pub(super) const NUMBERS: [Self; 7] =
        [Self::Whole, Self::Unsigned, Self::Big, Self::Fraction, Self::Inexact, Self::Word, Self::Zeros];
    pub(super) const TIMES: [Self; 3] = [Self::Date, Self::Local, Self::Zoned];
}

/// The kind of a value, and what else matters for the type of its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) kind: Kind,
    /// Why the value is only of this kind.
    pub(super) why: Option<Refused>,
    pub(super) negative: bool,
    /// Whether it is a whole number that is not a float of 64 bits.
    pub(super) not_a_float: bool,
    pub(super) time: Time,
}

/// What the unit of a time must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) day: i64,
    pub(super) has_nanos: bool,
    pub(super) finer: bool,
}

impl Look {
    fn new(kind: Kind) -> Self {
        Self { kind, why: None, negative: false, not_a_float: false, time: Time::default() }
    }

    fn because(kind: Kind, why: Refused) -> Self {
        Self { why: Some(why), ..Self::new(kind) }
    }

    pub(super) fn at(value: Written<'_>, times: &Times, role: Role) -> Self {
        let is_format = role == Role::Ordered && times.format.is_some();
        match value {
            Written::Bool(_) => return Self::new(Kind::Bool),
            // Programs write these as strings, because JSON has no such numbers.
            Written::String("NaN" | "-NaN" | "inf" | "-inf" | "Infinity" | "-Infinity") => {
                return Self::new(Kind::Word);
            }
            Written::Text(text) | Written::Number(text) if !is_format => {
                if let Some(look) = number(text.trim(), times, role) {
                    return look;
                }
            }
            _ => {}
        }
        let is_truth = |text: &str| text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
        match times.said(value) {
            Some(Ok(Said::Moment(moment))) => Self::of_time(moment),
            Some(Err(refused)) => Self::because(Kind::Never, refused),
            _ if matches!(value, Written::Text(text) if is_truth(text.trim())) => Self::new(Kind::Bool),
            _ if matches!(value, Written::String(text) if !is_format && is_number(text)) => Self::because(
                Kind::Text,
                Refused::new(
                    "is a number between quotes, so a text",
                    "for numbers give --types COLUMN:f64, or COLUMN:i64",
                ),
            ),
            _ => match value {
                Written::Text(text) => Self::new(likeness(text.trim())),
                _ => Self::new(Kind::Text),
            },
        }
    }

    fn of_time(moment: Moment) -> Self {
        let kind = match (moment.offset, moment.clock) {
            (Offset::None, None) => Kind::Date,
            (Offset::None, Some(_)) => Kind::Local,
            _ => Kind::Zoned,
        };
        let clock = moment.clock.unwrap_or_default();
        let has_nanos = !clock.nanos.is_multiple_of(1_000);
        let time = Time { day: moment.day.unwrap_or_default(), has_nanos, finer: clock.finer };
        Self { time, ..Self::new(kind) }
    }

    fn since_1970(nanos: Result<i128, Misfit>) -> Self {
        const DAY: i128 = 86_400_000_000_000;
        let value = nanos.unwrap_or_default();
        let day = match nanos {
            Err(Misfit::Beyond) => i64::MAX,
            _ => i64::try_from(value.div_euclid(DAY)).unwrap_or(i64::MAX),
        };
        let time = Time { day, has_nanos: value % 1_000 != 0, finer: nanos == Err(Misfit::Finer) };
        Self { time, ..Self::new(Kind::Zoned) }
    }
}

/// Whether a string of JSON would be read as a number in a column of numbers.
fn is_number(text: &str) -> bool {
    Number::parse(text).is_some() && !has_leading_zeros(text)
}

fn number(text: &str, times: &Times, role: Role) -> Option<Look> {
    let is_usual = matches!(text.as_bytes(), [b'0'] | [b'1'..=b'9', ..]) && text.len() <= 15;
    if is_usual && times.unit.is_none() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Look::new(Kind::Whole));
    }
    if !text.starts_with(|c: char| matches!(c, '0'..='9' | '+' | '-' | '.' | 'n' | 'N' | 'i' | 'I')) {
        return None;
    }
    let read = || float::read(Written::Text(text), float::Width::F64);
    let Some(number) = Number::parse(text) else {
        return read().is_ok().then(|| Look::new(Kind::Word));
    };
    if let Some(unit) = times.unit.filter(|_| role == Role::Ordered) {
        return Some(Look::since_1970(epoch::nanos(&number, unit)));
    }
    if has_leading_zeros(text) {
        return Some(Look::new(Kind::Zeros));
    }
    if !number.plain {
        if number.is_zero() && has_far_exponent(text) {
            let advice = "for numbers give --types COLUMN:f64";
            return Some(Look::because(Kind::Inexact, Refused::new("looks like a name, not like a zero", advice)));
        }
        return Some(match read() {
            Ok(_) => Look::new(Kind::Fraction),
            Err(refused) => Look::because(Kind::Inexact, refused),
        });
    }
    let kind = if text.parse::<i64>().is_ok() {
        Kind::Whole
    } else if text.parse::<u64>().is_ok() {
        Kind::Unsigned
    } else {
        Kind::Big
    };
    // Whole numbers of up to 15 digits are floats. The length of the text counts, because `digits` has no trailing
    // zeros.
    let not_a_float = text.len() > 15 && read().is_err();
    Some(Look { negative: number.negative, not_a_float, ..Look::new(kind) })
}

/// Whether the text looks like a number with a decimal comma.
pub(crate) fn has_decimal_comma(text: &str) -> bool {
    likeness(text.trim()) == Kind::Comma
}

/// The kind that a text of CSV resembles, if it is neither a number nor a time.
fn likeness(text: &str) -> Kind {
    if !text.starts_with(|c: char| matches!(c, '0'..='9' | '+' | '-')) {
        return Kind::Text;
    }
    if is_other_date(text) {
        return Kind::OtherDate;
    }
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = |text: &str, odd: &str| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_digit() || odd.as_bytes().contains(&b))
    };
    let three = |group: &str| group.len() == 3 && is_number(group, "");
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if let Some((first, groups)) = whole.split_once(',')
        && first.len() <= 3
        && is_number(first, "")
        && groups.split(',').all(three)
        && is_number(fraction, "")
    {
        return Kind::Grouped;
    }
    match number.split_once(',') {
        Some((whole, fraction)) if is_number(whole, ".") && is_number(fraction, "") => Kind::Comma,
        _ => Kind::Text,
    }
}

/// Whether the text is a date with a year of four digits first or last and with dots, slashes or dashes between its
/// parts. A time may follow.
fn is_other_date(text: &str) -> bool {
    let date = text.split([' ', 'T', ',']).next().unwrap_or_default();
    let Some(between) = date.chars().find(|c| matches!(c, '.' | '/' | '-')) else { return false };
    let parts: Vec<&str> = date.split(between).take(4).collect();
    let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let is_iso = between == '-' && lengths == [4, 2, 2];
    parts.iter().all(is_number) && !is_iso && matches!(lengths[..], [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4])
}

/// Whether the text is like `0e123456`, as checksums are. No program writes zero like that.
fn has_far_exponent(text: &str) -> bool {
    let exponent = text.split_once(['e', 'E']).map(|(_, exponent)| exponent.trim_start_matches(['+', '-']));
    exponent.is_some_and(|exponent| exponent.parse::<u32>().map_or(true, |exponent| exponent > 400))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Kind {
        Look::at(Written::Text(text), &Times::default(), Role::Other).kind
    }

    #[test]
    fn a_text_of_csv_looks_like_what_it_says() {
        for (text, expected) in [
            ("7", Kind::Whole),
            ("+9", Kind::Whole),
            (" 9", Kind::Whole),
            ("9223372036854775808", Kind::Unsigned),
            ("18446744073709551616", Kind::Big),
            ("0.5", Kind::Fraction),
            ("00.50", Kind::Fraction),
            ("1e400", Kind::Inexact),
            ("888E010010", Kind::Inexact),
            ("0e830400451993494058024219903391", Kind::Inexact),
            ("0e123456", Kind::Inexact),
            ("0E-18", Kind::Fraction),
            ("1.000000000000000001", Kind::Inexact),
            ("NaN", Kind::Word),
            ("007", Kind::Zeros),
            ("true", Kind::Bool),
            ("2013-02-08", Kind::Date),
            ("2013-02-08 12:00", Kind::Local),
            ("2013-02-08 12:00Z", Kind::Zoned),
            ("2016-12-31T23:59:60Z", Kind::Never),
            ("2013-02-08T17:30:00Z ok", Kind::Text),
            ("12:00", Kind::Text),
            ("1,5", Kind::Comma),
            ("-1.234,50", Kind::Comma),
            ("1,500", Kind::Grouped),
            ("2,500,000.25", Kind::Grouped),
            ("1,2,3", Kind::Text),
            ("a,5", Kind::Text),
            ("31.12.2024", Kind::OtherDate),
            ("2024/1/2 10:00", Kind::OtherDate),
            ("2013-2-8", Kind::OtherDate),
            ("10.0.0.1", Kind::Text),
            ("1.2.3", Kind::Text),
            ("cold", Kind::Text),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn a_string_of_json_is_a_time_or_a_text() {
        let kind = |value| Look::at(value, &Times::default(), Role::Other).kind;
        assert_eq!(kind(Written::String("7")), Kind::Text);
        assert_eq!(kind(Written::String("true")), Kind::Text);
        assert_eq!(kind(Written::String("NaN")), Kind::Word);
        assert_eq!(kind(Written::String("nan")), Kind::Text);
        assert_eq!(kind(Written::String("2013-02-08")), Kind::Date);
        assert_eq!(kind(Written::Bool(true)), Kind::Bool);
        assert_eq!(kind(Written::Number("7")), Kind::Whole);
    }
}
