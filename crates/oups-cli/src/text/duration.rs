//! Durations as texts, both ways. They are written in seconds, as `PT1.500S`, so that each has one text.

use arrow::datatypes::TimeUnit;

use super::number::{Misfit, Number};
use super::times::{finer, too_far};
use super::types::{Counted, unit_digits};
use super::{Refused, Written, calendar};

/// Reads `PT1.5S`, `-PT90M`, `P1DT2H` or `1 day 02:00:00`. A bare number counts the given unit, or else the column's.
pub(super) fn read(value: Written<'_>, unit: TimeUnit, told: Option<TimeUnit>) -> Result<i64, Refused> {
    let not_one =
        || Refused::new("is not a duration such as PT1.5S, or a number", "give --types COLUMN:str to keep texts");
    let text = match value {
        Written::Bool(_) => return Err(not_one()),
        other => other.text().trim(),
    };
    let digits = i64::from(unit_digits(unit));
    let count = match Number::parse(text) {
        Some(number) => number.scaled_i128(digits - i64::from(unit_digits(told.unwrap_or(unit)))),
        None => parts(text, digits).or_else(|| clock(text, digits)).ok_or_else(not_one)?,
    };
    let beyond = || too_far(Counted::Duration, unit);
    let count = count.map_err(|misfit| match misfit {
        Misfit::Finer => finer(Counted::Duration, unit),
        Misfit::Beyond => beyond(),
    })?;
    i64::try_from(count).map_err(|_| beyond())
}

/// Reads a duration of ISO 8601 as the sum of its parts. Months and years are refused, because they have no fixed
/// length.
fn parts(text: &str, digits: i64) -> Option<Result<i128, Misfit>> {
    let (sign, text) = signed(text);
    let text = text.strip_prefix('P')?;
    let (days, clock) = text.split_once('T').unwrap_or((text, ""));
    if text.is_empty() || text.ends_with('T') {
        return None;
    }
    let mut sum = 0_i128;
    let known: [(&str, &[(char, i128)]); 2] =
        [(days, &[('W', 604_800), ('D', 86_400)]), (clock, &[('H', 3_600), ('M', 60), ('S', 1)])];
    for (mut rest, mut letters) in known {
        while !rest.is_empty() {
            let end = rest.find(|c: char| c.is_ascii_uppercase())?;
            let (number, after) = rest.split_at_checked(end)?;
            let letter = after.chars().next()?;
            // Each letter may come once, in this order.
            let place = letters.iter().position(|(known, _)| *known == letter)?;
            let seconds = letters.get(place)?.1;
            letters = letters.get(place + 1..)?;
            rest = after.get(1..)?;
            match part(number, seconds, digits)? {
                Ok(part) => sum += part,
                Err(misfit) => return Some(Err(misfit)),
            }
        }
    }
    Some(Ok(sign * sum))
}

/// Reads `02:00:00.5`, `1 day, 2:00:00` or `-1 days +23:59:59`, as Python, pandas and databases write durations.
///
/// Days and hours have signs of their own. Seconds must be there: `02:30` might be minutes and seconds.
fn clock(text: &str, digits: i64) -> Option<Result<i128, Misfit>> {
    let (days, rest) = match text.split_once(" day") {
        Some((days, rest)) => (days, rest.strip_prefix('s').unwrap_or(rest)),
        None => ("", text),
    };
    let has_days = rest.len() < text.len();
    let (day_sign, days) = signed(days);
    let days = if has_days { number_of(days)? } else { 0 };
    let per_second = 10_i128.pow(u32::try_from(digits).ok()?);
    let whole_days = day_sign * days * 86_400 * per_second;
    if has_days && rest.is_empty() {
        return Some(Ok(whole_days));
    }
    let rest = if has_days { rest.strip_prefix(", ").or_else(|| rest.strip_prefix(' '))? } else { rest };
    let (sign, rest) = signed(rest);
    let [hours, minutes, seconds] = rest.splitn(3, ':').collect::<Vec<_>>().try_into().ok()?;
    let sixty = |text: &str| number_of(text).filter(|number| text.len() == 2 && *number < 60);
    let (hours, minutes) = (number_of(hours)?, sixty(minutes)?);
    sixty(seconds.split('.').next()?)?;
    Some(
        part(seconds, 1, digits)?
            .map(|seconds| whole_days + sign * ((hours * 3_600 + minutes * 60) * per_second + seconds)),
    )
}

fn signed(text: &str) -> (i128, &str) {
    match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// A number of digits alone; few enough that no product with it goes beyond 128 bits.
fn number_of(text: &str) -> Option<i128> {
    let is_number = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

fn part(number: &str, seconds: i128, digits: i64) -> Option<Result<i128, Misfit>> {
    let number = Number::parse(number).filter(|number| !number.negative)?;
    // A fraction of a day with more digits than the unit has may still be a whole number of units.
    const MORE: u32 = 6;
    let fine = match number.scaled_i128(digits + i64::from(MORE)) {
        Ok(fine) => fine,
        Err(misfit) => return Some(Err(misfit)),
    };
    let Some(fine) = fine.checked_mul(seconds) else { return Some(Err(Misfit::Beyond)) };
    let step = 10_i128.pow(MORE);
    Some(if fine % step == 0 { Ok(fine / step) } else { Err(Misfit::Finer) })
}

pub(super) fn write(value: i64, unit: TimeUnit, out: &mut String) {
    let per_second = 10_u64.pow(unit_digits(unit).into());
    let count = value.unsigned_abs();
    if value < 0 {
        out.push('-');
    }
    out.push_str("PT");
    out.push_str(&(count / per_second).to_string());
    // The cast loses nothing: the value is at most 999,999,999.
    calendar::write_fraction((count % per_second * (1_000_000_000 / per_second)) as u32, out);
    out.push('S');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_comes_back_from_its_text() {
        for unit in [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
            for value in [0, 1, -1, 1_500, -1_500, 86_400_000, i64::MAX, i64::MIN] {
                let mut text = String::new();
                write(value, unit, &mut text);
                assert_eq!(read(Written::Text(&text), unit, None), Ok(value), "{text}");
            }
        }
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        let millis = |text| read(Written::Text(text), TimeUnit::Millisecond, None).ok();
        for (text, expected) in [
            ("PT1.5S", Some(1_500)),
            ("-PT1M", Some(-60_000)),
            ("P1DT2H", Some(93_600_000)),
            ("P0.5D", Some(43_200_000)),
            ("1500", Some(1_500)),
            ("1.5e3", Some(1_500)),
            ("PT0.0001S", None),
            ("P1M", None),
            ("P", None),
            ("PT", None),
            ("P1DT", None),
            ("PT1", None),
            ("PT1S2M", None),
            ("PT-1S", None),
            ("0.5", None),
            ("1s", None),
            ("01:30:00", Some(5_400_000)),
            ("-100:00:00.5", Some(-360_000_500)),
            ("0 days 00:00:01.500000", Some(1_500)),
            ("1 days 02:00:00", Some(93_600_000)),
            ("1 day, 2:00:00", Some(93_600_000)),
            ("-1 days +23:59:59", Some(-1_000)),
            ("-1 day, 23:59:59", Some(-1_000)),
            ("-1 days -02:00:00", Some(-93_600_000)),
            ("2 days", Some(172_800_000)),
            ("1:30", None),
            ("01:60:00", None),
            ("01:30:60", None),
            ("1:3:0", None),
            ("00:00:00.0001", None),
            ("1 days 02:00", None),
            ("1 month", None),
            ("days", None),
            ("1 days02:00:00", None),
        ] {
            assert_eq!(millis(text), expected, "{text}");
        }
        let told = read(Written::Number("1.5"), TimeUnit::Millisecond, Some(TimeUnit::Second));
        assert_eq!(told, Ok(1_500));
    }
}
