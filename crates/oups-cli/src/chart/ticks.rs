//! Finds round places on an axis, and names them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta};

use super::axis::{Axis, Kind};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub(crate) at: f64,
    pub(crate) label: String,
}

/// The round places on the axis, about `at_most` of them. An axis that has only an order, such as one of texts, has no ticks.
pub(crate) fn ticks(kind: Kind, axis: Axis, at_most: usize) -> Vec<Tick> {
    let at_most = at_most.max(1);
    match kind {
        Kind::Order => Vec::new(),
        Kind::Number => numbers(axis, at_most),
        // Times beyond the calendar are shown as seconds.
        Kind::Time => times(axis, at_most, Hours::OfDays).unwrap_or_else(|| numbers(axis, at_most)),
        Kind::TimeOfDay => times(axis, at_most, Hours::Alone).unwrap_or_else(|| numbers(axis, at_most)),
    }
}

fn numbers(axis: Axis, at_most: usize) -> Vec<Tick> {
    let step = round_step(axis.length() / at_most as f64);
    let first = (axis.start / step).ceil();
    let places = (0..=at_most).map(|n| (first + n as f64) * step);
    places.take_while(|place| *place <= axis.end).map(|at| Tick { at, label: number(at, step) }).collect()
}

/// The smallest step of at least `least` that is 1, 2 or 5 times a power of ten.
fn round_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * power).find(|step| *step >= least).unwrap_or(least)
}

/// A number with enough digits to differ from its neighbours at this distance.
pub(crate) fn number(value: f64, step: f64) -> String {
    const PLAIN: std::ops::Range<f64> = 1e-4..1e7;
    let decimals = (-step.log10().floor()).clamp(0.0, 4.0) as usize;
    match value.abs() {
        zero if zero < step / 1e3 => "0".to_owned(),
        size if PLAIN.contains(&size) && step >= PLAIN.start => format!("{value:.decimals$}"),
        size => {
            let digits = (size.log10().floor() - step.log10().floor()).clamp(0.0, 15.0) as usize;
            format!("{value:.digits$e}")
        }
    }
}

/// Whether a time of day belongs to a date, or stands alone.
#[derive(Clone, Copy, PartialEq)]
enum Hours {
    OfDays,
    Alone,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Fraction(f64),
    Seconds(i64),
    Months(i32),
}

const DAY: i64 = 86_400;

/// Monday, 29 December 1969, in seconds: ticks of whole weeks are Mondays.
const MONDAY: i64 = -3 * DAY;

/// The round times on the axis; `None` if one lies beyond the calendar. Months are counted, because their lengths
/// differ; shorter steps are multiples of seconds.
fn times(axis: Axis, at_most: usize, hours: Hours) -> Option<Vec<Tick>> {
    let (start, end) = (date_time(axis.start)?, date_time(axis.end)?);
    let step = time_step(axis.length() / at_most as f64);
    let label = |at: f64| Some(Tick { at, label: name(date_time(at)?, step, hours) });
    match step {
        Step::Fraction(step) => {
            let first = (axis.start / step).ceil();
            (0..=at_most).map(|n| (first + n as f64) * step).take_while(|at| *at <= axis.end).map(label).collect()
        }
        Step::Seconds(step) => {
            let from = if step % (7 * DAY) == 0 { MONDAY } else { 0 };
            let first = ((axis.start - from as f64) / step as f64).ceil() as i64 * step + from;
            let places = (0..=at_most as i64).map(|n| (first + n * step) as f64);
            places.take_while(|at| *at <= axis.end).map(label).collect()
        }
        Step::Months(step) => {
            let month = |at: NaiveDateTime| at.year() * 12 + at.month0() as i32;
            let from = month(start) / step * step;
            let months = (from..=month(end)).step_by(step as usize).filter_map(first_of);
            months.map(|at| at as f64).filter(|at| (axis.start..=axis.end).contains(at)).map(label).collect()
        }
    }
}

fn date_time(at: f64) -> Option<NaiveDateTime> {
    if at.abs() >= i64::MAX as f64 {
        return None;
    }
    let whole = at.floor();
    let fraction = TimeDelta::nanoseconds(((at - whole) * 1e9).round() as i64);
    Some((DateTime::from_timestamp(whole as i64, 0)? + fraction).naive_utc())
}

/// The second at which a month begins. Months are counted from the year 0.
fn first_of(month: i32) -> Option<i64> {
    let date = NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1)?;
    Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp())
}

/// The smallest round step of at least `least` seconds: a fraction of a second, a number of seconds that divides a day
/// or counts days, months that divide a year, or a round number of years. A month counts as 31 days, a year as 366.
fn time_step(least: f64) -> Step {
    const SECONDS: [i64; 22] = [
        1,
        2,
        5,
        10,
        15,
        30,
        60,
        120,
        300,
        600,
        900,
        1800,
        3600,
        7200,
        10_800,
        21_600,
        43_200,
        DAY,
        2 * DAY,
        4 * DAY,
        7 * DAY,
        14 * DAY,
    ];
    const MONTHS: [i32; 5] = [1, 2, 3, 4, 6];
    const LONGEST_MONTH: f64 = 31.0 * DAY as f64;
    if least < 0.5 {
        return Step::Fraction(round_step(least));
    }
    if let Some(seconds) = SECONDS.into_iter().find(|step| *step as f64 >= least) {
        return Step::Seconds(seconds);
    }
    if let Some(months) = MONTHS.into_iter().find(|step| f64::from(*step) * LONGEST_MONTH >= least) {
        return Step::Months(months);
    }
    let years = round_step((least / (366 * DAY) as f64).max(1.0)).ceil();
    Step::Months(years as i32 * 12)
}

/// The name of a tick, without the parts that are the same at all ticks of this step. For steps below a day, midnight
/// shows the date and other times only the time.
fn name(at: NaiveDateTime, step: Step, hours: Hours) -> String {
    let midnight = hours == Hours::OfDays && at.time() == chrono::NaiveTime::MIN;
    let form = match step {
        Step::Months(months) if months % 12 == 0 => "%Y",
        Step::Months(_) => "%Y-%m",
        Step::Seconds(seconds) if seconds >= DAY => "%Y-%m-%d",
        _ if midnight => "%m-%d",
        Step::Seconds(seconds) if seconds >= 60 => "%H:%M",
        Step::Seconds(_) => "%H:%M:%S",
        Step::Fraction(step) if step >= 1e-3 => "%H:%M:%S%.3f",
        Step::Fraction(_) => "%S%.9f",
    };
    at.format(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(kind: Kind, start: f64, end: f64) -> String {
        let ticks = ticks(kind, Axis { start, end }, 5);
        assert!(ticks.len() <= 6 && ticks.iter().all(|tick| (start..=end).contains(&tick.at)), "{ticks:?}");
        ticks.into_iter().map(|tick| tick.label).collect::<Vec<_>>().join(" ")
    }

    fn time(text: &str) -> f64 {
        text.parse::<NaiveDateTime>().unwrap().and_utc().timestamp_micros() as f64 / 1e6
    }

    #[test]
    fn numbers_are_round() {
        assert_eq!(labels(Kind::Number, 0.0, 1.0), "0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(labels(Kind::Number, -7.0, 1234.0), "0 500 1000");
        assert_eq!(labels(Kind::Number, 3e9, 4e9), "3.0e9 3.2e9 3.4e9 3.6e9 3.8e9 4.0e9");
        assert_eq!(labels(Kind::Number, 1e-9, 3.1e-9), "1.0e-9 1.5e-9 2.0e-9 2.5e-9 3.0e-9");
        assert_eq!(labels(Kind::Order, 0.0, 5.0), "");
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        let between = |start, end| labels(Kind::Time, time(start), time(end));
        assert_eq!(between("2013-01-01T06:00:00", "2013-12-30T23:00:00"), "2013-04 2013-07 2013-10");
        assert_eq!(between("1995-03-01T00:00:00", "2024-01-01T00:00:00"), "2000 2010 2020");
        assert_eq!(between("2013-02-08T05:00:00", "2013-02-09T05:00:00"), "06:00 12:00 18:00 02-09");
        assert_eq!(
            between("2013-02-08T05:00:00", "2013-02-28T05:00:00"),
            "2013-02-12 2013-02-16 2013-02-20 2013-02-24 2013-02-28"
        );
        assert_eq!(
            between("2013-02-08T05:00:00", "2013-02-08T05:00:02"),
            "05:00:00.000 05:00:00.500 05:00:01.000 05:00:01.500 05:00:02.000"
        );
        assert_eq!(between("0001-01-01T00:00:00", "2400-01-01T00:00:00"), "0500 1000 1500 2000");
        assert_eq!(labels(Kind::TimeOfDay, 0.0, 43_200.0), "00:00 03:00 06:00 09:00 12:00");
        assert_eq!(labels(Kind::Time, 0.0, 1e18), "0 2e17 4e17 6e17 8e17 1.0e18");
    }
}
