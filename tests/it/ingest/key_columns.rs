//! Key columns: every type of field, every type of column, and their names.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::DataType::{self, *};
use oups::{AnyKey, Error, KeySchema, Separator, Store};
use oups_tests::scratch;
use tempfile::TempDir;

use super::all;

fn store_of(keys: &str) -> (TempDir, Store<AnyKey>) {
    let folder = scratch();
    let schema = KeySchema::parse(keys, Separator::default()).unwrap();
    let store = Store::create_for(folder.path().join("data"), schema).unwrap();
    (folder, store)
}

/// Two rows, with key columns as given.
fn with(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let time: ArrayRef = Arc::new(Int64Array::from_iter_values(0..columns[0].1.len() as i64));
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().chain([("time", time)]).map(|(name, column)| (name, column, true)),
    )
    .unwrap()
}

fn text(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn dictionary(key: DataType, value: DataType) -> DataType {
    Dictionary(Box::new(key), Box::new(value))
}

/// The paths of the datasets that an ingest of one key column makes, or its error.
fn paths(field: &str, column: ArrayRef) -> Result<Vec<String>, String> {
    let (_folder, store) = store_of(&format!("key:{field}"));
    let ingested = store.ingest(with(vec![("key", column)])).ordered_on("time").commit().map_err(|e| e.to_string())?;
    let of = |done: oups::IngestReport<AnyKey>| match done.result {
        Ok(_) => done.dataset,
        Err(error) => format!("{}: {error}", done.dataset),
    };
    Ok(ingested.into_iter().map(of).collect())
}

#[test]
fn every_type_of_field_is_read_from_every_type_of_column_that_holds_it() {
    let texts = [Utf8, LargeUtf8, Utf8View, dictionary(Int8, Utf8), dictionary(UInt32, LargeUtf8)];
    let integers = [Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, dictionary(Int16, Int64)];
    let bools = [Boolean];
    let integer_fields = ["i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128"];
    let mut tried = 0;
    let mut check = |field: &str, values: &[&str], types: &[DataType]| {
        for data_type in types {
            let column = cast(&text(values), data_type).unwrap();
            assert_eq!(paths(field, column).unwrap(), values, "{field} from {data_type}");
            tried += 1;
        }
    };
    for field in integer_fields {
        check(field, &["0", "101"], &texts);
        check(field, &["0", "101"], &integers);
    }
    check("bool", &["false", "true"], &texts);
    check("bool", &["false", "true"], &bools);
    check("char", &["a", "ö"], &texts);
    for field in ["str", "text"] {
        check(field, &["007", "b c"], &texts);
        check(field, &["0", "101"], &integers);
        check(field, &["false", "true"], &bools);
    }
    assert_eq!(tried, 10 * 14 + 6 + 5 + 2 * 15);
}

#[test]
fn columns_that_hold_no_values_of_the_field_are_refused_by_name() {
    let float: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0]));
    let refused = |field, column| paths(field, column).unwrap_err();
    assert_eq!(
        refused("str", float.clone()),
        "key column `key`: expected text, whole numbers or truth values, found a column of type Float64"
    );
    assert_eq!(
        refused("u8", float),
        "key column `key`: expected whole numbers, or text, found a column of type Float64"
    );
    let truth: ArrayRef = Arc::new(BooleanArray::from(vec![true]));
    assert_eq!(
        refused("int", truth),
        "key column `key`: expected whole numbers, or text, found a column of type Boolean"
    );
    let number: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    assert_eq!(
        refused("bool", number),
        "key column `key`: expected truth values, or text, found a column of type Int64"
    );
    assert!(refused("str", new_null_array(&Null, 1)).contains("type Null"));
}

#[test]
fn values_that_are_no_key_fail_alone() {
    let found = paths("u8", Arc::new(Int64Array::from(vec![7, 256, 8, -1, 256]))).unwrap();
    let expected = "expected a whole number from 0 to 255, without `+` or leading zeros, found";
    assert_eq!(
        found,
        [
            "7",
            "8",
            &format!("-1: key `-1`, field `key`: {expected} `-1`"),
            &format!("256: key `256`, field `key`: {expected} `256`")
        ]
    );
    let found = paths("int", text(&["7", "07"])).unwrap();
    assert!(found[0] == "7" && found[1].starts_with("07: key `07`, field `key`: expected a whole number"), "{found:?}");
    let long = "x".repeat(201);
    let found = paths("str", text(&["a", &long])).unwrap();
    assert!(found[0] == "a" && found[1].ends_with("has 201 bytes; a part of a path may have 200"), "{found:?}");
}

#[test]
fn a_null_is_told_by_its_row() {
    let column: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), Some("b"), None]));
    let null = "key column `key`, row 3: expected a value in every row, found null";
    assert_eq!(paths("str", column.clone()).unwrap_err(), null);
    assert_eq!(paths("str", cast(&column, &dictionary(Int8, Utf8)).unwrap()).unwrap_err(), null);
    let (_folder, store) = store_of("key:str");
    let batches = vec![with(vec![("key", text(&["a", "b"]))]), with(vec![("key", column)])];
    let error = store.ingest(batches).ordered_on("time").commit().unwrap_err();
    assert!(matches!(&error, Error::KeyColumn { row: Some(4), .. }), "{error}");
    assert!(store.keys(..).unwrap().is_empty());
}

#[test]
fn names_of_several_levels_are_told_apart() {
    let (_folder, store) = store_of("name:str,city:str/name:str");
    let (a, b, c) = (text(&["a"]), text(&["b"]), text(&["c"]));
    let rows = with(vec![("level2.name", a.clone()), ("name", b.clone()), ("city", c.clone())]);
    let ingested = store.ingest(rows).ordered_on("time").commit().unwrap();
    assert_eq!(ingested[0].dataset, "b-c/a");
    assert_eq!(all(&store.dataset(ingested[0].key.as_ref().unwrap()).unwrap()).num_columns(), 1);

    let missing = store.ingest(with(vec![("name", b.clone()), ("city", c)])).ordered_on("time").commit();
    assert_eq!(
        missing.unwrap_err().to_string(),
        "key column `level2.name`: expected a column with this field of the keys, found no such column; the columns are name, city, time"
    );
    let (_folder, store) = store_of("name:str/city:str");
    let twice = with(vec![("city", a), ("name", b.clone()), ("level2.city", b)]);
    let error = store.ingest(twice).ordered_on("time").commit().unwrap_err();
    assert_eq!(error.to_string(), "key column `level2.city`: expected one column for the field of the keys, found two");
}

/// The column would be taken as a key column, and null would be stored in its place.
#[test]
fn a_dataset_that_stores_a_column_named_as_a_field_is_refused() {
    let (_folder, store) = store_of("city:str");
    let rows = with(vec![("city", text(&["oslo", "rome"]))]);
    let oslo = store.dataset(&store.parse_key("oslo").unwrap()).unwrap();
    oslo.write(rows.clone()).ordered_on("time").commit().unwrap();
    let ingested = store.ingest(rows).ordered_on("time").commit().unwrap();
    let told: Vec<_> = ingested.iter().map(|done| (done.dataset.as_str(), done.result.is_ok())).collect();
    assert_eq!(told, [("oslo", false), ("rome", true)]);
    assert!(matches!(&ingested[0].result, Err(Error::Schema { column, .. }) if column == "city"));
    assert_eq!(oslo.version().unwrap().commit(), 1);
}
