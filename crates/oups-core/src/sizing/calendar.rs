//! Days and months of the proleptic Gregorian calendar, for any day that a column can hold.
//!
//! A `Timestamp(Second)` reaches 292 billion years in either direction, far beyond the range of date libraries, and the
//! planner must neither panic nor overflow there. The arithmetic is Howard Hinnant's ("chrono-compatible low-level date
//! algorithms"): a year starts in March, so that the leap day is its last day.

/// Days from 0000-03-01 to 1970-01-01.
const MARCH_YEAR_ZERO: i128 = 719_468;
/// Days of 400 years, after which the calendar repeats.
const ERA: i128 = 146_097;

/// The month of a day. Both count from January 1970.
pub(super) fn month_of_day(day: i128) -> i128 {
    let day = day + MARCH_YEAR_ZERO;
    let (era, day_of_era) = (day.div_euclid(ERA), day.rem_euclid(ERA));
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    (era * 400 + year_of_era - 1970) * 12 + month_from_march + 2
}

/// The first day of a month. Both count from January 1970.
pub(super) fn first_day_of_month(month: i128) -> i128 {
    let months_from_march = month + 1970 * 12 - 2;
    let (year, month_from_march) = (months_from_march.div_euclid(12), months_from_march.rem_euclid(12));
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month_from_march + 2) / 5;
    era * ERA + 365 * year_of_era + year_of_era / 4 - year_of_era / 100 + day_of_year - MARCH_YEAR_ZERO
}
