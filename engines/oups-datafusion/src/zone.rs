//! Time zones, and what their clocks show.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::config::default_config_transform;
use datafusion::common::config_field;
use jiff::SignedDuration;
use jiff::civil::{self, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use oups::{OrdValue, OrderedType};

/// A time zone by its name, with the rules of all years: `UTC`, `Europe/Berlin`, `+05:30`.
#[derive(Clone, Debug)]
pub struct Zone {
    name: String,
    clock: TimeZone,
}

impl Default for Zone {
    fn default() -> Self {
        Self { name: "UTC".to_owned(), clock: TimeZone::UTC }
    }
}

// A name means one zone.
impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A text is not the name of a time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAZone(String);

impl fmt::Display for NotAZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a time zone such as UTC, Europe/Berlin or +05:30", self.0)
    }
}

impl std::error::Error for NotAZone {}

impl FromStr for Zone {
    type Err = NotAZone;

    fn from_str(name: &str) -> Result<Self, NotAZone> {
        let clock = match offset(name) {
            Some(offset) => TimeZone::fixed(offset),
            None => TimeZone::get(name).ok().filter(|zone| !zone.is_unknown()).ok_or(NotAZone(name.to_owned()))?,
        };
        Ok(Self { name: name.to_owned(), clock })
    }
}

config_field!(Zone, value => default_config_transform(value)?);

/// What oups reads behind a time as its offset is a zone as well: `Z`, `UTC`, `+01`, `+01:00`.
fn offset(name: &str) -> Option<Offset> {
    let seconds = OrderedType::new(&DataType::Timestamp(TimeUnit::Second, Some("UTC".into())))?;
    let OrdValue::I64(utc) = seconds.parse(&format!("1970-01-01T00:00:00{name}")).ok()? else { return None };
    let named = name.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '+' | '-'));
    named.then(|| Offset::from_seconds(i32::try_from(-utc).ok()?).ok()).flatten()
}

impl Zone {
    /// The moment at which the clock of the zone showed a time: both count units, so many in a second, since 1970, the one
    /// in UTC and the other as the clock shows it.
    ///
    /// # Errors
    ///
    /// In words that complete the time: if the clock never showed it, or showed it twice, with both moments that it may
    /// mean; and for a year that is not known, which in UTC all are.
    pub(crate) fn moment(&self, shown: i128, per_second: i64) -> Result<i128, String> {
        if self.clock == TimeZone::UTC {
            return Ok(shown);
        }
        let per_second = i128::from(per_second);
        let seconds = shown.div_euclid(per_second);
        let far = || format!("is beyond the years for which the clock of {} is known", self.name);
        let local = date_time(seconds).ok_or_else(far)?;
        let offset = match self.clock.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, after } => {
                let (first, second) = (moment_text(seconds, before), moment_text(seconds, after));
                return Err(format!(
                    "never was a time in {}, where the clock was put forward: by the clock before that it is {first}, by the \
                     one after that {second}; write the offset from UTC behind it ({before} or {after})",
                    self.name
                ));
            }
            AmbiguousOffset::Fold { before, after } => {
                let (first, second) = (moment_text(seconds, before), moment_text(seconds, after));
                return Err(format!(
                    "came twice in {}, as {first} and as {second}: the clock was put back; write the offset from UTC behind \
                     it ({before} or {after})",
                    self.name
                ));
            }
        };
        Ok(shown - i128::from(offset.seconds()) * per_second)
    }
}

/// What a clock shows so many seconds after it showed the beginning of 1970.
fn date_time(seconds: i128) -> Option<DateTime> {
    let since = SignedDuration::from_secs(i64::try_from(seconds).ok()?);
    civil::date(1970, 1, 1).at(0, 0, 0, 0).checked_add(since).ok()
}

/// The moment in UTC at which a clock with this offset shows so many seconds since 1970.
fn moment_text(seconds: i128, offset: Offset) -> String {
    date_time(seconds - i128::from(offset.seconds())).map_or_else(String::new, |utc| format!("{utc}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(zone: &str, shown: &str) -> Result<String, String> {
        let seconds = OrderedType::new(&DataType::Timestamp(TimeUnit::Second, None)).unwrap();
        let (shown, _) = seconds.time_units(shown).unwrap();
        let moment = zone.parse::<Zone>().unwrap().moment(shown, 1)?;
        Ok(seconds.format(&OrdValue::I64(moment.try_into().unwrap())))
    }

    #[test]
    fn clocks_are_right_in_all_years() {
        for (zone, shown, utc) in [
            ("UTC", "2024-07-01 12:00", "2024-07-01T12:00:00"),
            ("z", "2024-07-01 12:00", "2024-07-01T12:00:00"),
            ("Europe/Berlin", "2013-02-08 12:00", "2013-02-08T11:00:00"),
            ("Europe/Berlin", "2024-07-01 12:00", "2024-07-01T10:00:00"),
            ("Europe/Berlin", "2150-07-01 12:00", "2150-07-01T10:00:00"),
            ("America/New_York", "9999-12-31 12:00", "9999-12-31T17:00:00"),
            ("-03:00", "2024-07-01 12:00", "2024-07-01T15:00:00"),
            ("+0530", "2024-07-01 12:00", "2024-07-01T06:30:00"),
        ] {
            assert_eq!(moment(zone, shown).as_deref(), Ok(utc), "{zone} {shown}");
        }
        assert!(moment("Europe/Berlin", "+12000-01-01").unwrap_err().starts_with("is beyond the years"));
        for wrong in ["", "Europe/Belrin", "EST5", "1", ":30", ".5", "+25:00", "CET DST"] {
            assert_eq!(wrong.parse::<Zone>(), Err(NotAZone(wrong.to_owned())));
        }
    }

    #[test]
    fn an_hour_that_comes_twice_or_never_is_refused_with_both_readings() {
        let twice = "came twice in Europe/Berlin, as 2024-10-27T00:30:00Z and as 2024-10-27T01:30:00Z: the clock was put \
                     back; write the offset from UTC behind it (+02 or +01)";
        assert_eq!(moment("Europe/Berlin", "2024-10-27 02:30").unwrap_err(), twice);
        let never = "never was a time in Europe/Berlin, where the clock was put forward: by the clock before that it is \
                     2024-03-31T01:30:00Z, by the one after that 2024-03-31T00:30:00Z; write the offset from UTC behind it \
                     (+01 or +02)";
        assert_eq!(moment("Europe/Berlin", "2024-03-31 02:30").unwrap_err(), never);
    }
}
