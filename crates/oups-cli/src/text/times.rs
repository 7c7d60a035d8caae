//! Reads texts as times, by what the user says of them.

use arrow::datatypes::TimeUnit;

use super::format::Format;
use super::moment::{Moment, Offset};
use super::number::Number;
use super::types::{Counted, unit_digits, unit_name};
use super::zone::Zone;
use super::{Refused, Written, epoch};

/// How times are written, and in which zone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times {
    /// The format; `None` for ISO 8601.
    pub(crate) format: Option<Format>,
    /// The zone of times without an offset.
    pub(crate) zone: Option<Zone>,
    /// The unit of bare numbers, which count from 1970.
    pub(crate) unit: Option<TimeUnit>,
}

/// A text or a number, read as a time.
pub(super) enum Said {
    Moment(Moment),
    /// A bare number. Its unit depends on the column.
    Number(Number),
}

impl Times {
    /// Reads the value; `None` if it is not written as a time.
    pub(super) fn said(&self, value: Written<'_>) -> Option<Result<Said, Refused>> {
        let text = match value {
            Written::Bool(_) => return None,
            other => other.text().trim(),
        };
        if let Some(format) = self.format.as_ref().filter(|format| format.has_date()) {
            let read = format.read(text);
            // Times in ISO 8601 are read too, unless the format might take them for other times.
            let iso = || Moment::iso(text).filter(|_| !format.reads_iso());
            return read.or_else(iso).map(|moment| moment.map(Said::Moment));
        }
        if let Some(moment) = Moment::iso(text) {
            return Some(moment.map(Said::Moment));
        }
        Number::parse(text).map(|number| Ok(Said::Number(number)))
    }

    /// The value of a timestamp in the unit. `clock` is the zone of the column, if it has one.
    pub(super) fn timestamp(&self, value: Written<'_>, unit: TimeUnit, clock: Option<&Clock>) -> Result<i64, Refused> {
        let kind = Counted::Timestamp(clock.map(Clock::name));
        match self.said(value).unwrap_or_else(|| Err(self.not_a_time()))? {
            Said::Number(number) => epoch::value(&number, value.text().trim(), (kind, unit), self.unit),
            Said::Moment(moment) => {
                let seconds = moment.seconds().ok_or_else(too_far_for_all)?;
                let east = match (moment.offset, clock) {
                    (Offset::Epoch, _) => 0,
                    (Offset::East(east), Some(_)) => east,
                    (Offset::East(_), None) => return Err(offset_without_zone()),
                    (Offset::None, None) if self.zone.is_some() => return Err(zone_without_zone()),
                    (Offset::None, None) => 0,
                    (Offset::None, Some(clock)) => self.zone_of(clock)?.offset_at(seconds)?,
                };
                in_unit(seconds - i128::from(east), moment, kind, unit)
            }
        }
    }

    pub(super) fn not_a_time(&self) -> Refused {
        let advice = "give --time-format as it is written, or --types COLUMN:str to keep texts";
        match self.format.as_ref().filter(|format| format.has_date()) {
            Some(format) => format.other(),
            None => Refused::new("is not a time such as 2013-02-08T12:00:00", advice),
        }
    }

    /// The zone that the user gave, or else the column's.
    fn zone_of<'a>(&'a self, clock: &'a Clock) -> Result<&'a Zone, Refused> {
        let unknown = |name: &String| {
            let why = format!("has no offset from UTC, and the zone `{name}` of the column is not known");
            Refused::new(why, "give --time-zone")
        };
        match (&self.zone, clock) {
            (Some(zone), _) | (None, Clock::Known(zone)) => Ok(zone),
            (None, Clock::Unknown(name)) => Err(unknown(name)),
        }
    }

    /// The days since 1970 of a date. A time of day is refused, unless it is midnight.
    pub(super) fn date(&self, value: Written<'_>) -> Result<i64, Refused> {
        let moment = self.day_moment(value, "a date such as 2013-02-08")?;
        let clock = moment.clock.unwrap_or_default();
        if clock.seconds != 0 || clock.nanos != 0 || clock.finer {
            return Err(Refused::new("has a time of day, which a date does not", "give --types COLUMN:timestamp[us]"));
        }
        moment.day.ok_or_else(too_far_for_all)
    }

    /// The milliseconds since 1970 of a date, which may have a time of day.
    pub(super) fn date64(&self, value: Written<'_>) -> Result<i64, Refused> {
        let moment = self.day_moment(value, "a date such as 2013-02-08")?;
        in_unit(moment.seconds().ok_or_else(too_far_for_all)?, moment, Counted::Timestamp(None), TimeUnit::Millisecond)
    }

    fn day_moment(&self, value: Written<'_>, expected: &str) -> Result<Moment, Refused> {
        let advice = "give --time-format as it is written, or --types COLUMN:str to keep texts";
        let not_one = || match self.format.as_ref().filter(|format| format.has_date()) {
            Some(format) => format.other(),
            None => Refused::new(format!("is not {expected}"), advice),
        };
        match self.said(value).unwrap_or_else(|| Err(not_one()))? {
            Said::Moment(Moment { offset: Offset::East(_), .. }) => Err(offset_without_zone()),
            Said::Moment(moment) => Ok(moment),
            Said::Number(_) => {
                Err(Refused::new("is a number, not a date", "give --time-format %Y%m%d or as it is written"))
            }
        }
    }

    /// The value of a time of day in the unit.
    pub(super) fn time_of_day(&self, value: Written<'_>, unit: TimeUnit) -> Result<i64, Refused> {
        let not_one =
            || Refused::new("is not a time of day such as 12:00:00", "give --time-format, or --types COLUMN:str");
        let text = match value {
            Written::Bool(_) => return Err(not_one()),
            other => other.text(),
        };
        let moment = match self.format.as_ref().filter(|format| !format.has_date()) {
            Some(format) => format.read(text).unwrap_or_else(|| Err(format.other())),
            None => Moment::of_day(text).unwrap_or_else(|| Err(not_one())),
        }?;
        let seconds = moment.clock.ok_or_else(not_one)?.seconds;
        in_unit(i128::from(seconds), moment, Counted::Time, unit)
    }
}

/// The zone of a column's times.
#[derive(Clone, Debug)]
pub(super) enum Clock {
    Known(Zone),
    Unknown(String),
}

impl Clock {
    pub(super) fn of(zone: &str) -> Self {
        Zone::named(zone).map_or_else(|| Self::Unknown(zone.to_owned()), Self::Known)
    }

    fn name(&self) -> &str {
        match self {
            Self::Known(zone) => zone.name(),
            Self::Unknown(name) => name,
        }
    }
}

/// The error of a time that even seconds of 64 bits do not reach.
fn too_far_for_all() -> Refused {
    too_far(Counted::Timestamp(None), TimeUnit::Second)
}

fn offset_without_zone() -> Refused {
    let advice = "leave the offset out where it is that of the column's clock, \
         or give --types COLUMN:timestamp[us,UTC] in a new dataset";
    Refused::new("has an offset from UTC, and the times of the column have none", advice)
}

/// The error of a given zone that would have no effect.
fn zone_without_zone() -> Refused {
    let advice = "leave --time-zone out where the time is that of the column's clock, \
         or give --types COLUMN:timestamp[us,UTC] in a new dataset";
    Refused::new("is in the zone of --time-zone, and the times of the column have no zone", advice)
}

fn in_unit(seconds: i128, moment: Moment, kind: Counted<'_>, unit: TimeUnit) -> Result<i64, Refused> {
    let clock = moment.clock.unwrap_or_default();
    let digits = u32::from(unit_digits(unit));
    let step = 10_u32.pow(9 - digits);
    if clock.finer || !clock.nanos.is_multiple_of(step) {
        return Err(finer(kind, unit));
    }
    let value = seconds * i128::from(10_u32.pow(digits)) + i128::from(clock.nanos / step);
    i64::try_from(value).map_err(|_| too_far(kind, unit))
}

/// The error of a value that is finer than the column's unit. The advice names a type of the column's kind, because
/// another kind would be refused as well.
pub(super) fn finer(kind: Counted<'_>, unit: TimeUnit) -> Refused {
    let why = format!("is finer than the unit of the column, {}", unit_name(unit));
    let (finer, others) = match unit {
        TimeUnit::Second => (TimeUnit::Millisecond, " (or [us], [ns])"),
        TimeUnit::Millisecond => (TimeUnit::Microsecond, " (or [ns])"),
        TimeUnit::Microsecond => (TimeUnit::Nanosecond, ""),
        TimeUnit::Nanosecond => return Refused::new(why, "give --types COLUMN:str to keep texts"),
    };
    Refused::new(why, format!("give --types COLUMN:{}{others} in a new dataset", kind.named(finer)))
}

pub(super) fn too_far(kind: Counted<'_>, unit: TimeUnit) -> Refused {
    let (what, reach) = match kind {
        Counted::Duration => ("is longer than", "hold"),
        Counted::Timestamp(_) | Counted::Time => ("is further from 1970 than", "reach"),
    };
    let why = format!("{what} 64 bits of {} {reach}", unit_name(unit));
    let (coarser, others) = match unit {
        TimeUnit::Nanosecond => (TimeUnit::Microsecond, " (or [ms], [s])"),
        TimeUnit::Microsecond => (TimeUnit::Millisecond, " (or [s])"),
        TimeUnit::Millisecond => (TimeUnit::Second, ""),
        TimeUnit::Second => return Refused::new(why, "give --types COLUMN:str to keep texts"),
    };
    Refused::new(why, format!("give --types COLUMN:{}{others} in a new dataset", kind.named(coarser)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(times: &Times, text: &str, unit: TimeUnit, zone: Option<&str>) -> Result<i64, String> {
        let clock = zone.map(Clock::of);
        times.timestamp(Written::Text(text), unit, clock.as_ref()).map_err(|refused| refused.why)
    }

    #[test]
    fn a_time_comes_in_exactly_or_not_at_all() {
        let plain = Times::default();
        let second = |text| stamp(&plain, text, TimeUnit::Second, None);
        assert_eq!(second("2013-02-08T12:00:00.000000000000"), Ok(1_360_324_800));
        assert_eq!(second("2013-02-08T12:00:00.5"), Err("is finer than the unit of the column, s".to_owned()));
        let nanos = |text| stamp(&plain, text, TimeUnit::Nanosecond, None);
        assert_eq!(nanos("2262-04-11T23:47:16.854775807"), Ok(i64::MAX));
        assert_eq!(nanos("1677-09-21T00:12:43.145224192"), Ok(i64::MIN));
        assert_eq!(nanos("9999-12-31"), Err("is further from 1970 than 64 bits of ns reach".to_owned()));
        assert!(nanos("2013-02-08T12:00:00.0000000001").is_err());
        assert!(second("2013-02-08T12:00:00+01:00").unwrap_err().starts_with("has an offset"));
        assert!(second("cold").is_err());
    }

    #[test]
    fn a_clock_is_that_of_the_zone_told_or_of_the_columns() {
        let plain = Times::default();
        let berlin = Times { zone: Zone::named("Europe/Berlin"), ..Times::default() };
        let of = |times: &Times, zone| stamp(times, "2024-07-01 12:00:00", TimeUnit::Second, Some(zone));
        let noon = 1_719_835_200;
        assert_eq!(of(&plain, "UTC"), Ok(noon));
        assert_eq!(of(&plain, "Europe/Berlin"), Ok(noon - 7_200));
        assert_eq!(of(&plain, "+05:30"), Ok(noon - 19_800));
        assert_eq!(of(&berlin, "UTC"), Ok(noon - 7_200));
        assert!(of(&plain, "Mars/Olympus").is_err());
        let clock = stamp(&berlin, "2024-07-01 12:00:00", TimeUnit::Second, None);
        assert!(clock.unwrap_err().contains("--time-zone"), "the zone is not passed over");
        let offset = stamp(&berlin, "2024-07-01 12:00:00Z", TimeUnit::Second, Some("UTC"));
        assert_eq!(offset, Ok(noon), "its own offset comes first");
    }

    #[test]
    fn a_date_has_no_time_of_day() {
        let date = |text| Times::default().date(Written::Text(text)).ok();
        assert_eq!(date("2013-02-08"), Some(15_744));
        assert_eq!(date("2013-02-08T00:00:00.000"), Some(15_744));
        for text in
            ["2013-02-08T09:00:00", "2013-02-08T00:00:00.0000000001", "2013-02-08T00:00:00Z", "20130208", "cold"]
        {
            assert_eq!(date(text), None, "{text}");
        }
        let of_day = |text, unit| Times::default().time_of_day(Written::Text(text), unit).ok();
        assert_eq!(of_day("09:30:00.123000", TimeUnit::Millisecond), Some(34_200_123));
        for text in ["09:30:00.1234", "23:59:60", "24:00:00", "25:00:00", "93000", "2013-02-08T09:00:00"] {
            assert_eq!(of_day(text, TimeUnit::Millisecond), None, "{text}");
        }
    }

    #[test]
    fn a_format_does_not_hide_times_of_the_other_form() {
        let format = |text| Times { format: Format::new(text).ok(), ..Times::default() };
        let of = |times: &Times, text| stamp(times, text, TimeUnit::Second, None).ok();
        assert_eq!(of(&format("%d.%m.%Y"), "08.02.2013"), Some(1_360_281_600));
        assert_eq!(of(&format("%d.%m.%Y"), "2013-02-08"), Some(1_360_281_600));
        assert_eq!(of(&format("%Y-%d-%m"), "2013-08-02"), Some(1_360_281_600));
        assert_eq!(of(&format("%Y-%d-%m"), "2013-02-13"), None, "the thirteenth month, not February");
        assert_eq!(of(&format("%s"), "1360324800"), Some(1_360_324_800));
    }

    #[test]
    fn advice_names_a_type_that_holds_the_value() {
        let advice = |text: &str, unit, zone: Option<&str>| {
            let clock = zone.map(Clock::of);
            let refused = Times::default().timestamp(Written::Text(text), unit, clock.as_ref()).unwrap_err();
            refused.advice.unwrap()
        };
        let new = |what: &str| format!("give --types COLUMN:{what} in a new dataset");
        let (far, fine) = ("9999-12-31", "2013-02-08T12:00:00.0000001");
        assert_eq!(advice(far, TimeUnit::Nanosecond, None), new("timestamp[us] (or [ms], [s])"));
        assert_eq!(advice(far, TimeUnit::Nanosecond, Some("UTC")), new("timestamp[us,UTC] (or [ms], [s])"));
        assert_eq!(advice(fine, TimeUnit::Microsecond, Some("UTC")), new("timestamp[ns,UTC]"));
        assert_eq!(advice("-290308-01-01", TimeUnit::Microsecond, None), new("timestamp[ms] (or [s])"));
        let of_day = Times::default().time_of_day(Written::Text("12:00:00.5"), TimeUnit::Second);
        assert_eq!(of_day.unwrap_err().advice.unwrap(), new("time[ms] (or [us], [ns])"));
    }
}
