//! Texts beside times with a zone: what they mean, and where they are refused.

use std::ops::Bound;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, TimeUnit};
use datafusion::common::ScalarValue;
use datafusion::prelude::{SessionContext, col, lit};
use oups::{AnyKey, OrdValue, OrderedType, ReadDataset as _, Store};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tempfile::TempDir;

use crate::support::{attached, rows, store};

/// A store of one dataset `a` with these times of a type, ascending, in row groups of three.
fn of_times(unit: TimeUnit, zone: Option<&str>, times: &[i64]) -> (TempDir, Store<AnyKey>) {
    let (folder, store) = store("city:str");
    let time_type = DataType::Timestamp(unit, zone.map(Into::into));
    let times: ArrayRef = Arc::new(Int64Array::from(times.to_vec()));
    let schema = Schema::new(vec![Field::new("time", time_type.clone(), true)]);
    let rows = RecordBatch::try_new(Arc::new(schema), vec![cast(&times, &time_type).unwrap()]).unwrap();
    let dataset = store.dataset(&store.parse_key("a").unwrap()).unwrap();
    dataset.write(rows).ordered_on("time").row_group_target(3).commit().unwrap();
    (folder, store)
}

/// Seconds since 1970 of a text, which is in UTC.
fn seconds(text: &str) -> i64 {
    let times = OrderedType::new(&DataType::Timestamp(TimeUnit::Second, Some("UTC".into()))).unwrap();
    let OrdValue::I64(seconds) = times.parse(text).unwrap() else { panic!("{text}") };
    seconds
}

/// Each hour of the two days in 2024 on which Berlin's clocks change.
fn hours(zone: Option<&str>) -> (TempDir, Store<AnyKey>) {
    let days = ["2024-03-31", "2024-10-27"];
    let times: Vec<i64> = days.iter().flat_map(|day| (0..24).map(|hour| seconds(day) + hour * 3600)).collect();
    of_times(TimeUnit::Second, zone, &times)
}

/// The number that a statement answers.
async fn number(ctx: &SessionContext, text: &str) -> i64 {
    rows(ctx, text).await.column(0).as_primitive::<Int64Type>().value(0)
}

async fn count(ctx: &SessionContext, condition: &str) -> i64 {
    number(ctx, &format!("select count(*) from store where {condition}")).await
}

/// What is wrong with a statement.
async fn error(ctx: &SessionContext, text: &str) -> String {
    let error = match oups_datafusion::sql(ctx, text).await {
        Ok(frame) => frame.collect().await.unwrap_err(),
        Err(error) => error,
    };
    error.find_root().to_string()
}

async fn set(ctx: &SessionContext, setting: &str) {
    ctx.sql(&format!("set {setting}")).await.unwrap().collect().await.unwrap();
}

#[tokio::test]
async fn a_text_is_utc_in_every_form_of_comparison_whatever_the_columns_zone_is() {
    for zone in ["UTC", "Europe/Berlin", "-08:00"] {
        let (_folder, store) = hours(Some(zone));
        let ctx = attached(&store);
        for (condition, expected) in [
            ("time = '2024-03-31 02:00'", 1),
            ("time <> '2024-03-31 02:00'", 47),
            ("time < '2024-03-31 02:00'", 2),
            ("time <= '2024-03-31 02:00'", 3),
            ("time > '2024-03-31T02:00:00'", 45),
            ("time >= '2024-03-31'", 48),
            ("'2024-03-31 02:00' > time", 2),
            ("not time >= '2024-03-31 02:00'", 2),
            ("time between '2024-03-31 02:00' and '2024-03-31 04:00'", 3),
            ("time not between '2024-03-31 02:00' and '2024-03-31 04:00'", 45),
            ("'2024-03-31 02:00' between time and time", 1),
            ("time in ('2024-03-31 02:00', '2024-10-27', '2024-10-28')", 2),
            ("time not in ('2024-03-31 02:00', '2024-10-27', null)", 0),
            ("'2024-03-31 02:00' in (time, null)", 1),
            ("'2024-03-31 02:00' not in (time, time)", 47),
            ("case time when '2024-03-31 02:00' then true else false end", 1),
            ("case when time < '2024-03-31 02:00' then true end", 2),
            ("case '2024-03-31 02:00' when time then true end", 1),
            ("case when time > '2024-04-01' then time else '2024-03-31 02:00' end = '2024-03-31 02:00'", 24),
            ("time is distinct from '2024-03-31 02:00'", 47),
            ("time is not distinct from '2024-03-31 02:00'", 1),
            ("date_trunc('day', time at time zone 'UTC') = '2024-03-31'", 24),
            ("'2024-03-31 02:00' in (select time from store)", 48),
            ("exists (select 1 from store b where b.time = store.time and b.time < '2024-03-31 02:00')", 2),
            ("city in (select city from store group by city having max(time) > '2024-10-27 22:59')", 48),
            ("time in (select a.time from store a join store b on a.time = b.time and a.time < '2024-03-31 02:00')", 2),
            // Texts with an offset are what they say.
            ("time = '2024-03-31 02:00Z'", 1),
            ("time < '2024-03-31 03:00+01:00'", 2),
            ("time >= '2024-10-27 00:00 UTC'", 24),
        ] {
            assert_eq!(count(&ctx, condition).await, expected, "{condition} in {zone}");
        }
    }
}

#[tokio::test]
async fn a_text_is_of_the_zone_that_the_session_has() {
    let (_folder, store) = hours(Some("UTC"));
    let ctx = attached(&store);
    assert_eq!(number(&ctx, "select count(*) from store where time < '2024-03-31 01:30'").await, 2);
    set(&ctx, "oups.time_zone = 'Europe/Berlin'").await;
    assert_eq!(count(&ctx, "time < '2024-03-31 01:30'").await, 1);
    assert_eq!(count(&ctx, "time < '2024-03-31 03:00'").await, 1);
    assert_eq!(count(&ctx, "time < '2024-03-31 03:01'").await, 2);
    assert_eq!(count(&ctx, "time < '2024-03-31 01:30Z'").await, 2);
    set(&ctx, "oups.time_zone = '+05:30'").await;
    assert_eq!(count(&ctx, "time < '2024-03-31 05:31'").await, 1);
    let wrong = error(&ctx, "set oups.time_zone = 'Europe/Belrin'").await;
    assert!(wrong.contains("`Europe/Belrin` is not a time zone such as UTC, Europe/Berlin or +05:30"), "{wrong}");
    assert_eq!(count(&ctx, "time < '2024-03-31 05:31'").await, 1, "the setting stays");
}

#[tokio::test]
async fn texts_of_programs_and_of_views_are_read_as_well() {
    let (_folder, store) = hours(Some("Europe/Berlin"));
    let ctx = attached(&store);
    // The engine has analysed a view before anybody looks at it.
    for (condition, expected) in [
        ("time < '2024-03-31 02:00'", 2),
        ("'2024-03-31 02:00' >= time", 3),
        ("time between '2024-03-31 02:00' and '9999-12-31'", 46),
        ("time not in ('2024-03-31 02:00', '2024-03-31 03:00')", 46),
        ("'2024-03-31 02:00' in (time)", 1),
        ("case time when '2024-03-31 02:00' then true end", 1),
        ("case when time > '2024-04-01' then time else '2024-03-31 02:00' end = '2024-03-31 02:00'", 24),
        ("'2024-03-31 02:00' in (select time from store)", 48),
    ] {
        ctx.sql(&format!("create or replace view some as select * from store where {condition}")).await.unwrap();
        assert_eq!(number(&ctx, "select count(*) from some").await, expected, "{condition}");
    }
    let frame = ctx.table("store").await.unwrap().filter(col("time").lt(lit("2024-03-31 02:00"))).unwrap();
    assert_eq!(frame.count().await.unwrap(), 2);
    let frame = ctx.sql("select * from store where time < $1 and time in ($1, '2024-03-31 01:00')").await.unwrap();
    assert_eq!(frame.with_param_values(vec![ScalarValue::from("2024-03-31 02:00")]).unwrap().count().await.unwrap(), 1);
}

#[tokio::test]
async fn an_hour_that_clocks_repeat_or_skip_is_an_error_with_both_readings() {
    let (_folder, store) = hours(Some("Europe/Berlin"));
    let ctx = attached(&store);
    // The column's own zone does not matter.
    assert_eq!(count(&ctx, "time = '2024-03-31 02:30'").await, 0);
    set(&ctx, "oups.time_zone = 'Europe/Berlin'").await;
    for condition in ["time = '2024-03-31 02:30'", "time between '2024-03-31' and '2024-03-31 02:30'"] {
        let skipped = error(&ctx, &format!("select * from store where {condition}")).await;
        assert!(skipped.contains("column `time`: `2024-03-31 02:30` never was a time in Europe/Berlin"), "{skipped}");
        assert!(skipped.contains("2024-03-31T01:30:00Z") && skipped.contains("2024-03-31T00:30:00Z"), "{skipped}");
    }
    for condition in ["time in ('2024-10-27 02:30')", "case time when '2024-10-27 02:30' then true end"] {
        let repeated = error(&ctx, &format!("select * from store where {condition}")).await;
        assert!(repeated.contains("column `time`: `2024-10-27 02:30` came twice in Europe/Berlin"), "{repeated}");
        assert!(repeated.contains("2024-10-27T00:30:00Z") && repeated.contains("2024-10-27T01:30:00Z"), "{repeated}");
    }
    assert_eq!(count(&ctx, "time < '2024-10-27 02:30+02:00'").await, 25);
    assert_eq!(count(&ctx, "time < '2024-10-27 02:30+01:00'").await, 26);
}

#[tokio::test]
async fn columns_without_a_zone_and_other_types_are_left_to_the_engine() {
    let (_folder, store) = hours(None);
    let ctx = attached(&store);
    set(&ctx, "oups.time_zone = 'Europe/Berlin'").await;
    assert_eq!(count(&ctx, "time < '2024-03-31 02:30:00'").await, 3);
    assert_eq!(count(&ctx, "time = '2024-10-27 02:00:00'").await, 1);
    assert_eq!(count(&ctx, "city = '2024-10-27 02:30'").await, 0);
    assert_eq!(count(&ctx, "time::date = '2024-10-27'").await, 24);
}

#[tokio::test]
async fn what_is_not_a_time_is_refused() {
    let (_folder, store) = hours(Some("UTC"));
    let ctx = attached(&store);
    for text in ["cold", "", "12:00", "2024-02-30", "2024-03-31 25:00", "2024-03-31 02:00 Europe/Berlin", "20240331"] {
        let refused = error(&ctx, &format!("select * from store where time >= '{text}'")).await;
        let expected = format!("column `time`: `{text}` is not a time such as 2013-02-08T12:00:00Z, or a date");
        assert!(refused.contains(&expected), "{refused}");
    }
    let refused = error(&ctx, "select case when true then time else 'cold' end from store").await;
    assert!(refused.contains("`cold` is not a time"), "{refused}");
    // As a value it must be one; as a bound it lies between two.
    let finer = error(&ctx, "select case when true then time else '2024-03-31 00:00:00.5' end from store").await;
    assert!(finer.contains("is finer than the unit of Timestamp(s)"), "{finer}");
    assert_eq!(count(&ctx, "time >= '2024-03-31 00:00:00.5'").await, 47);
    assert_eq!(count(&ctx, "time = '2024-03-31 00:00:00.5' or time in ('2024-03-31 00:00:00.5')").await, 0);
    assert_eq!(count(&ctx, "time not in ('2024-03-31 00:00:00.5')").await, 48);
}

#[tokio::test]
async fn times_beyond_what_nanoseconds_reach_are_bounds_as_any() {
    let (_folder, store) = of_times(TimeUnit::Microsecond, Some("UTC"), &[0, 253_402_300_799_999_999]);
    let ctx = attached(&store);
    assert_eq!(count(&ctx, "time >= '9999-12-31'").await, 1);
    assert_eq!(count(&ctx, "time < '9999-12-31 00:00:00Z'").await, 1);
    assert_eq!(count(&ctx, "time < '+012000-01-01' and time > '-004000-01-01'").await, 2);
    let (_folder, store) = of_times(TimeUnit::Nanosecond, Some("UTC"), &[i64::MIN, 0, i64::MAX]);
    let ctx = attached(&store);
    assert_eq!(count(&ctx, "time < '9999-12-31'").await, 3);
    assert_eq!(count(&ctx, "time = '9999-12-31' or time > '9999-12-31' or time < '1600-01-01'").await, 0);
    assert_eq!(count(&ctx, "time > '1600-01-01' and time <> '1600-01-01'").await, 3);
}

/// A text near one of the times, or none at all.
fn text_near(times: Vec<i64>, unit: TimeUnit) -> impl Strategy<Value = String> {
    let per_second = 10_i64.pow(match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 3,
        TimeUnit::Microsecond => 6,
        TimeUnit::Nanosecond => 9,
    });
    let near = (proptest::sample::select(times), -2..=2_i64, 0..4_u32, 0..12_usize);
    let form = (0..6_usize, proptest::sample::select(vec!["", "", "Z", "z", " UTC", "+01:00", "-0330", "+14"]));
    let written = (near, form).prop_map(move |((time, more, finer, digits), (form, offset))| {
        let time = time.saturating_add(more);
        let (seconds, rest) = (time.div_euclid(per_second), time.rem_euclid(per_second) * (1_000_000_000 / per_second));
        let shown = OrderedType::new(&DataType::Timestamp(TimeUnit::Second, None)).unwrap();
        let shown = shown.format(&OrdValue::I64(seconds));
        let fraction = format!("{:09}{}", rest + i64::from(finer), "0".repeat(digits.saturating_sub(9)));
        let fraction = &fraction[..digits.min(fraction.len())];
        match (form, digits) {
            (0, _) => shown[..10].to_owned(),
            (1, _) => format!("{}{offset}", &shown[..16].replace('T', " ")),
            (_, 0) => format!("{shown}{offset}"),
            (2, _) => format!(" {shown},{fraction}{offset} "),
            _ => format!("{}.{fraction}{offset}", shown.replace('T', if form == 3 { "t" } else { "T" })),
        }
    });
    let garbage = "[0-9]{3,4}-[0-9]{1,2}-[0-9]{1,2}[T ]?[0-9:.Z+]{0,9}";
    prop_oneof![20 => written, 1 => garbage, 1 => Just("9999-12-31T23:59:59.999".to_owned()), 1 => Just("0000-01-01".to_owned())]
}

/// How many rows the library reads in a range.
fn read(store: &Store<AnyKey>, range: (Bound<&str>, Bound<&str>)) -> Option<i64> {
    let dataset = store.dataset(&store.parse_key("a").unwrap()).unwrap();
    dataset.scan().range(range).count().ok().map(|rows| rows as i64)
}

/// What a text means as a bound is what it means for `oups read --start` and `--end`.
#[test]
fn texts_mean_what_they_mean_as_bounds_of_a_read() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for unit in [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
        let per_second = 10_i64.pow(3 * unit as u32);
        let at = |text: &str| seconds(text) * per_second;
        let mut times =
            vec![at("1970-01-01"), at("2024-03-31 01:00"), at("2024-03-31 01:00") + 1, at("2024-10-27 00:30")];
        times.extend(if unit == TimeUnit::Nanosecond {
            [i64::MIN, i64::MAX]
        } else {
            [at("0001-01-01"), at("9999-12-31")]
        });
        times.sort_unstable();
        let (_folder, store) = of_times(unit, Some("Europe/Berlin"), &times);
        let ctx = attached(&store);
        let mut runner = TestRunner::new(Config { cases: 100, failure_persistence: None, ..Config::default() });
        runner
            .run(&text_near(times, unit), |text| {
                let bound = text.as_str();
                let expected = [
                    read(&store, (Bound::Included(bound), Bound::Unbounded)),
                    read(&store, (Bound::Excluded(bound), Bound::Unbounded)),
                    read(&store, (Bound::Unbounded, Bound::Excluded(bound))),
                    read(&store, (Bound::Unbounded, Bound::Included(bound))),
                    read(&store, (Bound::Included(bound), Bound::Included(bound))),
                ];
                let counts = ["time >= ", "time > ", "time < ", "time <= ", "time = "]
                    .map(|condition| format!("count(*) filter (where {condition}'{text}')"));
                let found = runtime.block_on(async {
                    let frame = ctx.sql(&format!("select {} from store", counts.join(", "))).await.unwrap();
                    frame.collect().await.ok()
                });
                let found: [Option<i64>; 5] = std::array::from_fn(|at| {
                    found.as_ref().map(|rows| rows[0].column(at).as_primitive::<Int64Type>().value(0))
                });
                prop_assert_eq!(found, expected, "{:?} in {}", text, unit);
                Ok(())
            })
            .unwrap();
    }
}

/// In a zone of its own, a text means the moment that it names there, or nothing.
#[test]
fn texts_of_a_zone_mean_the_moments_of_its_clock() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let day = |text: &'static str| (0..48).map(move |half| seconds(text) + half * 1800);
    for (name, days) in [
        ("Europe/Berlin", ["2024-03-31", "2024-10-27"]),
        ("America/New_York", ["2024-03-10", "2150-11-01"]),
        ("Australia/Lord_Howe", ["2024-04-07", "2024-10-06"]),
    ] {
        let times: Vec<i64> = days.into_iter().flat_map(day).collect();
        let (_folder, store) = of_times(TimeUnit::Second, Some("UTC"), &times);
        let ctx = attached(&store);
        runtime.block_on(set(&ctx, &format!("oups.time_zone = '{name}'")));
        let clock = jiff::tz::TimeZone::get(name).unwrap();
        let mut runner = TestRunner::new(Config { cases: 100, failure_persistence: None, ..Config::default() });
        let shown = (proptest::sample::select(times), 0..1800_i64);
        runner
            .run(&shown, |(time, more)| {
                let shown = jiff::Timestamp::from_second(time + more).unwrap();
                let shown = jiff::tz::Offset::UTC.to_datetime(shown);
                let found = runtime.block_on(async {
                    let text = format!("select count(*) from store where time < '{shown}'");
                    let frame = ctx.sql(&text).await.unwrap();
                    frame.collect().await.ok()
                });
                let found = found.map(|rows| rows[0].column(0).as_primitive::<Int64Type>().value(0));
                let moment = clock.to_ambiguous_timestamp(shown).unambiguous().ok();
                let expected = moment
                    .and_then(|moment| read(&store, (Bound::Unbounded, Bound::Excluded(moment.to_string().as_str()))));
                prop_assert_eq!(found, expected, "{} in {}", shown, name);
                Ok(())
            })
            .unwrap();
    }
}
