//! Compares what is read with a reference that is slow, simple and exact.

use arrow::array::{Array, AsArray};
use arrow::datatypes::*;
use chrono::{DateTime, TimeDelta};
use num_bigint::BigInt;
use proptest::prelude::*;

use crate::text::{Column, Times, Written};

fn column(data_type: DataType) -> Column {
    Column::new(&data_type, &Times::default(), 1).unwrap()
}

fn read<T: ArrowPrimitiveType>(data_type: DataType, text: &str) -> Option<T::Native> {
    let mut column = column(data_type);
    column.append(Written::Text(text)).ok()?;
    let values = column.finish();
    assert_eq!(values.len(), 1);
    Some(values.as_primitive::<T>().value(0))
}

/// The digits after the point in the reference's numbers.
const PLACES: i64 = 1_200;

/// The number of a text made of these parts, times 10^PLACES.
fn reference(is_negative: bool, whole: &str, fraction: &str, exponent: i64) -> BigInt {
    let digits: BigInt = format!("0{whole}{fraction}").parse().unwrap();
    let power = PLACES + exponent - i64::try_from(fraction.len()).unwrap();
    let value = digits * BigInt::from(10).pow(u32::try_from(power).unwrap());
    if is_negative { -value } else { value }
}

fn scaled(value: BigInt, places: u32) -> BigInt {
    value * BigInt::from(10).pow(u32::try_from(PLACES).unwrap() - places)
}

/// A finite float times 10^PLACES. It is exact: every float is a multiple of 2^-1074, which has fewer digits than
/// PLACES.
fn of_float(value: f64) -> BigInt {
    let text = format!("{value:.1100}");
    let (whole, fraction) = text.split_once('.').unwrap();
    reference(value < 0.0, whole.trim_start_matches('-'), fraction, 0)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn numbers_are_what_their_digits_say(
        is_negative in any::<bool>(),
        whole in "[0-9]{1,25}",
        fraction in "[0-9]{0,20}",
        exponent in prop::option::of(-40..40_i64),
    ) {
        let point = if fraction.is_empty() { "" } else { "." };
        let power = exponent.map(|exponent| format!("e{exponent}")).unwrap_or_default();
        let text = format!("{}{whole}{point}{fraction}{power}", if is_negative { "-" } else { "" });
        let exact = reference(is_negative, &whole, &fraction, exponent.unwrap_or(0));

        let is_whole = scaled(&exact / BigInt::from(10).pow(1_200), 0) == exact;
        let number = &exact / BigInt::from(10).pow(1_200);
        let expected = i64::try_from(&number).ok().filter(|_| is_whole);
        prop_assert_eq!(read::<Int64Type>(DataType::Int64, &text), expected, "{}", text);
        let expected = u64::try_from(&number).ok().filter(|_| is_whole);
        prop_assert_eq!(read::<UInt64Type>(DataType::UInt64, &text), expected, "{}", text);
        let expected = i8::try_from(&number).ok().filter(|_| is_whole);
        prop_assert_eq!(read::<Int8Type>(DataType::Int8, &text), expected, "{}", text);

        let last = &exact / BigInt::from(10).pow(1_190);
        let fits = scaled(last.clone(), 10) == exact;
        let expected = i128::try_from(&last).ok().filter(|last| fits && last.unsigned_abs() < 10_u128.pow(38));
        prop_assert_eq!(read::<Decimal128Type>(DataType::Decimal128(38, 10), &text), expected, "{}", text);

        if let Some(float) = read::<Float64Type>(DataType::Float64, &text) {
            // It is the nearest float, and for a whole number the number itself.
            let distance = |float: f64| (of_float(float) - &exact).magnitude().clone();
            let off = distance(float);
            prop_assert!(off <= distance(float.next_up()) && off <= distance(float.next_down()), "{}", text);
            let is_plain = exponent.is_none() && fraction.is_empty();
            prop_assert!(!is_plain || of_float(float) == exact, "{} became {}", text, float);
            // It differs from the text by less than half of the text's last significant digit, so that no digit is
            // lost.
            let digits = format!("{whole}{fraction}");
            let zeros = digits.len() - digits.trim_end_matches('0').len();
            let last = PLACES + exponent.unwrap_or(0) + i64::try_from(zeros).unwrap() - i64::try_from(fraction.len()).unwrap();
            let digit = BigInt::from(10).pow(u32::try_from(last).unwrap());
            let is_near = BigInt::from(off) * 2 <= digit || exact == BigInt::ZERO;
            prop_assert!(is_near, "{} became {}", text, float);
        }
    }

    #[test]
    fn short_decimals_are_floats(whole in 0..100_000_u32, fraction in "[0-9]{0,10}") {
        let text = format!("{whole}.{fraction}");
        prop_assert_eq!(read::<Float64Type>(DataType::Float64, &text), text.parse().ok(), "{}", text);
    }

    #[test]
    fn times_are_what_the_calendar_says(
        seconds in -377_705_116_800..253_402_300_800_i64,
        nanos in prop_oneof![Just(0), (0..1_000_u32).prop_map(|part| part * 1_000_000), 0..1_000_000_000_u32],
        offset in prop::option::of(-720..840_i64),
        form in 0..3_usize,
    ) {
        let moment = DateTime::from_timestamp(seconds, nanos).unwrap();
        prop_assume!((0..=9999).contains(&chrono::Datelike::year(&moment)));
        let local = moment + TimeDelta::minutes(offset.unwrap_or(0));
        prop_assume!((0..=9999).contains(&chrono::Datelike::year(&local)));
        let clock = local.format(["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.9f", "%Y-%m-%dt%H:%M:%S%.f"][form]);
        let zone = offset.map(|minutes| {
            let (sign, minutes) = (if minutes < 0 { '-' } else { '+' }, minutes.abs());
            format!("{}{sign}{:02}{}{:02}", [" ", "", ""][form], minutes / 60, [":", "", ":"][form], minutes % 60)
        });
        let text = format!("{clock}{}", zone.unwrap_or_default());
        let total = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        for (unit, step) in [
            (TimeUnit::Second, 1_000_000_000),
            (TimeUnit::Millisecond, 1_000_000),
            (TimeUnit::Microsecond, 1_000),
            (TimeUnit::Nanosecond, 1),
        ] {
            let exact = (total % step == 0).then(|| total / step).and_then(|value| i64::try_from(value).ok());
            let zoned = stamp(unit, Some("UTC"), &text);
            prop_assert_eq!(zoned, exact, "{} in {:?}", text, unit);
            let local = stamp(unit, None, &text);
            prop_assert_eq!(local, exact.filter(|_| offset.is_none()), "{} in {:?}", text, unit);
        }
    }
}

fn stamp(unit: TimeUnit, zone: Option<&str>, text: &str) -> Option<i64> {
    let data_type = DataType::Timestamp(unit, zone.map(Into::into));
    match unit {
        TimeUnit::Second => read::<TimestampSecondType>(data_type, text),
        TimeUnit::Millisecond => read::<TimestampMillisecondType>(data_type, text),
        TimeUnit::Microsecond => read::<TimestampMicrosecondType>(data_type, text),
        TimeUnit::Nanosecond => read::<TimestampNanosecondType>(data_type, text),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_odd_to_be_refused(text in r"[-+0-9TtZz:. ,eEPSxNa\u{2212}é%]{0,30}") {
        for data_type in [
            DataType::Int64,
            DataType::Float64,
            DataType::Float16,
            DataType::Decimal256(76, 20),
            DataType::Date32,
            DataType::Date64,
            DataType::Time64(TimeUnit::Nanosecond),
            DataType::Timestamp(TimeUnit::Nanosecond, None),
            DataType::Timestamp(TimeUnit::Second, Some("Europe/Berlin".into())),
            DataType::Duration(TimeUnit::Nanosecond),
            DataType::Binary,
            DataType::Boolean,
        ] {
            for written in [Written::Text(&text), Written::String(&text)] {
                let mut column = column(data_type.clone());
                let appended = usize::from(column.append(written).is_ok());
                prop_assert_eq!(column.finish().len(), appended);
            }
        }
    }
}
