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
fn a_null_without_a_place_is_named() {
    let input = batch(vec![("at", text(vec![Some("a"), None]))]);
    let error = fit(&stored(), &input.schema()).unwrap().check(&input, 40).unwrap_err();
    assert_eq!(error.to_string(), "dataset d, column `at`: expected no nulls, found a null in row 41");
}

#[test]
fn what_does_not_fit_is_named() {
    let at = || text(vec![Some("a")]);
    let number: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let cases = [
        (batch(vec![("at", at()), ("price", number.clone())]), "`price`: expected Float64, found Int64"),
        (
            batch(vec![("at", at()), ("extra", number)]),
            "`extra`: expected a column of the dataset, found another one, of type Int64",
        ),
        (
            batch(vec![("side", at())]),
            "`at`: expected Utf8 (without nulls, so it cannot be left out), found no such column",
        ),
        (batch(vec![("at", at()), ("at", at())]), "`at`: expected one column of this name, found two"),
        (
            batch(vec![("at", at()), ("side", cast(&at(), &DataType::LargeUtf8).unwrap())]),
            "`side`: expected Dictionary(Int8, Utf8), found LargeUtf8",
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
