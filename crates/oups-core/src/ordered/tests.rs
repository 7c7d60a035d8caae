//! Every ordered type: values to arrays, texts and names, and back.

use std::sync::Arc;

use arrow::array::*;
use arrow::compute::cast;
use arrow::datatypes::{i256, *};
use proptest::prelude::*;

use super::*;

fn ordered(data_type: DataType) -> OrderedType {
    OrderedType::new(&data_type).unwrap()
}

fn types_of_64_bits() -> Vec<(DataType, Vec<i64>)> {
    use DataType::*;
    let zone = Some("Europe/Berlin".into());
    let any = vec![i64::MIN, -1, 0, 1, i64::MAX];
    let small = vec![-128, -1, 0, 1, 127];
    let flipped = |values: [u64; 3]| values.map(|v| (v ^ (1 << 63)) as i64).to_vec();
    let mut types = vec![
        (Int8, small.clone()),
        (Int16, small.clone()),
        (Int32, small.clone()),
        (Int64, any.clone()),
        (UInt8, flipped([0, 1, 255])),
        (UInt16, flipped([0, 1, 65_535])),
        (UInt32, flipped([0, 1, u64::from(u32::MAX)])),
        (UInt64, flipped([0, 1 << 63, u64::MAX])),
        (Date32, small.clone()),
        (Date64, any.clone()),
        (Time32(TimeUnit::Second), vec![0, 86_399]),
        (Time32(TimeUnit::Millisecond), vec![0, 86_399_999]),
        (Time64(TimeUnit::Microsecond), vec![0, 86_399_999_999]),
        (Time64(TimeUnit::Nanosecond), vec![0, 86_399_999_999_999]),
        (Decimal32(9, 2), vec![-999_999_999, 0, 999_999_999]),
        (Decimal64(18, 3), vec![-999_999_999_999_999_999, 0, 7]),
        (Float16, small),
        (Float32, vec![-3, 0, i64::from(2.5f32.to_bits())]),
        (Float64, any.clone()),
    ];
    for unit in [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
        types.push((Timestamp(unit, None), any.clone()));
        types.push((Timestamp(unit, zone.clone()), any.clone()));
        types.push((Duration(unit), any.clone()));
    }
    types
}

#[test]
fn arrays_and_values_are_inverse() {
    for (data_type, values) in types_of_64_bits() {
        let ordered = ordered(data_type.clone());
        let values: Vec<_> = values.into_iter().map(OrdValue::I64).collect();
        let array = ordered.to_array(&values).unwrap();
        assert_eq!(array.data_type(), &data_type);
        assert_eq!(ordered.from_array(&array).unwrap(), values, "{data_type}");
        let texts: Vec<_> = values.iter().map(|v| ordered.name_text(v)).collect();
        assert!(texts.is_sorted() && texts.iter().all(|t| t.len() == 16), "{data_type}: {texts:?}");
    }
}

#[test]
fn wide_and_byte_types_are_inverse() {
    use DataType::*;
    let wide = [-5i128, 0, 10].map(|v| OrdValue::I256(i256::from_i128(v)));
    let ordered_type = ordered(Decimal256(40, 2));
    assert_eq!(ordered_type.from_array(&ordered_type.to_array(&wide).unwrap()).unwrap(), wide);
    assert_eq!(ordered_type.format(&wide[0]), "-0.05");
    assert_eq!(ordered_type.parse("-0.05").unwrap(), wide[0]);
    assert!(wide.iter().map(|v| ordered_type.name_text(v)).is_sorted());
    let decimals = [-5, 0, 10].map(OrdValue::I128);
    let ordered_type = ordered(Decimal128(20, 1));
    assert_eq!(ordered_type.from_array(&ordered_type.to_array(&decimals).unwrap()).unwrap(), decimals);
    for data_type in [Utf8, LargeUtf8, Utf8View, Binary, LargeBinary, BinaryView, FixedSizeBinary(3)] {
        let ordered = ordered(data_type.clone());
        let values = [b"abc", b"abd", b"zzz"].map(|v| OrdValue::Bytes(v.as_slice().into()));
        let array = ordered.to_array(&values).unwrap();
        assert_eq!(array.data_type(), &data_type);
        assert_eq!(ordered.from_array(&array).unwrap(), values);
        for value in &values {
            assert_eq!(&ordered.parse(&ordered.format(value)).unwrap(), value, "{data_type}");
        }
    }
}

#[test]
fn dictionaries_are_ordered_by_value() {
    let plain: ArrayRef = Arc::new(StringArray::from(vec!["b", "b", "a"]));
    let data_type = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    let keys = ordered(data_type.clone()).keys(&cast(&plain, &data_type).unwrap()).unwrap();
    assert_eq!(keys.value(0), OrdValue::Bytes(b"b".as_slice().into()));
    assert_eq!(keys.first_descent(), Some(2));
}

#[test]
fn floats_follow_the_total_order() {
    let values = [f64::NEG_INFINITY, -1.5, -0.0, 0.0, f64::MIN_POSITIVE, 2.0, f64::INFINITY];
    let array: ArrayRef = Arc::new(Float64Array::from(values.to_vec()));
    let keys = ordered(DataType::Float64).keys(&array).unwrap();
    assert_eq!(keys.first_descent(), None);
    assert!((1..keys.len()).all(|at| keys.value(at - 1) < keys.value(at)));
    assert_eq!(ordered(DataType::Float64).format(&keys.value(2)), "-0.0");
}

#[test]
fn nulls_and_nans_are_found() {
    let array: ArrayRef = Arc::new(Float32Array::from(vec![Some(1.0), Some(f32::NAN), None]));
    assert_eq!(ordered(DataType::Float32).first_unorderable(&array), Some((1, "NaN")));
    let array: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), None]));
    assert_eq!(ordered(DataType::Int32).first_unorderable(&array), Some((1, "null")));
    let array: ArrayRef = Arc::new(Int32Array::from(vec![1, 2]));
    assert_eq!(ordered(DataType::Int32).first_unorderable(&array), None);
}

#[test]
fn timestamps_are_texts() {
    let zoned = ordered(DataType::Timestamp(TimeUnit::Nanosecond, Some("America/New_York".into())));
    let local = ordered(DataType::Timestamp(TimeUnit::Second, None));
    assert_eq!(zoned.format(&OrdValue::I64(-1)), "1969-12-31T23:59:59.999999999Z");
    assert_eq!(local.format(&OrdValue::I64(0)), "1970-01-01T00:00:00");
    assert_eq!(local.format(&OrdValue::I64(i64::MAX)), i64::MAX.to_string());
    let cases = [
        (&zoned, "1970-01-02", Some(86_400_000_000_000)),
        (&zoned, "1970-01-01T01:00+01:00", Some(0)),
        (&zoned, "1970-01-01 00:00:00.5-00:30", Some(1_800_500_000_000)),
        (&zoned, "2400-01-01", None),
        (&local, "1970-01-01T00:00:01", Some(1)),
        (&local, "1970-01-01T00:00:01.5", None),
        (&local, "1970-01-01T00:00:01Z", None),
        (&local, "soon", None),
        (&zoned, "1970-01-01 00:00:01 UTC", Some(1_000_000_000)),
        (&zoned, "1970-01-01t00:00:01,5z", Some(1_500_000_000)),
        (&zoned, "1970-01-01 00:00:01 Z", Some(1_000_000_000)),
        (&zoned, "1970-01-01 01:00:01+01", Some(1_000_000_000)),
        (&zoned, "1970-01-01 01:00:01 +0100", Some(1_000_000_000)),
        (&zoned, "1970-01-01 00:00:01 EST", None),
        (&zoned, "1970-01-01 00:00:01+1", None),
        (&local, "70-01-01", None),
        (&local, "+010000-01-01", Some(253_402_300_800)),
    ];
    for (ordered, text, expected) in cases {
        assert_eq!(ordered.parse(text).ok(), expected.map(OrdValue::I64), "{text}");
    }
}

#[test]
fn texts_of_other_types_read_back() {
    use DataType::*;
    let cases = [
        (Int64, "-5"),
        (UInt64, "18446744073709551615"),
        (Float16, "-0.5"),
        (Float32, "1e30"),
        (Float64, "-0.1"),
        (Date32, "2013-02-08"),
        (Date64, "2013-02-08"),
        (Date64, "2013-02-08T00:00:00.001"),
        (Time32(TimeUnit::Second), "12:30:01"),
        (Time64(TimeUnit::Nanosecond), "12:30:01.000000001"),
        (Decimal32(5, 2), "-1.25"),
        (Decimal64(15, 2), "1.25"),
        (Duration(TimeUnit::Second), "17"),
        (FixedSizeBinary(2), "0x00ff"),
    ];
    for (data_type, text) in cases {
        let ordered = ordered(data_type);
        let value = ordered.parse(text).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(ordered.format(&value), text);
    }
    assert!(ordered(Int8).parse("128").is_err());
    assert!(ordered(Float64).parse("nan").is_err());
}

#[test]
fn names_of_bytes_keep_the_order() {
    let ordered = ordered(DataType::Binary);
    let name = |bytes: &[u8]| ordered.name_text(&OrdValue::Bytes(bytes.into()));
    assert_eq!(name(b"ab"), name(b"ab\0"));
    assert_eq!(name(b"ab").len(), 32);
    assert!(name(b"ab") < name(b"abc"));
}

#[test]
fn types_without_order_are_refused() {
    use DataType::*;
    let list = List(Arc::new(Field::new_list_field(Int32, true)));
    for data_type in [Boolean, Null, list, Interval(IntervalUnit::YearMonth), Time32(TimeUnit::Nanosecond)] {
        assert_eq!(OrderedType::new(&data_type), None, "{data_type}");
    }
}

proptest! {
    #[test]
    fn bounds_and_descents_agree_with_a_walk(mut values in prop::collection::vec(-50i64..50, 0..3000), bound in -60i64..60) {
        let ordered = ordered(DataType::Int64);
        let keys = |values: &[i64]| ordered.keys(&(Arc::new(Int64Array::from(values.to_vec())) as ArrayRef)).unwrap();
        let expected = (1..values.len()).find(|&at| values[at] < values[at - 1]);
        prop_assert_eq!(keys(&values).first_descent(), expected);
        values.sort_unstable();
        let keys = keys(&values);
        prop_assert_eq!(keys.first_descent(), None);
        prop_assert_eq!(keys.lower_bound(&OrdValue::I64(bound)), values.iter().filter(|v| **v < bound).count());
        prop_assert_eq!(keys.upper_bound(&OrdValue::I64(bound)), values.iter().filter(|v| **v <= bound).count());
        for at in (0..=values.len()).step_by(values.len() / 5 + 1) {
            let bound_value = OrdValue::I64(bound);
            let ahead = |below: fn(i64, i64) -> bool| values[at..].iter().filter(|v| below(**v, bound)).count();
            let behind = |above: fn(i64, i64) -> bool| values[..at].iter().filter(|v| above(**v, bound)).count();
            prop_assert_eq!(keys.run_length(at, &bound_value, false), ahead(|v, b| v < b));
            prop_assert_eq!(keys.run_length(at, &bound_value, true), ahead(|v, b| v <= b));
            prop_assert_eq!(keys.run_length_back(at, &bound_value, false), behind(|v, b| v > b));
            prop_assert_eq!(keys.run_length_back(at, &bound_value, true), behind(|v, b| v >= b));
        }
    }

    #[test]
    fn names_never_invert_the_order(a in any::<i128>(), b in any::<i128>(), x in any::<Vec<u8>>(), y in any::<Vec<u8>>()) {
        let ordered_type = ordered(DataType::Decimal128(38, 0));
        let (name_a, name_b) = (ordered_type.name_text(&OrdValue::I128(a)), ordered_type.name_text(&OrdValue::I128(b)));
        prop_assert_eq!(a.cmp(&b), name_a.cmp(&name_b));
        let ordered_type = ordered(DataType::Binary);
        let (x, y) = (OrdValue::Bytes(x.into()), OrdValue::Bytes(y.into()));
        if x < y {
            prop_assert!(ordered_type.name_text(&x) <= ordered_type.name_text(&y));
        }
    }
}

/// Found by fuzzing: Arrow's parser of decimals overflowed.
#[test]
fn no_decimal_has_an_exponent_or_hundreds_of_digits() {
    for data_type in [DataType::Decimal64(18, 0), DataType::Decimal128(38, 10), DataType::Decimal256(76, 40)] {
        let ordered = OrderedType::new(&data_type).unwrap();
        for text in ["e033401", "1e99999", "1E5", "1e-40000"] {
            assert!(ordered.parse(text).is_err(), "{text}");
        }
        for text in ["1".repeat(300), format!("0.{}", "3".repeat(300))] {
            assert!(ordered.parse(&text).is_err(), "{text}");
        }
        assert!(ordered.parse("-12").is_ok());
    }
}
