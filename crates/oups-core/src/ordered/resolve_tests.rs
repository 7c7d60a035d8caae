use std::ops::Bound::{Excluded, Included};

use arrow::datatypes::TimeUnit;

use super::*;
use crate::ordered::IntoRange;

fn cuts(data_type: DataType, range: impl IntoRange) -> Result<(Cut, Cut), String> {
    let ordered = OrderedType::new(&data_type).unwrap();
    let range = range.into_range();
    let cut = |bound: &Bound<BoundValue>, open: Cut, is_start: bool| match bound {
        Bound::Unbounded => Ok(open),
        Included(value) => place(value, &ordered).map(|at| if is_start { at.before() } else { at.after() }),
        Excluded(value) => place(value, &ordered).map(|at| if is_start { at.after() } else { at.before() }),
    };
    Ok((cut(&range.start, Cut::Bottom, true)?, cut(&range.end, Cut::Top, false)?))
}

fn int(value: i64) -> OrdValue {
    OrdValue::I64(value)
}

#[test]
fn zero_is_a_bound_like_any_other() {
    assert_eq!(cuts(DataType::Int64, 0..).unwrap(), (Cut::Before(int(0)), Cut::Top));
    assert_eq!(cuts(DataType::Int64, ..0).unwrap(), (Cut::Bottom, Cut::Before(int(0))));
    assert_eq!(cuts(DataType::Int64, ..=0u8).unwrap(), (Cut::Bottom, Cut::After(int(0))));
    assert_eq!(cuts(DataType::Int64, (Excluded(0), Included(0))).unwrap(), (Cut::After(int(0)), Cut::After(int(0))));
}

#[test]
fn integers_beyond_the_type_are_beyond_its_values() {
    let largest = OrdValue::I64(i64::MIN + 255);
    let (start, end) = cuts(DataType::UInt8, -1..300).unwrap();
    assert_eq!(start, Cut::Bottom);
    assert!(Span::new(start, end).unwrap().contains(&largest));
    assert!(!Span::new(cuts(DataType::UInt8, 256..).unwrap().0, Cut::Top).unwrap().contains(&largest));
    assert_eq!(cuts(DataType::UInt64, ..u128::MAX).unwrap(), (Cut::Bottom, Cut::Top));
    assert_eq!(cuts(DataType::Int64, u64::MAX..).unwrap(), (Cut::Top, Cut::Top));
    assert_eq!(cuts(DataType::Date32, i128::MIN..).unwrap(), (Cut::Bottom, Cut::Top));
}

fn float64(value: f64) -> OrdValue {
    let ordered = OrderedType::new(&DataType::Float64).unwrap();
    let array: ArrayRef = Arc::new(Float64Array::from_iter_values([value]));
    ordered.from_array(&array).unwrap().remove(0)
}

#[test]
fn numbers_are_compared_with_floats_exactly() {
    assert_eq!(cuts(DataType::Float64, 1.5..2.0).unwrap(), (Cut::Before(float64(1.5)), Cut::Before(float64(2.0))));
    assert_eq!(cuts(DataType::Float64, 0..).unwrap().0, Cut::Before(float64(-0.0)));
    // 2^53 + 1 is not an f64: the nearest is 2^53.
    let odd = (1i64 << 53) + 1;
    assert_eq!(cuts(DataType::Float64, ..odd).unwrap().1, Cut::After(float64((1i64 << 53) as f64)));
    assert_eq!(cuts(DataType::Float64, ..=odd + 2).unwrap().1, Cut::Before(float64(((1i64 << 53) + 4) as f64)));
    // An f32 is a bound at itself. Most f64 lie between two f32.
    assert!(matches!(cuts(DataType::Float32, 0.7f32..).unwrap().0, Cut::Before(_)));
    assert!(matches!(cuts(DataType::Float32, 0.7f64..).unwrap().0, Cut::After(_)));
    assert!(matches!(cuts(DataType::Float32, ..1e300).unwrap().1, Cut::Before(_)));
    assert!(matches!(cuts(DataType::Float16, ..70_000).unwrap().1, Cut::Before(_)));
    assert!(matches!(cuts(DataType::Float16, 0.1..).unwrap().0, Cut::Before(_) | Cut::After(_)));
    assert!(cuts(DataType::Float64, f64::NAN..).unwrap_err().contains("NaN"));
    assert!(cuts(DataType::Float64, f64::NEG_INFINITY..=f64::INFINITY).is_ok());
}

#[test]
fn whole_numbers_are_bounds_of_decimals() {
    let wide = |value| OrdValue::I128(value);
    assert_eq!(cuts(DataType::Decimal128(10, 2), 3..).unwrap().0, Cut::Before(wide(300)));
    assert_eq!(cuts(DataType::Decimal128(10, -2), 300..).unwrap().0, Cut::Before(wide(3)));
    assert_eq!(cuts(DataType::Decimal128(10, -2), 301..).unwrap().0, Cut::After(wide(3)));
    assert_eq!(cuts(DataType::Decimal128(10, -2), -301..).unwrap().0, Cut::Before(wide(-3)));
    assert_eq!(cuts(DataType::Decimal64(10, 4), i64::MAX..).unwrap().0, Cut::Top);
    assert_eq!(cuts(DataType::Decimal128(10, 2), "2.5"..).unwrap().0, Cut::Before(wide(250)));
}

#[test]
fn texts_are_read_as_the_column_wants_them() {
    let micros = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    assert_eq!(cuts(micros.clone(), "1970-01-02"..).unwrap().0, Cut::Before(int(86_400_000_000)));
    assert_eq!(cuts(micros.clone(), ..="1970-01-01T01:00:01+01:00").unwrap().1, Cut::After(int(1_000_000)));
    assert_eq!(cuts(micros, -5..).unwrap().0, Cut::Before(int(-5)));
    assert_eq!(cuts(DataType::Int32, "-5"..).unwrap().0, Cut::Before(int(-5)));
    assert_eq!(cuts(DataType::Utf8, " a".."").unwrap().0, Cut::Before(OrdValue::Bytes((*b" a").into())));
    assert_eq!(cuts(DataType::Binary, b"a"..).unwrap().0, Cut::Before(OrdValue::Bytes((*b"a").into())));
}

#[test]
fn bounds_of_another_type_are_refused() {
    let utc = DataType::Timestamp(TimeUnit::Second, Some("UTC".into()));
    assert!(cuts(utc.clone(), "noon"..).unwrap_err().contains("2013-02-08T12:00:00Z"));
    assert!(cuts(utc.clone(), 1.5..).is_err());
    assert!(cuts(utc, b"x"..).is_err());
    assert!(cuts(DataType::Utf8, 1..).unwrap_err().starts_with("text"));
    assert!(cuts(DataType::Utf8, b"x"..).is_err());
    assert!(cuts(DataType::Int64, 1.0..).is_err());
    assert!(cuts(DataType::Binary, 1..).is_err());
    assert!(cuts(DataType::Utf8, int(1)..).is_err());
    assert!(cuts(DataType::Decimal128(9, 0), int(1)..).is_err());
}

#[test]
fn the_zeros_are_one_number_and_two_values() {
    let (minus, plus) = (float64(-0.0), float64(0.0));
    for zero in [BoundValue::from(0), 0.0.into(), (-0.0).into(), "0".into(), BoundValue::Digits("-0.0".into())] {
        let range = (Included(zero.clone()), Excluded(zero.clone()));
        assert_eq!(cuts(DataType::Float64, range).unwrap(), (Cut::Before(minus.clone()), Cut::Before(minus.clone())));
        let range = (Excluded(zero.clone()), Included(zero));
        assert_eq!(cuts(DataType::Float64, range).unwrap(), (Cut::After(plus.clone()), Cut::After(plus.clone())));
    }
    assert_eq!(cuts(DataType::Float64, plus.clone()..).unwrap().0, Cut::Before(plus));
}

#[test]
fn times_beyond_the_unit_are_beyond_its_values() {
    for zone in [None, Some("UTC".into())] {
        let nanos = DataType::Timestamp(TimeUnit::Nanosecond, zone);
        assert_eq!(cuts(nanos.clone(), "1600-01-01".."9999-12-31").unwrap(), (Cut::Bottom, Cut::Top));
        assert_eq!(cuts(nanos.clone(), "9999-12-31T23:59:59"..).unwrap().0, Cut::Top);
        assert_eq!(cuts(nanos, ..="1600-01-01").unwrap().1, Cut::Bottom);
    }
    let micros = DataType::Timestamp(TimeUnit::Microsecond, None);
    assert!(matches!(cuts(micros, "9999-12-31"..).unwrap().0, Cut::Before(_)));
}

#[test]
fn a_time_with_a_finer_fraction_is_between_two_values() {
    let seconds = DataType::Timestamp(TimeUnit::Second, None);
    assert_eq!(cuts(seconds.clone(), "1970-01-01T00:00:01.5"..).unwrap().0, Cut::After(int(1)));
    assert_eq!(cuts(seconds.clone(), ..="1969-12-31T23:59:58.5").unwrap().1, Cut::After(int(-2)));
    assert_eq!(cuts(seconds, "1970-01-01T00:00:01.000"..).unwrap().0, Cut::Before(int(1)));
    assert_eq!(cuts(DataType::Time32(TimeUnit::Millisecond), "00:00:00.0015"..).unwrap().0, Cut::After(int(1)));
    assert!(cuts(DataType::Timestamp(TimeUnit::Nanosecond, None), "1970-01-01T00:00:01.0000000001"..).is_err());
}

#[test]
fn numbers_as_texts_are_exact() {
    assert_eq!(cuts(DataType::UInt8, "-1".."300").unwrap(), (Cut::Bottom, Cut::Before(int(i64::MIN + 300))));
    assert_eq!(cuts(DataType::Int64, "1e3".."99999999999999999999").unwrap(), (Cut::Before(int(1000)), Cut::Top));
    assert_eq!(cuts(DataType::Int16, "5.0".."5.5").unwrap(), (Cut::Before(int(5)), Cut::After(int(5))));
    assert_eq!(cuts(DataType::Int16, "-5.5"..).unwrap().0, Cut::After(int(-6)));
    let decimal = |value| Cut::After(OrdValue::I128(value));
    assert_eq!(cuts(DataType::Decimal128(10, 2), "2.509".."-0.001").unwrap(), (decimal(250), decimal(-1)));
    assert_eq!(cuts(DataType::Decimal64(10, 2), ..="1e30").unwrap().1, Cut::Top);
    assert_eq!(cuts(DataType::Float32, "1e400"..).unwrap().0, cuts(DataType::Float32, ..f64::INFINITY).unwrap().1);
    assert!(cuts(DataType::Int64, "five"..).is_err());
}
