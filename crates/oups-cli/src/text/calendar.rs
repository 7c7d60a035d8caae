//! A calendar without an end: a column may hold times beyond the calendar of any library.

use std::fmt::Write as _;

pub(super) const DAY_SECONDS: i64 = 86_400;

/// The days of 400 years, after which the calendar repeats.
const ERA_DAYS: i64 = 146_097;
/// The days from the first of March of year 0 to 1970-01-01.
const EPOCH: i64 = 719_468;
/// A number of years that seconds of 64 bits do not reach.
const MOST_YEARS: i64 = 1 << 40;

/// The days from 1970-01-01 to a date of the Gregorian calendar; `None` if the calendar has no such date.
pub(super) fn days(year: i64, month: u8, day: u8) -> Option<i64> {
    if year.abs() > MOST_YEARS || !(1..=12).contains(&month) || day == 0 || day > month_days(year, month) {
        return None;
    }
    // Years are counted from March, so that a leap day is the last day of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month = (i64::from(month) + 9) % 12;
    let of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    Some(era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH)
}

/// The date of a day since 1970-01-01: year, month, day.
pub(super) fn date(days: i64) -> (i64, u8, u8) {
    let days = days.saturating_add(EPOCH);
    let (era, day) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
    let of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * of_era + of_era / 4 - of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + of_era + i64::from(month <= 2);
    // The casts lose nothing: both are at most 31.
    (year, month as u8, day as u8)
}

fn month_days(year: i64, month: u8) -> u8 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + u8::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Writes `2013-02-08`. Years outside of 0 to 9999 have a sign and at least six digits, as in ISO 8601.
pub(super) fn write_date(day: i64, out: &mut String) {
    let (year, month, day) = date(day);
    // Writing to a `String` cannot fail.
    let _ = match year {
        0..=9_999 => write!(out, "{year:04}-{month:02}-{day:02}"),
        _ => write!(out, "{year:+07}-{month:02}-{day:02}"),
    };
}

/// Writes `12:00:00.250`. The fraction of a second has as many digits as it needs, in groups of three.
pub(super) fn write_clock(seconds: i64, nanos: u32, out: &mut String) {
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let _ = write!(out, "{hour:02}:{minute:02}:{second:02}");
    write_fraction(nanos, out);
}

pub(super) fn write_fraction(nanos: u32, out: &mut String) {
    let _ = match nanos {
        0 => Ok(()),
        _ if nanos.is_multiple_of(1_000_000) => write!(out, ".{:03}", nanos / 1_000_000),
        _ if nanos.is_multiple_of(1_000) => write!(out, ".{:06}", nanos / 1_000),
        _ => write!(out, ".{nanos:09}"),
    };
}

/// Writes seconds since 1970 as date and time.
pub(super) fn write_time(seconds: i64, nanos: u32, out: &mut String) {
    write_date(seconds.div_euclid(DAY_SECONDS), out);
    out.push('T');
    write_clock(seconds.rem_euclid(DAY_SECONDS), nanos, out);
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate};

    use super::*;

    fn text(seconds: i64) -> String {
        let mut out = String::new();
        write_time(seconds, 0, &mut out);
        out
    }

    #[test]
    fn each_day_of_a_thousand_years_is_that_of_the_calendar() {
        let mut expected = NaiveDate::from_ymd_opt(1500, 1, 1).unwrap();
        let first = days(1500, 1, 1).unwrap();
        for day in first..first + 366_000 {
            let (year, month, of_month) = date(day);
            assert_eq!(
                (year, u32::from(month), u32::from(of_month)),
                (expected.year().into(), expected.month(), expected.day())
            );
            assert_eq!(days(year, month, of_month), Some(day));
            expected = expected.succ_opt().unwrap();
        }
        for wrong in [(2023, 2, 29), (1900, 2, 29), (2024, 4, 31), (2024, 0, 1), (2024, 13, 1), (2024, 1, 0)] {
            assert_eq!(days(wrong.0, wrong.1, wrong.2), None, "{wrong:?}");
        }
    }

    #[test]
    fn the_last_seconds_have_a_date() {
        assert_eq!(text(0), "1970-01-01T00:00:00");
        assert_eq!(text(-1), "1969-12-31T23:59:59");
        assert_eq!(text(253_402_300_800), "+010000-01-01T00:00:00");
        assert_eq!(text(-62_167_219_201), "-000001-12-31T23:59:59");
        assert_eq!(text(i64::MAX), "+292277026596-12-04T15:30:07");
        assert_eq!(text(i64::MIN), "-292277022657-01-27T08:29:52");
    }
}
