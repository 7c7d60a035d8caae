//! Bare numbers as times: they count some unit since 1970.

use arrow::datatypes::TimeUnit;

use super::Refused;
use super::calendar;
use super::number::{Misfit, Number};
use super::times::{finer, too_far};
use super::types::{Counted, unit_digits, unit_name};

const UNITS: [TimeUnit; 4] = [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];

/// The number as a count of the column's unit. The number counts the given unit, or else the column's.
///
/// If no unit is given, a number that may mean another time is refused: a time of these decades in another unit, or a
/// date without dashes.
pub(super) fn value(
    number: &Number,
    text: &str,
    (kind, unit): (Counted<'_>, TimeUnit),
    told: Option<TimeUnit>,
) -> Result<i64, Refused> {
    if told.is_none() {
        certain(number, text, unit)?;
    }
    let power = i64::from(unit_digits(unit)) - i64::from(unit_digits(told.unwrap_or(unit)));
    match number.scaled_i128(power) {
        Ok(value) => i64::try_from(value).map_err(|_| too_far(kind, unit)),
        Err(Misfit::Finer) => Err(finer(kind, unit)),
        Err(Misfit::Beyond) => Err(too_far(kind, unit)),
    }
}

/// The nanoseconds since 1970 of a number of the unit. [`Misfit::Finer`] if it has a part below nanoseconds.
pub(super) fn nanos(number: &Number, unit: TimeUnit) -> Result<i128, Misfit> {
    number.scaled_i128(9 - i64::from(unit_digits(unit)))
}

fn certain(number: &Number, text: &str, unit: TimeUnit) -> Result<(), Refused> {
    if number.plain && looks_like_date(text) {
        let why = format!("may be a date, or a number of {}", unit_name(unit));
        return Err(Refused::new(why, format!("give --time-format (as %Y%m%d), or --time-unit {}", unit_name(unit))));
    }
    if is_of_our_time(number, unit) {
        return Ok(());
    }
    match UNITS.into_iter().find(|other| is_of_our_time(number, *other)) {
        Some(other) => {
            let (own, other) = (unit_name(unit), unit_name(other));
            let why = format!("is near 1970 in {own}, the unit of the column, and a time of these years in {other}");
            Err(Refused::new(why, format!("give --time-unit {other} or --time-unit {own}")))
        }
        None => Ok(()),
    }
}

/// Whether the number is a time from 1990 to 2100 in the unit.
fn is_of_our_time(number: &Number, unit: TimeUnit) -> bool {
    const SECOND: i128 = 1_000_000_000;
    let cut = Number { exponent: number.exponent.max(0), ..number.clone() };
    let nanos =
        nanos(number, unit).or_else(|misfit| if misfit == Misfit::Finer { nanos(&cut, unit) } else { Err(misfit) });
    nanos.is_ok_and(|nanos| (631_152_000 * SECOND..4_102_444_800 * SECOND).contains(&nanos))
}

/// Whether the text looks like `20240115`, `2024`, `202401151230` or `20240115123000`.
fn looks_like_date(text: &str) -> bool {
    let part = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<u8>().ok());
    let is_year = text.get(..4).and_then(|year| year.parse::<i64>().ok()).filter(|year| (1900..2100).contains(year));
    let Some(year) = is_year else { return false };
    let is_date = || part(4, 6).zip(part(6, 8)).is_some_and(|(month, day)| calendar::days(year, month, day).is_some());
    let is_clock = || part(8, 10).zip(part(10, 12)).is_some_and(|(hour, minute)| hour < 24 && minute < 60);
    match text.len() {
        4 => true,
        8 => is_date(),
        12 | 14 => is_date() && is_clock(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, unit: TimeUnit, told: Option<TimeUnit>) -> Option<i64> {
        value(&Number::parse(text).unwrap(), text, (Counted::Timestamp(None), unit), told).ok()
    }

    #[test]
    fn a_number_counts_the_unit_of_its_column_or_the_one_told() {
        use TimeUnit::*;
        assert_eq!(read("1360324800", Second, None), Some(1_360_324_800));
        assert_eq!(read("1360324800250.0", Millisecond, None), Some(1_360_324_800_250));
        assert_eq!(read("1360324800250000001", Nanosecond, None), Some(1_360_324_800_250_000_001));
        assert_eq!(read("1360324800.25", Microsecond, Some(Second)), Some(1_360_324_800_250_000));
        assert_eq!(read("1360324800250", Second, Some(Millisecond)), None);
        assert_eq!(read("1", Millisecond, None), Some(1));
        assert_eq!(read("-1", Second, None), Some(-1));
        for (text, unit) in [
            ("1360324800.25", Second),
            ("1360324800000000.5", Microsecond),
            ("9223372036854775808", Second),
            ("18446744073709551615", Microsecond),
        ] {
            assert_eq!(read(text, unit, None), None, "{text}");
        }
    }

    #[test]
    fn a_number_that_may_be_another_time_is_asked_about() {
        use TimeUnit::*;
        for (text, unit) in [
            ("1360324800", Millisecond),
            ("1360324800.25", Millisecond),
            ("1360324800", Microsecond),
            ("1360324800250", Second),
            ("20240115", Second),
            ("20240115123000", Millisecond),
            ("2024", Second),
        ] {
            assert_eq!(read(text, unit, None), None, "{text}");
            assert!(read(text, unit, Some(unit)).is_some() || text.contains('.'), "{text}");
        }
    }
}
