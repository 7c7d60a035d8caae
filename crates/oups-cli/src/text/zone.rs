//! Time zones: the offset from UTC for the time on a zone's clock.

use jiff::civil;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::Refused;
use super::calendar::{self, DAY_SECONDS};
use super::moment::{fixed_offset, is_utc};

/// A zone with its name, and the rules of all years.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    name: String,
    clock: TimeZone,
}

impl Zone {
    /// The zone of a name such as `Europe/Berlin`, `UTC` or `+05:30`; `None` for a name that the database does not
    /// have.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let clock = if is_utc(name) {
            TimeZone::UTC
        } else if let Some(seconds) = fixed_offset(name).filter(|seconds| seconds % 60 == 0) {
            TimeZone::fixed(Offset::from_seconds(i32::try_from(seconds).ok()?).ok()?)
        } else {
            TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())?
        };
        Some(Self { name: name.to_owned(), clock })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The offset, in seconds east of UTC, when the zone's clock shows this many seconds since 1970. An error if the
    /// clock never shows that time, or shows it twice.
    pub(super) fn offset_at(&self, seconds: i128) -> Result<i64, Refused> {
        if self.clock == TimeZone::UTC {
            return Ok(0);
        }
        let far = || Refused::plain(format!("is beyond the years for which the clock of {} is known", self.name));
        let seconds = i64::try_from(seconds).map_err(|_| far())?;
        let local = local(seconds).ok_or_else(far)?;
        match self.clock.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => Ok(offset.seconds().into()),
            AmbiguousOffset::Gap { .. } => {
                let why = format!("never was a time in {}: the clock was put forward", self.name);
                Err(Refused::new(why, "is it a time of another zone? Or write the offset from UTC behind each time"))
            }
            AmbiguousOffset::Fold { before, after } => {
                let [first, second] = [before, after].map(|offset| {
                    let mut text = String::new();
                    calendar::write_time(seconds - i64::from(offset.seconds()), 0, &mut text);
                    text + "Z"
                });
                let why = format!("came twice in {}, as {first} and as {second}: the clock was put back", self.name);
                let advice = format!("write the offset from UTC behind each time ({before} or {after})");
                Err(Refused::new(why, advice))
            }
        }
    }
}

fn local(seconds: i64) -> Option<civil::DateTime> {
    let (year, month, day) = calendar::date(seconds.div_euclid(DAY_SECONDS));
    let of_day = seconds.rem_euclid(DAY_SECONDS);
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    let part = |seconds: i64| i8::try_from(seconds).ok();
    let (hour, minute, second) = (part(of_day / 3_600)?, part(of_day / 60 % 60)?, part(of_day % 60)?);
    civil::DateTime::new(i16::try_from(year).ok()?, month, day, hour, minute, second, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::moment::Moment;

    fn offset(zone: &str, text: &str) -> Result<i64, Refused> {
        let seconds = Moment::iso(text).unwrap().unwrap().seconds().unwrap();
        Zone::named(zone).unwrap().offset_at(seconds)
    }

    #[test]
    fn clocks_are_right_in_all_years() {
        for (zone, text, hours) in [
            ("Europe/Berlin", "2013-02-08 12:00", 1),
            ("Europe/Berlin", "2024-07-01 12:00", 2),
            ("Europe/Berlin", "2099-07-01 12:00", 2),
            ("Europe/Berlin", "2100-07-01 12:00", 2),
            ("Europe/Berlin", "2150-07-01 12:00", 2),
            ("America/New_York", "2050-01-01 12:00", -5),
            ("America/New_York", "9999-07-01 12:00", -4),
            ("UTC", "2024-07-01 12:00", 0),
            ("-03:00", "2024-07-01 12:00", -3),
        ] {
            assert_eq!(offset(zone, text), Ok(hours * 3_600), "{zone} {text}");
        }
        assert_eq!(Zone::named("Europe/Belrin"), None);
        assert_eq!(Zone::named("EST5"), None);
        assert_eq!(Zone::named("+00:53:28"), None, "Arrow knows no such zone");
    }

    #[test]
    fn an_hour_that_comes_twice_or_never_is_refused() {
        let twice = offset("Europe/Berlin", "2024-10-27 02:30").unwrap_err();
        let expected =
            "came twice in Europe/Berlin, as 2024-10-27T00:30:00Z and as 2024-10-27T01:30:00Z: the clock was put back";
        assert_eq!(twice.why, expected);
        let twice = offset("America/New_York", "1883-11-18 12:00").unwrap_err();
        assert_eq!(twice.advice.unwrap(), "write the offset from UTC behind each time (-04:56:02 or -05)");
        let first = Moment::iso("1883-11-18 12:00:00-04:56:02").unwrap().unwrap();
        assert_eq!(first.offset, crate::text::moment::Offset::East(-17_762), "what the advice says is read");
        let never = offset("Europe/Berlin", "2024-03-31 02:30").unwrap_err();
        assert_eq!(never.why, "never was a time in Europe/Berlin: the clock was put forward");
    }
}
