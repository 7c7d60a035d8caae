//! Reads times by a format of the user.
//!
//! The parts of a format are chrono's. Parts that chrono's parser would drop or guess are read here.

use chrono::format::{Fixed, Item, Numeric, Parsed, StrftimeItems, parse_and_remainder};
use chrono::{DateTime, Datelike, Timelike};

use super::Refused;
use super::calendar::DAY_SECONDS;
use super::moment::{self, Clock, Moment, Offset};

/// A format as in `strftime`, of a date, a time of day, or both.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Format {
    text: String,
    items: Vec<Item<'static>>,
    has_date: bool,
    /// Whether the format also reads texts in ISO 8601, perhaps as other times.
    reads_iso: bool,
}

/// The number of 1970-01-01 in chrono's count of days.
const UNIX_DAY: i32 = 719_163;

/// A time whose parts all differ: 2013-02-08T13:14:15Z.
const SAMPLE: i64 = 1_360_329_255;

impl Format {
    /// Reads a format.
    ///
    /// # Errors
    ///
    /// If the format cannot be read, or times written by it could not be read back. The text is for the user.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let mut items = Vec::new();
        for item in StrftimeItems::new(text) {
            items.push(match item {
                Item::Error => return Err(format!("{} of strftime", unknown(text))),
                Item::Fixed(Fixed::RFC3339 | Fixed::RFC2822) => {
                    return Err("%+ is not needed: leave --time-format out, such times are read as they are".to_owned());
                }
                item => item.to_owned(),
            });
        }
        if !items.iter().any(is_part) {
            return Err("names no part of a time, as %d.%m.%Y %H:%M does".to_owned());
        }
        let mut format = Self { text: text.to_owned(), items, has_date: true, reads_iso: false };
        let sample = DateTime::from_timestamp(SAMPLE, 0).unwrap_or_default();
        let sample = sample.format_with_items(format.items.iter()).to_string();
        match format.read(&sample) {
            Some(Ok(moment)) => format.has_date = moment.day.is_some(),
            _ => {
                return Err(
                    "is not enough for a date or a time: %Y %m %d make a date, %H %M a time; %I needs %p".to_owned()
                );
            }
        }
        format.reads_iso = probes().any(|text| format.read(&text).is_some());
        Ok(format)
    }

    /// Whether the format has dates, and not times of day alone.
    pub(super) fn has_date(&self) -> bool {
        self.has_date
    }

    /// Whether a text in ISO 8601 may be of this form too.
    pub(super) fn reads_iso(&self) -> bool {
        self.reads_iso
    }

    /// Reads a time. `None` if the text is not of this form; an error if it is, but there is no such time.
    pub(super) fn read(&self, text: &str) -> Option<Result<Moment, Refused>> {
        let mut said = Said::default();
        let mut rest = text.trim();
        for (at, item) in self.items.iter().enumerate() {
            let beside = [at.checked_sub(1), Some(at + 1)];
            let is_packed = beside.iter().flatten().filter_map(|at| self.items.get(*at)).any(is_number);
            rest = said.take(item, is_packed, rest)?;
        }
        if !rest.trim().is_empty() {
            return None;
        }
        if let Some(zone) = said.unknown_zone {
            let why = format!("names the zone `{zone}`, which is not read: such names mean several zones");
            return Some(Err(Refused::new(why, format!("write `{zone}` in place of %Z, and give --time-zone"))));
        }
        said.moment()
    }

    pub(super) fn other(&self) -> Refused {
        let advice = "give --time-format as these times are written, or --types COLUMN:str to keep texts";
        Refused::new(format!("is not of the form `{}`", self.text), advice)
    }
}

/// The message of the first `%` whose letter is unknown.
fn unknown(text: &str) -> String {
    let mut parts = text.match_indices('%').map(|(at, _)| text.get(at..).unwrap_or_default());
    let wrong = parts.find(|part| StrftimeItems::new(first_part(part)).any(|item| item == Item::Error));
    format!("`{}` is not a part", wrong.map_or(text, first_part))
}

fn first_part(text: &str) -> &str {
    let end = text.char_indices().skip(1).find(|(_, c)| !matches!(c, '.' | ':' | '#' | '-' | '_' | '0'..='9'));
    end.and_then(|(at, c)| text.get(..at + c.len_utf8())).unwrap_or(text)
}

fn is_part(item: &Item<'_>) -> bool {
    matches!(item, Item::Numeric(..) | Item::Fixed(_))
}

fn is_number(item: &Item<'_>) -> bool {
    matches!(item, Item::Numeric(..))
}

/// Dates and times in ISO 8601, to find out whether a format reads such texts.
fn probes() -> impl Iterator<Item = String> {
    const CLOCKS: [&str; 8] =
        ["", " 10:11", "T10:11", " 10:11:12", "T10:11:12", "T10:11:12.250", "T10:11:12Z", " 10:11:12+01:00"];
    let dates = ["2010-11-12", "2031-01-02", "2012-12-31"];
    dates.into_iter().flat_map(|date| CLOCKS.iter().map(move |clock| format!("{date}{clock}")))
}

/// What the parts read so far say.
#[derive(Default)]
struct Said {
    parsed: Parsed,
    fraction: Option<(u32, bool)>,
    /// Seconds since 1970, and whether they have a minus sign.
    epoch: Option<(i64, bool)>,
    is_utc: bool,
    unknown_zone: Option<String>,
}

impl Said {
    /// Reads one part from the front of the text, and returns the rest. `is_packed` says that digits come right before
    /// or after.
    fn take<'a>(&mut self, item: &Item<'static>, is_packed: bool, text: &'a str) -> Option<&'a str> {
        match item {
            Item::Numeric(Numeric::Year, _) => self.year(text.trim_start()),
            Item::Numeric(Numeric::Timestamp, _) => self.seconds(text.trim_start()),
            // Digits of a fraction, as in Python and ISO 8601. chrono would read a count of nanoseconds.
            Item::Numeric(Numeric::Nanosecond, _) => {
                let (fraction, rest) = moment::fraction(text)?;
                self.fraction = Some(fraction);
                Some(rest)
            }
            Item::Fixed(Fixed::Nanosecond | Fixed::Nanosecond3 | Fixed::Nanosecond6 | Fixed::Nanosecond9) => {
                let Some(digits) = text.strip_prefix(['.', ',']) else { return Some(text) };
                let (fraction, rest) = moment::fraction(digits)?;
                self.fraction = Some(fraction);
                Some(rest)
            }
            Item::Fixed(Fixed::TimezoneName) => self.zone(text.trim_start()),
            Item::Fixed(
                Fixed::TimezoneOffset
                | Fixed::TimezoneOffsetZ
                | Fixed::TimezoneOffsetColon
                | Fixed::TimezoneOffsetColonZ
                | Fixed::TimezoneOffsetDoubleColon
                | Fixed::TimezoneOffsetTripleColon,
            ) => self.offset(text.trim_start()),
            _ => {
                // Packed numbers must have all their digits: `2024115` may be in January or in November.
                let is_whole = !is_packed || has_digits(text, width(item));
                is_whole.then(|| parse_and_remainder(&mut self.parsed, text, std::iter::once(item)).ok())?
            }
        }
    }

    /// Reads a year of four digits, or of up to six with a sign. A year of two digits is `%y`.
    fn year<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let is_signed = digits.len() < text.len();
        let most = if is_signed { 6 } else { 4 };
        let length = digits.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (year, rest) = text.split_at_checked(text.len() - digits.len() + length).filter(|_| length >= 4)?;
        self.parsed.set_year(year.parse().ok()?).ok()?;
        Some(rest)
    }

    fn seconds<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = text.split_at_checked(text.len() - digits.len() + length).filter(|_| length > 0)?;
        self.epoch = Some((number.parse().ok()?, number.starts_with('-')));
        Some(rest)
    }

    fn zone<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let length = text.find(char::is_whitespace).unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(length).filter(|_| length > 0)?;
        match moment::is_utc(name) {
            true => self.is_utc = true,
            false => self.unknown_zone = Some(name.chars().take(40).collect()),
        }
        Some(rest)
    }

    fn offset<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        if let Some(rest) = text.strip_prefix(['Z', 'z']) {
            self.is_utc = true;
            return Some(rest);
        }
        let length =
            text.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b':')).count();
        let (offset, rest) = text.split_at_checked(length)?;
        self.parsed.set_offset(moment::fixed_offset(offset)?).ok()?;
        Some(rest)
    }

    /// The time that the parts make; `None` if they contradict each other or do not make a time.
    fn moment(self) -> Option<Result<Moment, Refused>> {
        let (nanos, finer) = self.fraction.unwrap_or_default();
        if let Some((seconds, is_negative)) = self.epoch {
            return since_1970(seconds, is_negative, nanos, finer).map(Ok);
        }
        let offset = match self.parsed.offset() {
            Some(seconds) => Offset::East(seconds.into()),
            None if self.is_utc => Offset::East(0),
            None => Offset::None,
        };
        let mut parsed = self.parsed;
        let has_clock = parsed.hour_mod_12().is_some();
        if has_clock && parsed.minute().is_none() {
            parsed.set_minute(0).ok()?;
        }
        if parsed.second() == Some(60) {
            return Some(Err(moment::leap_second()));
        }
        let has_date = parsed.year().is_some()
            || parsed.year_mod_100().is_some()
            || parsed.isoyear().is_some()
            || parsed.isoyear_mod_100().is_some();
        let date = match has_date {
            true => Some(i64::from(parsed.to_naive_date().ok()?.num_days_from_ce() - UNIX_DAY)),
            false => None,
        };
        let clock = match has_clock {
            true => {
                let time = parsed.to_naive_time().ok()?;
                // chrono reads `%3f` and the like.
                let nanos = if self.fraction.is_some() { nanos } else { time.nanosecond() };
                Some(Clock { seconds: time.num_seconds_from_midnight().into(), nanos, finer })
            }
            false => None,
        };
        let is_time = (date.is_some() || clock.is_some()) && (has_clock || self.fraction.is_none());
        is_time.then_some(Ok(Moment { day: date, clock, offset }))
    }
}

fn since_1970(seconds: i64, is_negative: bool, nanos: u32, finer: bool) -> Option<Moment> {
    // The fraction of -1.25 counts backwards from the second.
    let (seconds, nanos) = match is_negative && nanos > 0 {
        true => (seconds.checked_sub(1)?, 1_000_000_000 - nanos),
        false => (seconds, nanos),
    };
    let clock = Clock { seconds: seconds.rem_euclid(DAY_SECONDS), nanos, finer };
    Some(Moment { day: Some(seconds.div_euclid(DAY_SECONDS)), clock: Some(clock), offset: Offset::Epoch })
}

fn width(item: &Item<'_>) -> usize {
    match item {
        Item::Numeric(Numeric::Ordinal, _) => 3,
        Item::Numeric(Numeric::IsoYear, _) => 4,
        Item::Numeric(Numeric::NumDaysFromSun | Numeric::WeekdayFromMon | Numeric::Quarter, _) => 1,
        Item::Numeric(..) => 2,
        _ => 0,
    }
}

fn has_digits(text: &str, count: usize) -> bool {
    text.bytes().take(count).filter(u8::is_ascii_digit).count() == count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(format: &str, text: &str) -> Option<i128> {
        let moment = Format::new(format).unwrap().read(text)?.ok()?;
        let east = if let Offset::East(east) = moment.offset { east } else { 0 };
        Some(moment.seconds()? - i128::from(east))
    }

    #[test]
    fn a_format_says_where_the_parts_of_a_time_are() {
        for (format, text, expected) in [
            ("%d.%m.%Y %H:%M", "08.02.2013 12:30", Some(1_360_326_600)),
            ("%d.%m.%Y %H:%M", "2013-02-08", None),
            ("%d.%m.%Y", "08.02.2013", Some(1_360_281_600)),
            ("%d.%m.%Y", "08.02.2013 12:30", None),
            ("%d.%m.%Y", "31.02.2013", None),
            ("%Y%m%d %H", "20130208 12", Some(1_360_324_800)),
            ("%s", "1360324800", Some(1_360_324_800)),
            ("%d/%b/%Y:%H:%M:%S %z", "08/Feb/2013:12:00:00 +0100", Some(1_360_321_200)),
            ("%Y-%m-%d %H:%M%z", "2013-02-08 12:00+01:00", Some(1_360_321_200)),
            ("%Y-%m-%d %H:%M %Z", "2013-02-08 12:00 UTC", Some(1_360_324_800)),
            ("%Y-%m-%d %H:%M %Z", "2013-02-08 12:00 EST", None),
            ("%d/%m/%Y", "08/02/13", None),
            ("%d/%m/%y", "08/02/13", Some(1_360_281_600)),
            ("%d/%m/%y", "08/02/91", Some(665_971_200)),
            ("%Y%m%d", "2013208", None),
            ("%m/%d/%Y %I:%M %p", "02/08/2013 12:00 PM", Some(1_360_324_800)),
            ("%Y-%m-%d %H:%M:%S", "2016-12-31 23:59:60", None),
        ] {
            assert_eq!(seconds(format, text), expected, "{text} with {format}");
        }
    }

    #[test]
    fn a_fraction_is_the_digits_behind_the_point() {
        for (format, text, expected) in [
            ("%H:%M:%S.%f", "12:00:00.250", (250_000_000, false)),
            ("%H:%M:%S%.f", "12:00:00.000001", (1_000, false)),
            ("%H:%M:%S,%f", "12:00:00,5", (500_000_000, false)),
            ("%H:%M:%S,%3f", "12:00:00,250", (250_000_000, false)),
            ("%H:%M:%S%.f", "12:00:00.1234567891", (123_456_789, true)),
            ("%s%.f", "-1.25", (750_000_000, false)),
        ] {
            let clock = Format::new(format).unwrap().read(text).unwrap().unwrap().clock.unwrap();
            assert_eq!((clock.nanos, clock.finer), expected, "{text} with {format}");
        }
    }

    #[test]
    fn what_is_not_a_format_is_said_at_once() {
        for (format, words) in [
            ("%Q", "`%Q` is not a part of strftime"),
            ("dd.mm.yyyy", "names no part"),
            ("", "names no part"),
            ("%d.%m.%Y %I:%M", "%I needs %p"),
            ("%m/%d", "is not enough"),
            ("%+", "is not needed"),
            ("%d.%m.%E", "`%E`"),
        ] {
            let error = Format::new(format).unwrap_err();
            assert!(error.contains(words), "{format}: {error}");
        }
        assert!(!Format::new("%H:%M").unwrap().has_date());
        for (format, expected) in [("%d.%m.%Y", false), ("%Y-%d-%m", true), ("%s", false), ("%Y%m%d", false)] {
            assert_eq!(Format::new(format).unwrap().reads_iso(), expected, "{format}");
        }
    }
}
