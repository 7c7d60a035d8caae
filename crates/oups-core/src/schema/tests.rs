//! Schemas that are refused, and inputs that fit or do not.

use std::collections::HashMap;

use arrow::array::*;
use arrow::compute::cast;
use arrow::datatypes::*;

use super::*;

fn field(name: &str, data_type: DataType, nullable: bool) -> Field {
    Field::new(name, data_type, nullable)
}

fn stored() -> Arc<DatasetSchema> {
    let side = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    let schema = Schema::new(vec![
        field("at", DataType::Utf8, false),
        field("price", DataType::Float64, true).with_metadata(HashMap::from([("unit".into(), "EUR".into())])),
        field("side", side, true),
    ]);
    Arc::new(DatasetSchema::new("d", Arc::new(schema), "at").unwrap())
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
}

fn text(values: Vec<Option<&str>>) -> ArrayRef {
    Arc::new(StringArray::from(values))
}

#[test]
fn columns_are_found_by_name_and_cast() {
    let at = cast(&text(vec![Some("a"), Some("b")]), &DataType::LargeUtf8).unwrap();
    let input = batch(vec![("side", text(vec![Some("buy"), None])), ("at", at)]);
    let fit = fit(&stored(), &input.schema()).unwrap();
    fit.check(&input, 0).unwrap();
    let out = fit.apply(&input).unwrap();
    assert_eq!(&out.schema(), stored().plain());
    assert_eq!(out.schema().field(1).metadata().get("unit").unwrap(), "EUR");
    assert_eq!(out.column(0).as_string::<i32>().value(1), "b");
    assert_eq!(out.column(1).null_count(), 2);
    assert_eq!(out.column(2).as_string::<i32>().value(0), "buy");
}

#[test]
fn dictionaries_are_unpacked_wherever_they_are() {
    let dictionary = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::LargeUtf8));
    let list = DataType::List(Arc::new(field("item", dictionary.clone(), true)));
    let schema = Arc::new(Schema::new(vec![field("at", dictionary, false), field("l", list, true)]));
    let schema = Arc::new(DatasetSchema::new("d", schema.clone(), "at").unwrap());
    let plain = DataType::List(Arc::new(field("item", DataType::LargeUtf8, true)));
    assert_eq!(schema.plain().field(1).data_type(), &plain);
    let empty = RecordBatch::new_empty(schema.stored().clone());
    assert_eq!(&fit(&schema, &empty.schema()).unwrap().apply(&empty).unwrap().schema(), schema.plain());
}

#[test]
fn a_null_that_does_not_fit_is_named() {
    let input = batch(vec![("at", text(vec![Some("a"), None]))]);
    let error = fit(&stored(), &input.schema()).unwrap().check(&input, 40).unwrap_err();
    assert_eq!(error.to_string(), "dataset d, column `at`: expected no nulls, found a null in row 42");
}

#[test]
fn what_does_not_fit_is_named() {
    let at = || text(vec![Some("a")]);
    let number: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let cases = [
        (
            batch(vec![("at", at()), ("price", number.clone())]),
            "`price`: expected Float64, found Int64 (cast it to Float64)",
        ),
        (
            batch(vec![("at", at()), ("extra", number)]),
            "`extra`: expected a column of the dataset, found another one, of type Int64 (`.evolve_schema()` would add it)",
        ),
        (
            batch(vec![("side", at())]),
            "`at`: expected Utf8 (without nulls, so it cannot be left out), found no such column",
        ),
        (batch(vec![("at", at()), ("at", at())]), "`at`: expected one column of this name, found two"),
        (
            batch(vec![("at", at()), ("side", cast(&at(), &DataType::LargeUtf8).unwrap())]),
            "`side`: expected Dictionary(Int8, Utf8), found LargeUtf8 (`.evolve_schema()` would make the column LargeUtf8)",
        ),
    ];
    for (input, message) in cases {
        let error = fit(&stored(), &input.schema()).unwrap_err();
        assert_eq!(error.to_string(), format!("dataset d, column {message}"));
    }
}

#[test]
fn a_decimal_beyond_its_precision_is_refused() {
    let decimals = Decimal128Array::from(vec![100_000]).with_precision_and_scale(5, 2).unwrap();
    let schema = Arc::new(Schema::new(vec![field("at", DataType::Decimal128(5, 2), false)]));
    let input = RecordBatch::try_new(schema.clone(), vec![Arc::new(decimals)]).unwrap();
    let schema = Arc::new(DatasetSchema::new("d", schema, "at").unwrap());
    assert!(fit(&schema, &input.schema()).unwrap().check(&input, 0).is_err());
}

#[test]
fn schemas_that_parquet_would_change_are_refused() {
    use DataType::*;
    let union = Union(UnionFields::empty(), UnionMode::Sparse);
    let runs = RunEndEncoded(Arc::new(field("r", Int32, false)), Arc::new(field("v", Int32, true)));
    let nested = Struct(vec![field("x", Interval(IntervalUnit::DayTime), true)].into());
    let twice = Struct(vec![field("x", Int32, true), field("x", Int32, true)].into());
    let refused = [
        union,
        runs,
        nested.clone(),
        twice,
        Struct(Fields::empty()),
        Decimal128(5, -1),
        Decimal64(2, 3),
        Decimal32(1, 0),
        FixedSizeBinary(0),
        FixedSizeList(Arc::new(field("item", Int32, true)), 0),
        Dictionary(Box::new(Int8), Box::new(nested)),
        Dictionary(Box::new(Int8), Box::new(Boolean)),
        Time32(TimeUnit::Nanosecond),
    ];
    for data_type in refused {
        let schema = Schema::new(vec![field("c", data_type.clone(), true)]);
        assert!(check_types("d", &schema).is_err(), "{data_type}");
    }
    assert!(check_types("d", &Schema::empty()).is_err());
    let error = check_types("d", &Schema::new(vec![field("n", Null, false)])).unwrap_err();
    assert!(matches!(error, Error::UnsupportedType { .. }));
    let twice = Schema::new(vec![field("c", Int32, true), field("c", Int32, true)]);
    assert!(matches!(check_types("d", &twice), Err(Error::Schema { .. })));
}

#[test]
fn the_ordered_column_must_be_there_and_have_an_order() {
    let schema = Arc::new(Schema::new(vec![field("a", DataType::Boolean, true)]));
    assert!(matches!(DatasetSchema::new("d", schema.clone(), "b"), Err(Error::UnknownColumn { .. })));
    assert!(matches!(DatasetSchema::new("d", schema, "a"), Err(Error::UnsupportedType { .. })));
}

/// Every leaf type that evolution knows, and some that hold them.
fn evolving_types() -> Vec<DataType> {
    use DataType::*;
    let mut types = vec![Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Float16, Float32, Float64, Boolean];
    types.extend([
        Utf8,
        LargeUtf8,
        Utf8View,
        Binary,
        LargeBinary,
        BinaryView,
        FixedSizeBinary(3),
        Date32,
        Date64,
        Null,
    ]);
    types.extend([Decimal32(9, 2), Decimal64(12, 6), Decimal128(38, 0), Decimal128(20, 10), Decimal256(76, 30)]);
    for unit in [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
        types.extend([Timestamp(unit, None), Timestamp(unit, Some("UTC".into())), Duration(unit)]);
    }
    types.extend([Time32(TimeUnit::Second), Time32(TimeUnit::Millisecond), Time64(TimeUnit::Nanosecond)]);
    let item = |data_type| Arc::new(field("item", data_type, true));
    types.extend([List(item(Int8)), List(item(Int64)), List(item(Utf8)), LargeList(item(Int8))]);
    types.extend([FixedSizeList(item(Int16), 2), FixedSizeList(item(UInt16), 2), FixedSizeList(item(Int8), 3)]);
    let of = |fields: Vec<Field>| Struct(fields.into());
    types.extend([of(vec![field("a", Int8, true)]), of(vec![field("a", Int32, true), field("b", Utf8, true)])]);
    types
}

#[test]
fn the_common_type_does_not_depend_on_the_order_and_holds_both() {
    use super::common_type::common;
    // The order of a struct's fields does depend on it; the fields do not.
    let same = |a: &DataType, b: &DataType| holds(a, b) && holds(b, a);
    let types = evolving_types();
    for a in &types {
        assert_eq!(common(a, a).as_ref(), Some(a));
        for b in &types {
            let (one, other) = (common(a, b), common(b, a));
            assert_eq!(one.is_some(), other.is_some(), "{a} {b}");
            let (Some(one), Some(other)) = (one, other) else { continue };
            assert!(same(&one, &other), "{a} {b}: {one} {other}");
            assert!(holds(&one, a) && holds(&one, b), "{a} {b}: {one}");
            assert_eq!(common(&one, b).as_ref(), Some(&one));
            for c in &types {
                // With three types the order may matter: `Int8` and `UInt8` make `Int16`, which `Float16` does not
                // hold.
                let right = common(b, c).and_then(|right| common(a, &right));
                if let (Some(left), Some(right)) = (common(&one, c), right) {
                    assert!(holds(&left, &right) || holds(&right, &left), "{a} {b} {c}: {left} {right}");
                }
            }
        }
    }
}

#[test]
fn the_common_type_is_the_smallest() {
    use super::common_type::common;
    use DataType::*;
    let cases = [
        (Int8, UInt8, Some(Int16)),
        (UInt32, Int8, Some(Int64)),
        (UInt64, Int8, None),
        (Int32, Int16, Some(Int32)),
        (UInt8, UInt32, Some(UInt32)),
        (Int8, Float16, Some(Float16)),
        (Int16, Float16, Some(Float32)),
        (Float32, Int32, Some(Float64)),
        (Int64, Float64, None),
        (Utf8View, LargeUtf8, Some(LargeUtf8)),
        (Utf8, Binary, None),
        (Decimal32(5, 2), Decimal32(9, 0), Some(Decimal64(11, 2))),
        (Decimal128(38, 0), Decimal128(38, 38), Some(Decimal256(76, 38))),
        (Decimal256(76, 0), Decimal128(38, 1), None),
        (Decimal128(5, 2), Int8, None),
        (Time32(TimeUnit::Second), Time64(TimeUnit::Microsecond), Some(Time64(TimeUnit::Microsecond))),
        (Timestamp(TimeUnit::Second, None), Timestamp(TimeUnit::Second, Some("UTC".into())), None),
        (Date32, Date64, None),
        (Boolean, Int8, None),
    ];
    for (a, b, expected) in cases {
        assert_eq!(common(&a, &b), expected, "{a} {b}");
    }
    let dictionary = |keys: DataType, values: DataType| Dictionary(Box::new(keys), Box::new(values));
    assert_eq!(common(&Utf8, &dictionary(Int8, LargeUtf8)), Some(dictionary(Int8, LargeUtf8)));
    assert_eq!(common(&dictionary(Int8, LargeUtf8), &Utf8), Some(LargeUtf8));
    assert_eq!(common(&dictionary(UInt8, Utf8), &dictionary(Int8, Utf8)), Some(dictionary(UInt8, Utf8)));
    // A dictionary that columns may not have becomes plain.
    assert_eq!(common(&Boolean, &dictionary(Int8, Boolean)), Some(Boolean));
}

#[test]
fn every_value_survives_widening() {
    let extremes: [(ArrayRef, DataType); 4] = [
        (Arc::new(Int32Array::from(vec![i32::MIN, -1, i32::MAX])), DataType::Float64),
        (Arc::new(UInt16Array::from(vec![0, u16::MAX])), DataType::Float32),
        (Arc::new(Int8Array::from(vec![i8::MIN, i8::MAX])), DataType::Float16),
        (Arc::new(UInt32Array::from(vec![0, u32::MAX])), DataType::Int64),
    ];
    for (array, wide) in extremes {
        assert!(holds(&wide, array.data_type()));
        let back = cast(&convert(&array, &wide).unwrap(), array.data_type()).unwrap();
        assert_eq!(&back, &array, "{wide}");
    }
    let seconds: ArrayRef = Arc::new(Time32SecondArray::from(vec![Some(86_399), None]));
    let nanos = convert(&seconds, &DataType::Time64(TimeUnit::Nanosecond)).unwrap();
    assert_eq!(nanos.as_primitive::<Time64NanosecondType>().value(0), 86_399_000_000_000);
    let late: ArrayRef = Arc::new(Time32SecondArray::from(vec![i32::MAX]));
    assert!(convert(&late, &DataType::Time32(TimeUnit::Millisecond)).is_err());
    let far: ArrayRef = Arc::new(TimestampSecondArray::from(vec![i64::MAX]));
    assert!(convert(&far, &DataType::Timestamp(TimeUnit::Nanosecond, None)).is_err());
}

#[test]
fn wider_keys_are_the_next() {
    let wider = stored().with_wider_keys("side").unwrap().unwrap();
    let side = DataType::Dictionary(Box::new(DataType::Int16), Box::new(DataType::Utf8));
    assert_eq!(wider.stored().field(2).data_type(), &side);
    assert!(stored().with_wider_keys("price").unwrap().is_none());
}
