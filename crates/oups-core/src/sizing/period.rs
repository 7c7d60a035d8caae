//! Calendar periods and their text.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use super::refused::invalid;
use crate::Error;

/// A calendar period: a number of units, in UTC.
///
/// Multiples of seconds, minutes, hours and days count from 1970-01-01T00:00, those of weeks from the week that holds
/// 1970-01-01, those of months, quarters and years from January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// How many units make one period.
    pub every: NonZeroU32,
    /// The unit.
    pub unit: PeriodUnit,
}

/// The unit of a [`Period`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PeriodUnit {
    /// `s`
    Second,
    /// `min`
    Minute,
    /// `h`
    Hour,
    /// `D`: from 00:00.
    Day,
    /// `W-MON` and so on: from 00:00 of that day of the week; `W` is `W-SUN`.
    Week(Weekday),
    /// `MS`: from the first of a month.
    Month,
    /// `QS`: from the first of January, April, July, October.
    Quarter,
    /// `YS`: from 1 January.
    Year,
}

/// The day that a week starts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// How each unit is written.
const NAMES: [(&str, PeriodUnit); 14] = [
    ("s", PeriodUnit::Second),
    ("min", PeriodUnit::Minute),
    ("h", PeriodUnit::Hour),
    ("D", PeriodUnit::Day),
    ("W-MON", PeriodUnit::Week(Weekday::Monday)),
    ("W-TUE", PeriodUnit::Week(Weekday::Tuesday)),
    ("W-WED", PeriodUnit::Week(Weekday::Wednesday)),
    ("W-THU", PeriodUnit::Week(Weekday::Thursday)),
    ("W-FRI", PeriodUnit::Week(Weekday::Friday)),
    ("W-SAT", PeriodUnit::Week(Weekday::Saturday)),
    ("W-SUN", PeriodUnit::Week(Weekday::Sunday)),
    ("MS", PeriodUnit::Month),
    ("QS", PeriodUnit::Quarter),
    ("YS", PeriodUnit::Year),
];

impl Period {
    /// What the text of a period may be, for errors.
    pub const EXPECTED: &str =
        "s, min, h, D, W, W-MON to W-SUN, MS, QS or YS, with a multiple before it if wanted, as in 15min or 2QS";
}

impl PeriodUnit {
    fn name(self) -> &'static str {
        NAMES.iter().find(|(_, unit)| *unit == self).map_or("", |(name, _)| name)
    }

    /// Whether the text of a single unit has the number 1, as `1D`, or not, as `MS`. This follows the frequency names
    /// of pandas.
    fn counts_one(self) -> bool {
        matches!(self, Self::Second | Self::Minute | Self::Hour | Self::Day)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.every.get() > 1 || self.unit.counts_one() {
            write!(f, "{}", self.every)?;
        }
        f.write_str(self.unit.name())
    }
}

impl FromStr for Period {
    type Err = Error;

    /// Reads a unit with an optional multiple before it: `15min`, `D`, `W-MON`, `2QS`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let (count, name) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
        let every =
            if count.is_empty() { NonZeroU32::MIN } else { count.parse().map_err(|_| invalid(format!("`{text}`")))? };
        let name = if name == "W" { "W-SUN" } else { name };
        match NAMES.iter().find(|(known, _)| *known == name) {
            Some((_, unit)) => Ok(Self { every, unit: *unit }),
            None => Err(invalid(format!("`{text}`"))),
        }
    }
}
