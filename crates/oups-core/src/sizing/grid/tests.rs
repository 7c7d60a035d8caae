//! Compares the grid with a model that walks chrono's calendar.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta};
use proptest::prelude::*;

use super::*;

/// Start and end of the period of an instant, found by walking from the epoch in the naive way.
fn model(at: NaiveDateTime, period: Period) -> (NaiveDateTime, NaiveDateTime) {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
    let every = period.every.get();
    let months = |n: u32| {
        let (mut start, step) = (epoch, Months::new(every * n));
        while start > at.date() {
            start = start - step;
        }
        while start + step <= at.date() {
            start = start + step;
        }
        (start.into(), (start + step).into())
    };
    let fixed = |from: NaiveDate, length: TimeDelta| {
        let from = NaiveDateTime::from(from);
        let gone =
            (at - from).num_nanoseconds().map(i128::from).unwrap_or(i128::from((at - from).num_seconds()) * SECOND);
        let length_nanos = i128::from(length.num_seconds()) * SECOND;
        // More than 2^31 seconds lie between 1850 and the epoch: `TimeDelta` times `i32` would not do.
        let whole = i64::try_from(gone.div_euclid(length_nanos)).unwrap();
        let periods = |count: i64| TimeDelta::seconds(length.num_seconds() * count);
        (from + periods(whole), from + periods(whole + 1))
    };
    match period.unit {
        PeriodUnit::Second => fixed(epoch, TimeDelta::seconds(every.into())),
        PeriodUnit::Minute => fixed(epoch, TimeDelta::minutes(every.into())),
        PeriodUnit::Hour => fixed(epoch, TimeDelta::hours(every.into())),
        PeriodUnit::Day => fixed(epoch, TimeDelta::days(every.into())),
        PeriodUnit::Week(weekday) => {
            let mut from = epoch;
            while from.weekday().num_days_from_monday() != weekday as u32 {
                from = from - Days::new(1);
            }
            fixed(from, TimeDelta::weeks(every.into()))
        }
        PeriodUnit::Month => months(1),
        PeriodUnit::Quarter => months(3),
        PeriodUnit::Year => months(12),
    }
}

/// The first step of a scale at or after an instant.
fn first_from(at: NaiveDateTime, scale: TimeScale) -> i64 {
    let at = at.and_utc();
    match scale {
        TimeScale::Second => at.timestamp(),
        TimeScale::Millisecond | TimeScale::DateMillis => at.timestamp_millis(),
        TimeScale::Microsecond => at.timestamp_micros(),
        TimeScale::Nanosecond => at.timestamp_nanos_opt().unwrap(),
        TimeScale::Day => {
            let days = at.timestamp().div_euclid(86_400);
            days + i64::from(at.timestamp().rem_euclid(86_400) > 0)
        }
    }
}

fn instant(value: i64, scale: TimeScale) -> NaiveDateTime {
    let at = match scale {
        TimeScale::Second => DateTime::from_timestamp(value, 0).unwrap(),
        TimeScale::Millisecond | TimeScale::DateMillis => DateTime::from_timestamp_millis(value).unwrap(),
        TimeScale::Microsecond => DateTime::from_timestamp_micros(value).unwrap(),
        TimeScale::Nanosecond => DateTime::from_timestamp_nanos(value),
        TimeScale::Day => DateTime::from_timestamp(value * 86_400, 0).unwrap(),
    };
    at.naive_utc()
}

fn any_scale() -> impl Strategy<Value = TimeScale> {
    use TimeScale::{DateMillis, Day, Microsecond, Millisecond, Nanosecond, Second};
    prop::sample::select(vec![Second, Millisecond, Microsecond, Nanosecond, Day, DateMillis])
}

fn any_period() -> impl Strategy<Value = Period> {
    let names = vec!["s", "min", "h", "D", "W", "W-MON", "W-TUE", "W-WED", "W-THU", "W-FRI", "W-SAT", "MS", "QS", "YS"];
    (prop::sample::select(names), 1_u32..60).prop_map(|(name, every)| format!("{every}{name}").parse().unwrap())
}

/// Values between 1850 and 2150, the years that nanoseconds can represent. Half of them are within a day of the epoch.
fn any_value() -> impl Strategy<Value = (i64, TimeScale)> {
    let seconds = prop_oneof![-3_786_912_000_i64..5_680_281_600, -90_000_i64..90_000];
    (seconds, any_scale(), 0_i64..1_000_000_000).prop_map(|(seconds, scale, fraction)| {
        let nanos = i128::from(seconds) * SECOND + i128::from(fraction);
        (i64::try_from(nanos.div_euclid(scale.nanos())).unwrap(), scale)
    })
}

proptest! {
    #[test]
    fn agrees_with_the_calendar((value, scale) in any_value(), period in any_period()) {
        let grid = PeriodGrid::new(period, scale);
        let (start, end) = model(instant(value, scale), period);
        prop_assert_eq!(grid.start_of(value), first_from(start, scale));
        prop_assert_eq!(grid.next_start(value), Some(first_from(end, scale)));
    }

    #[test]
    fn periods_tile_all_values(value in any::<i64>(), scale in any_scale(), period in any_period()) {
        let grid = PeriodGrid::new(period, scale);
        let start = grid.start_of(value);
        prop_assert!(start <= value);
        prop_assert_eq!(grid.start_of(start), start);
        prop_assert_eq!(grid.next_start(start), grid.next_start(value));
        if start > i64::MIN {
            prop_assert_eq!(grid.next_start(start - 1), Some(start));
        }
        if let Some(next) = grid.next_start(value) {
            prop_assert!(next > value);
            prop_assert_eq!(grid.start_of(next), next);
        }
    }
}

#[test]
fn the_ends_of_the_range_saturate() {
    for unit in ["s", "min", "h", "D", "W", "MS", "QS", "YS"] {
        for every in ["1", "7", "4294967295"] {
            for scale in [TimeScale::Second, TimeScale::Nanosecond, TimeScale::Day] {
                let grid = PeriodGrid::new(format!("{every}{unit}").parse().unwrap(), scale);
                for value in [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX] {
                    assert!(grid.start_of(value) <= value);
                    assert!(grid.next_start(value).is_none_or(|next| next > value));
                }
            }
        }
    }
}

#[test]
fn hours_on_whole_days() {
    // 7 h periods on dates: [21 h, 28 h) holds the midnight of day 1, which is its first value.
    let grid = PeriodGrid::new("7h".parse().unwrap(), TimeScale::Day);
    assert_eq!((grid.start_of(1), grid.next_start(1)), (1, Some(2)));
    let grid = PeriodGrid::new("36h".parse().unwrap(), TimeScale::Day);
    assert_eq!((grid.start_of(1), grid.next_start(1)), (0, Some(2)));
    assert_eq!((grid.start_of(2), grid.next_start(2)), (2, Some(3)));
}
