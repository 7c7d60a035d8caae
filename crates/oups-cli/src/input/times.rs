//! Texts as times: by a format of the user's, and in a zone of the user's.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, StringArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray,
};
use arrow::compute::kernels::cast_utils::string_to_datetime;
use arrow::datatypes::{DataType, TimeUnit};
use chrono::format::{Parsed, StrftimeItems, parse};
use chrono::offset::LocalResult;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

/// How times are written, and where their clock stood.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times {
    /// A format of `strftime`; none: ISO 8601.
    pub(crate) format: Option<String>,
    /// The zone of times without an offset.
    pub(crate) zone: Option<Tz>,
}

/// What one text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Date(NaiveDate),
    /// A clock's time, somewhere.
    Local(NaiveDateTime),
    /// With an offset.
    Zoned(DateTime<Utc>),
}

/// A text that is no time of its column: its row, and what is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoTime {
    pub(super) row: usize,
    pub(super) why: String,
}

impl Times {
    pub(super) fn of(told: &crate::text::Times) -> Self {
        let zone = told.zone.as_ref().and_then(|zone| zone.name().parse().ok());
        Self { format: told.format.as_ref().map(|format| format.text().to_owned()), zone }
    }

    /// Whether texts of this type are read here, and not by Arrow.
    pub(super) fn read(&self, data_type: &DataType) -> bool {
        let is_asked = self.format.is_some() || self.zone.is_some();
        is_asked && matches!(data_type, DataType::Timestamp(..) | DataType::Date32)
    }

    /// The texts as values of the type, a timestamp or a date.
    pub(super) fn values(&self, texts: &StringArray, to: &DataType) -> Result<ArrayRef, NoTime> {
        let row = |(row, text): (usize, Option<&str>)| {
            let Some(text) = text else { return Ok(None) };
            self.value(text, to).map(Some).map_err(|why| NoTime { row, why: format!("`{text}` {why}") })
        };
        let values = texts.iter().enumerate().map(row).collect::<Result<Vec<Option<i64>>, NoTime>>()?;
        Ok(match to {
            DataType::Timestamp(TimeUnit::Second, zone) => {
                Arc::new(TimestampSecondArray::from(values).with_timezone_opt(zone.clone()))
            }
            DataType::Timestamp(TimeUnit::Millisecond, zone) => {
                Arc::new(TimestampMillisecondArray::from(values).with_timezone_opt(zone.clone()))
            }
            DataType::Timestamp(TimeUnit::Microsecond, zone) => {
                Arc::new(TimestampMicrosecondArray::from(values).with_timezone_opt(zone.clone()))
            }
            DataType::Timestamp(TimeUnit::Nanosecond, zone) => {
                Arc::new(TimestampNanosecondArray::from(values).with_timezone_opt(zone.clone()))
            }
            _ => Arc::new(
                values.iter().map(|days| days.and_then(|days| i32::try_from(days).ok())).collect::<Date32Array>(),
            ),
        })
    }

    fn value(&self, text: &str, to: &DataType) -> Result<i64, String> {
        let moment = self.moment(text).ok_or_else(|| match &self.format {
            Some(format) => format!("is not of the form `{format}`"),
            None => format!("is no {to}"),
        })?;
        let (unit, has_zone) = match to {
            DataType::Timestamp(unit, zone) => (*unit, zone.is_some()),
            _ => return Ok(i64::from(moment.date().num_days_from_ce() - UNIX_DAY)),
        };
        let time = if has_zone { self.utc(moment)? } else { moment.clock().and_utc() };
        let value = match unit {
            TimeUnit::Second => Some(time.timestamp()),
            TimeUnit::Millisecond => Some(time.timestamp_millis()),
            TimeUnit::Microsecond => Some(time.timestamp_micros()),
            TimeUnit::Nanosecond => time.timestamp_nanos_opt(),
        };
        value.ok_or_else(|| "is too far away for nanoseconds".to_owned())
    }

    fn utc(&self, moment: Moment) -> Result<DateTime<Utc>, String> {
        let (Some(zone), Moment::Local(_) | Moment::Date(_)) = (self.zone, moment) else {
            return Ok(moment.clock().and_utc());
        };
        match zone.from_local_datetime(&moment.clock()) {
            // In autumn an hour comes twice; the first is as good a guess as the second, and the same in every run.
            LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => Ok(time.to_utc()),
            LocalResult::None => Err(format!("never was a time in {zone}: the clock was put forward")),
        }
    }

    fn moment(&self, text: &str) -> Option<Moment> {
        match &self.format {
            Some(format) => by_format(text, format),
            None => iso(text),
        }
    }
}

/// Days before 1970-01-01 in chrono's count.
const UNIX_DAY: i32 = 719_163;

impl Moment {
    fn date(self) -> NaiveDate {
        self.clock().date()
    }

    /// The time without its zone; in UTC where it has an offset.
    fn clock(self) -> NaiveDateTime {
        match self {
            Self::Date(date) => date.and_time(NaiveTime::MIN),
            Self::Local(time) => time,
            Self::Zoned(time) => time.naive_utc(),
        }
    }
}

fn by_format(text: &str, format: &str) -> Option<Moment> {
    let mut parsed = Parsed::new();
    parse(&mut parsed, text.trim(), StrftimeItems::new(format)).ok()?;
    if parsed.timestamp().is_some() {
        return Some(Moment::Zoned(parsed.to_naive_datetime_with_offset(0).ok()?.and_utc()));
    }
    let date = parsed.to_naive_date().ok()?;
    if parsed.hour_mod_12().is_none() {
        return Some(Moment::Date(date));
    }
    if parsed.minute().is_none() {
        parsed.set_minute(0).ok()?;
    }
    if parsed.offset().is_some() {
        return Some(Moment::Zoned(parsed.to_datetime().ok()?.to_utc()));
    }
    Some(Moment::Local(date.and_time(parsed.to_naive_time().ok()?)))
}

fn iso(text: &str) -> Option<Moment> {
    let time = string_to_datetime(&Utc, text).ok()?;
    match has_offset(text) {
        None if text.trim().len() <= "2013-02-08".len() => Some(Moment::Date(time.date_naive())),
        Some(true) => Some(Moment::Zoned(time)),
        _ => Some(Moment::Local(time.naive_utc())),
    }
}

/// Whether a time in ISO 8601 has an offset from UTC; `None` for a date alone, which may stand with either.
pub(super) fn has_offset(text: &str) -> Option<bool> {
    let after_seconds = text.get("2013-02-08T12:00:00".len()..)?;
    let offset = after_seconds
        .strip_prefix('.')
        .map_or(after_seconds, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    Some(!offset.trim().is_empty())
}

/// What the texts of a column have in common, seen one after the other.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    seen: bool,
    dates: bool,
    locals: bool,
    zoned: bool,
    other: bool,
    nanoseconds: bool,
}

impl Shape {
    pub(super) fn none() -> Self {
        Self { seen: false, dates: false, locals: false, zoned: false, other: false, nanoseconds: false }
    }

    /// Looks at one more text.
    pub(super) fn add(&mut self, text: &str, times: &Times) {
        if self.other {
            return;
        }
        self.seen = true;
        match times.moment(text) {
            // Arrow reads more as ISO 8601 than people mean as times.
            Some(_) if times.format.is_none() && !looks_iso(text) => self.other = true,
            Some(Moment::Date(_)) => self.dates = true,
            Some(Moment::Local(time)) => (self.locals, self.nanoseconds) = (true, self.nanoseconds | has_nanos(time)),
            Some(Moment::Zoned(time)) => {
                (self.zoned, self.nanoseconds) = (true, self.nanoseconds | has_nanos(time.naive_utc()))
            }
            None => self.other = true,
        }
    }

    /// The type of a column of times; `None` if there is another text, times with and without offset, or no text at all.
    pub(super) fn data_type(&self, times: &Times) -> Option<DataType> {
        let is_time = self.seen && !self.other && !(self.zoned && self.locals);
        let unit = if self.nanoseconds { TimeUnit::Nanosecond } else { TimeUnit::Microsecond };
        let zone = (self.zoned || times.zone.is_some()).then(|| "UTC".into());
        match (is_time, self.locals || self.zoned) {
            (false, _) => None,
            (true, true) => Some(DataType::Timestamp(unit, zone)),
            (true, false) => Some(DataType::Date32),
        }
    }
}

fn looks_iso(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_date = bytes.len() >= 10 && bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    is_date && (bytes.len() == 10 || bytes.len() >= 19 && matches!(bytes.get(10), Some(b'T' | b' ')))
}

fn has_nanos(time: NaiveDateTime) -> bool {
    !time.and_utc().timestamp_subsec_nanos().is_multiple_of(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(format: Option<&str>, zone: Option<&str>) -> Times {
        Times { format: format.map(str::to_owned), zone: zone.map(|zone| zone.parse().unwrap()) }
    }

    fn seconds(times: &Times, text: &str) -> Result<i64, String> {
        times.value(text, &DataType::Timestamp(TimeUnit::Second, Some("UTC".into())))
    }

    #[test]
    fn a_format_says_where_the_parts_of_a_time_are() {
        let german = times(Some("%d.%m.%Y %H:%M"), None);
        assert_eq!(seconds(&german, "08.02.2013 12:30"), Ok(1_360_326_600));
        assert_eq!(seconds(&german, "2013-02-08"), Err("is not of the form `%d.%m.%Y %H:%M`".to_owned()));
        assert_eq!(seconds(&times(Some("%d.%m.%Y"), None), "08.02.2013"), Ok(1_360_281_600));
        assert_eq!(seconds(&times(Some("%Y%m%d %H"), None), "20130208 12"), Ok(1_360_324_800));
        assert_eq!(seconds(&times(Some("%s"), None), "1360324800"), Ok(1_360_324_800));
        assert_eq!(
            seconds(&times(Some("%d/%b/%Y:%H:%M:%S %z"), None), "08/Feb/2013:12:00:00 +0100"),
            Ok(1_360_321_200)
        );
    }

    #[test]
    fn times_of_a_zone_become_utc() {
        let berlin = times(None, Some("Europe/Berlin"));
        assert_eq!(seconds(&berlin, "2013-02-08T12:00:00"), Ok(1_360_321_200));
        assert_eq!(seconds(&berlin, "2013-07-08 12:00:00"), Ok(1_373_277_600));
        assert_eq!(seconds(&berlin, "2013-02-08T12:00:00Z"), Ok(1_360_324_800), "its own offset comes first");
        assert_eq!(seconds(&berlin, "2013-10-27T02:30:00"), Ok(1_382_833_800), "the first of two");
        let gone = "never was a time in Europe/Berlin: the clock was put forward".to_owned();
        assert_eq!(seconds(&berlin, "2013-03-31T02:30:00"), Err(gone));
    }

    #[test]
    fn the_texts_of_a_column_say_what_it_is() {
        let of = |texts: &[&str], times: &Times| {
            let mut shape = Shape::none();
            texts.iter().for_each(|text| shape.add(text, times));
            shape.data_type(times).map(|data_type| data_type.to_string())
        };
        let plain = Times::default();
        assert_eq!(of(&["2013-02-08", "2013-02-08T12:00:00Z"], &plain).as_deref(), Some("Timestamp(µs, \"UTC\")"));
        assert_eq!(of(&["2013-02-08 12:00:00.123456789"], &plain).as_deref(), Some("Timestamp(ns)"));
        assert_eq!(of(&["2013-02-08"], &plain).as_deref(), Some("Date32"));
        for no_times in [&["2013-02-08T12:00:00", "2013-02-08T12:00:00Z"][..], &["2013"], &["now"], &[]] {
            assert_eq!(of(no_times, &plain), None, "{no_times:?}");
        }
        assert_eq!(
            of(&["2013-02-08 12:00:00"], &times(None, Some("Asia/Tokyo"))).as_deref(),
            Some("Timestamp(µs, \"UTC\")")
        );
        assert_eq!(of(&["08.02.2013"], &times(Some("%d.%m.%Y"), None)).as_deref(), Some("Date32"));
    }
}
