//! Reads times in ISO 8601 and in similar notations.

use super::Refused;
use super::calendar::{self, DAY_SECONDS};

/// A date, a time of day, or both, as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moment {
    /// The date, as days since 1970-01-01.
    pub(super) day: Option<i64>,
    pub(super) clock: Option<Clock>,
    pub(super) offset: Offset,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clock {
    /// The seconds since midnight.
    pub(super) seconds: i64,
    pub(super) nanos: u32,
    /// Whether digits other than zero follow the ninth digit of the fraction.
    pub(super) finer: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Offset {
    /// No offset: the time of some clock.
    #[default]
    None,
    /// An offset, in seconds east of UTC.
    East(i64),
    /// Seconds since 1970: the time is in UTC by its nature.
    Epoch,
}

impl Moment {
    /// The seconds since 1970 on the clock of the text. A date alone is its midnight. `i128`, because the midnight of
    /// the first day may lie beyond 64 bits.
    pub(super) fn seconds(self) -> Option<i128> {
        Some(i128::from(self.day?) * i128::from(DAY_SECONDS) + i128::from(self.clock.unwrap_or_default().seconds))
    }

    /// Reads a date, or date and time as in `2024-03-31 00:30`, `2024-03-31T00:30:00,5 UTC`,
    /// `2024-03-31T00:30:00+0100`.
    ///
    /// `None` if the text is not of this form; an error if it is, but there is no such time.
    pub(super) fn iso(text: &str) -> Option<Result<Self, Refused>> {
        let text = text.trim_ascii();
        let (date, rest) = date(text)?;
        let Some(date) = date else { return Some(Err(no_date())) };
        if rest.is_empty() {
            return Some(Ok(Self { day: Some(date), ..Self::default() }));
        }
        let (clock, rest) = clock(rest.strip_prefix(['T', 't', ' '])?)?;
        let offset = offset(rest)?;
        let moment = |clock| Self { day: Some(date), clock: Some(clock), offset };
        Some(clock.map(moment))
    }

    /// Reads a time of day alone.
    pub(super) fn of_day(text: &str) -> Option<Result<Self, Refused>> {
        let (clock, rest) = clock(text.trim_ascii())?;
        let moment = |clock| Self { clock: Some(clock), ..Self::default() };
        rest.is_empty().then(|| clock.map(moment))
    }
}

fn no_date() -> Refused {
    Refused::plain("is a date that the calendar does not have")
}

/// The seconds of a time of day. Leap seconds are refused, because no time type has them.
pub(super) fn seconds_of_day(hour: i64, minute: i64, second: i64) -> Result<i64, Refused> {
    match (hour, minute, second) {
        (0..=23, 0..=59, 0..=59) => Ok(hour * 3_600 + minute * 60 + second),
        (0..=23, 0..=59, 60) => Err(leap_second()),
        (24, 0, 0) => Err(Refused::new("has the hour 24", "write 00:00:00 of the next day")),
        _ => Err(Refused::plain("is a time of day that no clock shows")),
    }
}

pub(super) fn leap_second() -> Refused {
    let advice = "write the second before or after it, or keep texts with --types COLUMN:str";
    Refused::new("has the second 60, a leap second, which no type of time has", advice)
}

/// The number of the `least..=most` digits in front, and the rest of the text.
fn number(text: &str, least: usize, most: usize) -> Option<(i64, &str)> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits)?;
    Some((number.parse().ok().filter(|_| digits >= least)?, rest))
}

/// The day of the date in front, and the rest of the text. The day is `None` if the calendar does not have the date.
fn date(text: &str) -> Option<(Option<i64>, &str)> {
    let (year, rest) =
        match text.strip_prefix('-').map(|text| (-1, text)).or(text.strip_prefix('+').map(|text| (1, text))) {
            Some((sign, text)) => number(text, 6, 13).map(|(year, rest)| (sign * year, rest))?,
            None => number(text, 4, 4)?,
        };
    let (month, rest) = number(rest.strip_prefix('-')?, 2, 2)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 2, 2)?;
    Some((calendar::days(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?), rest))
}

fn clock(text: &str) -> Option<(Result<Clock, Refused>, &str)> {
    let (hour, rest) = number(text, 1, 2)?;
    let (minute, rest) = number(rest.strip_prefix(':')?, 2, 2)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => number(rest, 2, 2)?,
        None => (0, rest),
    };
    let has_seconds = text.len() - rest.len() > "00:00".len();
    let ((nanos, finer), rest) = match rest.strip_prefix(['.', ',']).filter(|_| has_seconds) {
        Some(rest) => fraction(rest)?,
        None => ((0, false), rest),
    };
    let clock = seconds_of_day(hour, minute, second).map(|seconds| Clock { seconds, nanos, finer });
    Some((clock, rest))
}

/// The digits of a fraction as nanoseconds, whether finer digits follow, and the rest of the text.
pub(super) fn fraction(text: &str) -> Option<((u32, bool), &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(digits).filter(|(digits, _)| !digits.is_empty())?;
    let (first, more) = digits.split_at_checked(9).unwrap_or((digits, ""));
    let nanos = first.parse::<u32>().ok()? * 10_u32.pow(9_u32.saturating_sub(u32::try_from(first.len()).ok()?));
    Some(((nanos, more.bytes().any(|digit| digit != b'0')), rest))
}

/// The offset of a text that is empty, `Z`, `UTC`, `GMT` or a [`fixed_offset`], with or without a blank before it.
fn offset(text: &str) -> Option<Offset> {
    let text = text.trim_ascii_start();
    if text.is_empty() {
        return Some(Offset::None);
    }
    if is_utc(text) {
        return Some(Offset::East(0));
    }
    fixed_offset(text).map(Offset::East)
}

pub(super) fn is_utc(name: &str) -> bool {
    ["Z", "UTC", "GMT"].iter().any(|utc| name.eq_ignore_ascii_case(utc))
}

/// The seconds east of UTC of a text such as `+01`, `+0100`, `+01:00`, `-04:56:02`.
pub(super) fn fixed_offset(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, rest) = number(text, 2, 2)?;
    let (minutes, rest, has_colon) = match rest.strip_prefix(':') {
        Some(rest) => number(rest, 2, 2).map(|(minutes, rest)| (minutes, rest, true))?,
        None if rest.is_empty() => (0, rest, false),
        None => number(rest, 2, 2).map(|(minutes, rest)| (minutes, rest, false))?,
    };
    // Databases write seconds in offsets of times from before zones were introduced.
    let (seconds, rest) = match rest.strip_prefix(':').filter(|_| has_colon) {
        Some(rest) => number(rest, 2, 2)?,
        None => (0, rest),
    };
    let is_offset = rest.is_empty() && hours < 24 && minutes < 60 && seconds < 60;
    is_offset.then_some(sign * (hours * 3_600 + minutes * 60 + seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(i128, u32, Offset)> {
        let moment = Moment::iso(text)?.ok()?;
        Some((moment.seconds()?, moment.clock.unwrap_or_default().nanos, moment.offset))
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        let (noon, utc) = (1_360_324_800, Offset::East(0));
        for (text, expected) in [
            ("2013-02-08T12:00:00", (noon, 0, Offset::None)),
            ("2013-02-08 12:00", (noon, 0, Offset::None)),
            ("2013-02-08t12:00z", (noon, 0, utc)),
            ("2013-02-08 12:00:00 UTC", (noon, 0, utc)),
            ("2013-02-08 12:00:00 Z", (noon, 0, utc)),
            (" 2013-02-08T12:00:00Z ", (noon, 0, utc)),
            ("2013-02-08T12:00:00,250Z", (noon, 250_000_000, utc)),
            ("2013-02-08T12:00:00.250000001000Z", (noon, 250_000_001, utc)),
            ("2013-02-08 12:00:00+01", (noon, 0, Offset::East(3_600))),
            ("2013-02-08 12:00:00-0530", (noon, 0, Offset::East(-19_800))),
            ("2013-02-08 12:00:00 -05:00", (noon, 0, Offset::East(-18_000))),
            ("2013-02-08 12:00:00+00:53:28", (noon, 0, Offset::East(3_208))),
            ("+010000-01-01T00:00:00", (253_402_300_800, 0, Offset::None)),
            ("-000001-12-31T23:59:59", (-62_167_219_201, 0, Offset::None)),
            ("2013-02-08", (1_360_281_600, 0, Offset::None)),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        for text in [
            "2013",
            "2013-2-8",
            "13-02-08",
            "2013-02-08T",
            "2013-02-08T12",
            "2013-02-08T12:00:00Z ok",
            "2013-02-08 Z",
            "2013-02-08T12:00:00.",
            "2013-02-08T12:00.5",
            "2013-02-08T12:0",
            "12:00",
            "2013-02-08T12:00:00 EST",
            "",
            "2013-02-08T12:00+24:00",
            "2013-02-08T12:00+00:53:60",
            "2013-02-08T12:00+0053:28",
            "+12013-02-08",
            "2013-02-08T12:00:00+1",
        ] {
            assert_eq!(Moment::iso(text), None, "{text}");
        }
    }

    #[test]
    fn times_that_never_were_are_told_apart_from_texts() {
        for text in
            ["2013-02-30", "2013-13-01T00:00", "2013-02-08T25:00", "2016-12-31T23:59:60Z", "2013-02-08T24:00:00"]
        {
            assert!(matches!(Moment::iso(text), Some(Err(_))), "{text}");
        }
        assert!(matches!(Moment::of_day("23:59:60"), Some(Err(_))));
        assert_eq!(Moment::of_day("9:30").unwrap().unwrap().clock.unwrap().seconds, 34_200);
        assert_eq!(Moment::of_day("9:30 pm"), None);
    }
}
