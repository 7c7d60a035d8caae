//! Calendar periods of a column's values: which period a value is in, and where the next begins.

use super::calendar::{first_day_of_month, month_of_day};
use super::{Period, PeriodUnit, TimeScale, Weekday};

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// The periods of a column of a given scale. They are half-open, in UTC, and cover the whole range of `i64` without
/// gaps.
///
/// The arithmetic is in nanoseconds of 128 bits, so that no value of any scale overflows.
///
/// ```
/// use oups_core::sizing::{Period, PeriodGrid, TimeScale};
///
/// let days = PeriodGrid::new("1D".parse()?, TimeScale::Second);
/// assert_eq!(days.start_of(-1), -86_400);
/// assert_eq!(days.next_start(-1), Some(0));
/// // The very first day begins before the first value that an `i64` has.
/// assert_eq!(days.start_of(i64::MIN), i64::MIN);
/// assert_eq!(days.next_start(i64::MAX), None);
/// # Ok::<(), oups_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodGrid {
    period: Period,
    scale: TimeScale,
}

impl PeriodGrid {
    /// The grid of a period on a scale.
    #[must_use]
    pub fn new(period: Period, scale: TimeScale) -> Self {
        Self { period, scale }
    }

    /// The period.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// The scale of the column.
    #[must_use]
    pub fn scale(&self) -> TimeScale {
        self.scale
    }

    /// The first of the column's integers in the period of `value`. Two values are in the same period exactly if this
    /// is the same for both.
    ///
    /// It is the period's start, unless the scale cannot represent that. On a `Date32`, a period that begins within a
    /// day starts with the next day. The very first period starts with `i64::MIN`.
    #[must_use]
    pub fn start_of(&self, value: i64) -> i64 {
        let start = self.bounds(value).0;
        i64::try_from(self.first_value_from(start)).unwrap_or(i64::MIN)
    }

    /// The first value after the period of `value`; `None` if the period holds `i64::MAX`.
    #[must_use]
    pub fn next_start(&self, value: i64) -> Option<i64> {
        let end = self.bounds(value).1;
        i64::try_from(self.first_value_from(end)).ok()
    }

    /// Start and end of the value's period, in nanoseconds.
    fn bounds(&self, value: i64) -> (i128, i128) {
        let nanos = i128::from(value) * self.scale.nanos();
        let every = i128::from(self.period.every.get());
        match self.period.unit {
            PeriodUnit::Second => fixed(nanos, every * SECOND, 0),
            PeriodUnit::Minute => fixed(nanos, every * 60 * SECOND, 0),
            PeriodUnit::Hour => fixed(nanos, every * 3_600 * SECOND, 0),
            PeriodUnit::Day => fixed(nanos, every * DAY, 0),
            PeriodUnit::Week(start) => fixed(nanos, every * 7 * DAY, first_week(start) * DAY),
            PeriodUnit::Month => months(nanos, every),
            PeriodUnit::Quarter => months(nanos, every * 3),
            PeriodUnit::Year => months(nanos, every * 12),
        }
    }

    /// The first step of the scale at or after an instant.
    fn first_value_from(&self, nanos: i128) -> i128 {
        // Division that rounds up, also for instants before 1970.
        -(-nanos).div_euclid(self.scale.nanos())
    }
}

/// Start and end of the period that holds an instant. Periods have this `length`, and one of them starts at `origin`.
fn fixed(nanos: i128, length: i128, origin: i128) -> (i128, i128) {
    let start = nanos - (nanos - origin).rem_euclid(length);
    (start, start + length)
}

/// The first day of the week that holds 1970-01-01, a Thursday, if weeks start on this day of the week.
fn first_week(start: Weekday) -> i128 {
    match start {
        Weekday::Thursday => 0,
        Weekday::Wednesday => -1,
        Weekday::Tuesday => -2,
        Weekday::Monday => -3,
        Weekday::Sunday => -4,
        Weekday::Saturday => -5,
        Weekday::Friday => -6,
    }
}

/// Start and end of the period of `every` months, counted from January 1970, that holds an instant.
fn months(nanos: i128, every: i128) -> (i128, i128) {
    let month = month_of_day(nanos.div_euclid(DAY));
    let first = month - month.rem_euclid(every);
    (first_day_of_month(first) * DAY, first_day_of_month(first + every) * DAY)
}

#[cfg(test)]
mod tests;
