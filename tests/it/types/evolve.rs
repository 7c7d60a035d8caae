//! Columns that grow: new ones, wider types, other forms; refused changes; reads of older files.

use std::sync::Arc;

use arrow::array::*;
use arrow::compute::cast;
use arrow::datatypes::*;
use arrow::error::ArrowError;
use oups_core::{Dataset, DuplicatesOn, Error, Keep};
use oups_query::ReadDataset;
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store};
use oups_tests::tree::tree;
use tempfile::TempDir;

use super::rows_of;

fn empty() -> (TempDir, Dataset) {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "x");
    (folder, dataset)
}

fn times(times: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(times.to_vec()))
}

/// Rows of a time and other columns. All are nullable except the time.
fn rows(at: &[i64], columns: &[(&str, ArrayRef)]) -> RecordBatch {
    let others = columns.iter().map(|(name, column)| (*name, column.clone(), true));
    RecordBatch::try_from_iter_with_nullable([("at", times(at), false)].into_iter().chain(others)).unwrap()
}

fn with(data_type: &DataType, numbers: &[i64]) -> ArrayRef {
    cast(&times(numbers), data_type).unwrap()
}

fn type_of(dataset: &Dataset, column: &str) -> DataType {
    dataset.info().unwrap().schema.field_with_name(column).unwrap().data_type().clone()
}

fn column(dataset: &Dataset, name: &str) -> ArrayRef {
    rows_of(dataset).column_by_name(name).unwrap().clone()
}

/// The column as whole numbers.
fn numbers(dataset: &Dataset, name: &str) -> Vec<Option<i64>> {
    cast(&column(dataset, name), &DataType::Int64).unwrap().as_primitive::<Int64Type>().iter().collect()
}

fn texts(dataset: &Dataset, name: &str) -> Vec<Option<String>> {
    let texts = cast(&column(dataset, name), &DataType::Utf8).unwrap();
    texts.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
}

fn dictionary(keys: DataType, values: DataType) -> DataType {
    DataType::Dictionary(Box::new(keys), Box::new(values))
}

#[test]
fn files_of_older_columns_are_not_touched_and_read_as_the_newest() {
    let (folder, dataset) = empty();
    dataset
        .write(rows(&[1, 2, 3, 4], &[("n", with(&DataType::Int8, &[1, 2, 3, 4]))]))
        .ordered_on("at")
        .row_group_target(2)
        .commit()
        .unwrap();
    // From now on the handle knows the footers, with the older columns.
    assert_eq!(numbers(&dataset, "n"), [1, 2, 3, 4].map(Some));
    let before = tree(folder.path());
    let more = rows(&[5], &[("new", with(&DataType::Float64, &[50])), ("n", with(&DataType::Int32, &[70_000]))]);
    let error = dataset.write(more.clone()).commit().unwrap_err();
    insta::assert_snapshot!(error, @"dataset x, column `new`: expected a column of the dataset, found another one, of type Float64 (`.evolve_schema()` would add it)");
    assert_eq!(tree(folder.path()), before);
    let written = dataset.write(more).evolve_schema().max_off_target(None).commit().unwrap();
    assert_eq!((written.files_written, written.files_replaced), (1, 0));
    let after = tree(folder.path());
    let parquet = before.iter().filter(|(name, _)| name.ends_with(".parquet"));
    parquet.for_each(|(name, bytes)| assert_eq!(after.get(name), Some(bytes)));
    assert_eq!(numbers(&dataset, "n"), [1, 2, 3, 4, 70_000].map(Some));
    assert_eq!(numbers(&dataset, "new"), [None, None, None, None, Some(50)]);
    assert!(dataset.info().unwrap().schema.field(2).is_nullable());
    // A read of only the new column, and one of no column.
    let found = dataset.scan().range(2..=3).columns(["new"]).collect().unwrap();
    assert_eq!((found.num_rows(), found.column(0).null_count()), (2, 2));
    assert_eq!(dataset.scan().range(2..=5).count().unwrap(), 4);
    assert!(dataset.verify().run().unwrap().findings.is_empty());
    // A merge writes the newest columns.
    dataset.compact().row_group_target(100).commit().unwrap();
    assert_eq!(numbers(&dataset, "n"), [1, 2, 3, 4, 70_000].map(Some));
    assert_eq!(numbers(&dataset, "new"), [None, None, None, None, Some(50)]);
}

#[test]
fn narrower_rows_fit_when_evolving_and_change_nothing() {
    let (_folder, dataset) = empty();
    dataset.write(rows(&[1], &[("n", with(&DataType::Int64, &[1]))])).ordered_on("at").commit().unwrap();
    let schema = dataset.info().unwrap().schema;
    let narrow = rows(&[2], &[("n", with(&DataType::Int16, &[2]))]);
    let error = dataset.write(narrow.clone()).commit().unwrap_err();
    insta::assert_snapshot!(error, @"dataset x, column `n`: expected Int64, found Int16 (cast it to Int64, or let `.evolve_schema()` do it)");
    dataset.write(narrow).evolve_schema().commit().unwrap();
    assert_eq!(dataset.info().unwrap().schema, schema);
    assert_eq!(numbers(&dataset, "n"), [Some(1), Some(2)]);
}

#[test]
fn every_family_widens() {
    use DataType::*;
    let zone = || Some("Asia/Tokyo".into());
    let cases = [
        (UInt8, Int16, Int16),
        (UInt32, Int8, Int64),
        (Float16, Float64, Float64),
        (Int16, Float32, Float32),
        (Int32, Float32, Float64),
        (Decimal128(5, 1), Decimal128(6, 3), Decimal128(7, 3)),
        (Decimal32(9, 2), Decimal64(12, 0), Decimal64(14, 2)),
        (
            Timestamp(TimeUnit::Second, zone()),
            Timestamp(TimeUnit::Nanosecond, zone()),
            Timestamp(TimeUnit::Nanosecond, zone()),
        ),
        (Duration(TimeUnit::Millisecond), Duration(TimeUnit::Second), Duration(TimeUnit::Millisecond)),
        (Utf8, LargeUtf8, LargeUtf8),
        (Utf8View, Utf8, Utf8View),
        (dictionary(Int8, Utf8), dictionary(Int32, LargeUtf8), dictionary(Int32, LargeUtf8)),
        (Utf8, dictionary(Int32, Utf8), dictionary(Int32, Utf8)),
        (dictionary(Int32, Utf8), Utf8, Utf8),
        (dictionary(Int16, Int8), Int32, Int32),
    ];
    for (stored, input, expected) in cases {
        let (_folder, dataset) = empty();
        dataset.write(rows(&[1, 2], &[("v", with(&stored, &[7, 8]))])).ordered_on("at").commit().unwrap();
        dataset.write(rows(&[3], &[("v", with(&input, &[9]))])).evolve_schema().max_off_target(None).commit().unwrap();
        assert_eq!(type_of(&dataset, "v"), expected, "{stored} {input}");
        // A finer unit changes the number of a time.
        let steps = |from: &DataType| match from {
            Timestamp(TimeUnit::Second, _) => 1_000_000_000,
            Duration(TimeUnit::Second) => 1_000,
            _ => 1,
        };
        let expected = [7 * steps(&stored), 8 * steps(&stored), 9 * steps(&input)].map(Some);
        assert_eq!(numbers(&dataset, "v"), expected, "{stored} {input}");
        assert!(dataset.verify().run().unwrap().findings.is_empty());
        dataset.compact().row_group_target(100).commit().unwrap();
        assert_eq!(numbers(&dataset, "v"), expected, "{stored} {input}");
    }
}

#[test]
fn what_has_no_common_type_is_refused_with_what_would_help() {
    use DataType::*;
    let cases =
        [(Int64, Float64), (Int32, Utf8), (Decimal128(38, 0), Int8), (Timestamp(TimeUnit::Second, None), Date32)];
    let mut messages = String::new();
    for (stored, input) in cases {
        let (folder, dataset) = empty();
        dataset.write(rows(&[1], &[("v", new_null_array(&stored, 1))])).ordered_on("at").commit().unwrap();
        let before = tree(folder.path());
        let error =
            dataset.write(rows(&[2], &[("v", new_null_array(&input, 1))])).evolve_schema().commit().unwrap_err();
        assert!(matches!(error, Error::Schema { .. }));
        messages += &format!("{error}\n");
        assert_eq!(tree(folder.path()), before);
    }
    let (_folder, dataset) = empty();
    dataset.write(rows(&[1], &[])).ordered_on("at").commit().unwrap();
    let other = RecordBatch::try_from_iter([("at", with(&Int32, &[2]))]).unwrap();
    messages += &format!("{}\n", dataset.write(other).evolve_schema().commit().unwrap_err());
    let interval = rows(&[2], &[("i", new_null_array(&Interval(IntervalUnit::DayTime), 1))]);
    messages += &format!("{}\n", dataset.write(interval).evolve_schema().commit().unwrap_err());
    let without = RecordBatch::try_from_iter([("new", with(&Int32, &[2]))]).unwrap();
    messages += &dataset.write(without).evolve_schema().commit().unwrap_err().to_string();
    insta::assert_snapshot!(messages, @"
    dataset x, column `v`: expected Int64, found Float64 (no type holds both: cast it to Int64)
    dataset x, column `v`: expected Int32, found Utf8 (no type holds both: cast it to Int32)
    dataset x, column `v`: expected Decimal128(38, 0), found Int8 (no type holds both: cast it to Decimal128(38, 0))
    dataset x, column `v`: expected Timestamp(s), found Date32 (no type holds both: cast it to Timestamp(s))
    dataset x, column `at`: expected Int64, found Int32 (the ordered column's type never changes: cast it to Int64)
    dataset x, column `i`: other programs cannot read intervals in Parquet: use a duration (type Interval(DayTime))
    dataset x, column `at`: expected Int64 (without nulls, so it cannot be left out), found no such column
    ");
}

#[test]
fn a_finer_unit_that_overflows_is_refused_whether_stored_or_new() {
    let seconds = |values: &[i64]| with(&DataType::Timestamp(TimeUnit::Second, None), values);
    let nanos = |values: &[i64]| with(&DataType::Timestamp(TimeUnit::Nanosecond, None), values);
    const FAR: i64 = 10_000_000_000;
    let (folder, dataset) = empty();
    dataset.write(rows(&[1, 2], &[("t", seconds(&[0, FAR]))])).ordered_on("at").commit().unwrap();
    let before = tree(folder.path());
    let stored = dataset.write(rows(&[3], &[("t", nanos(&[5]))])).evolve_schema().commit().unwrap_err();
    assert!(
        stored.to_string().contains("dataset x, column `t`: expected stored values that fit Timestamp(ns)"),
        "{stored}"
    );
    assert_eq!(tree(folder.path()), before);

    let (folder, dataset) = empty();
    dataset.write(rows(&[1], &[("t", nanos(&[5]))])).ordered_on("at").commit().unwrap();
    let before = tree(folder.path());
    let new = dataset.write(rows(&[2, 3], &[("t", seconds(&[1, FAR]))])).evolve_schema().commit().unwrap_err();
    insta::assert_snapshot!(new, @"dataset x, column `t`: expected values that fit Timestamp(ns), found another one in row 2: 10000000000 of Timestamp(s) is too large for Timestamp(ns)");
    assert_eq!(tree(folder.path()), before);
    dataset.write(rows(&[2], &[("t", seconds(&[1]))])).evolve_schema().commit().unwrap();
    assert_eq!(numbers(&dataset, "t"), [Some(5), Some(1_000_000_000)]);
}

#[test]
fn the_ordered_column_changes_its_form_only() {
    let texts = |data_type: &DataType, values: &[&str]| -> RecordBatch {
        let column = cast(&(Arc::new(StringArray::from(values.to_vec())) as ArrayRef), data_type).unwrap();
        RecordBatch::try_from_iter([("name", column)]).unwrap()
    };
    use DataType::*;
    let forms = [Utf8, LargeUtf8, dictionary(Int32, Utf8), dictionary(Int8, LargeUtf8), Utf8View];
    let (_folder, dataset) = empty();
    dataset.write(texts(&Utf8, &["a", "c", "e"])).ordered_on("name").row_group_target(2).commit().unwrap();
    let mut expected = vec!["a", "c", "e"];
    for (form, new) in forms.iter().zip(["b", "d", "f", "g", "h"]) {
        dataset.write(texts(form, &[new])).evolve_schema().commit().unwrap();
        expected.push(new);
        expected.sort_unstable();
        let found: Vec<String> = super::evolve::texts(&dataset, "name").into_iter().flatten().collect();
        assert_eq!(found, expected, "{form}");
        // Pruning works across files of all forms.
        for (at, value) in expected.iter().enumerate() {
            assert_eq!(dataset.scan().range(..*value).count().unwrap(), at as u64);
            assert_eq!(dataset.scan().range(*value..=*value).count().unwrap(), 1);
        }
        assert!(dataset.verify().run().unwrap().findings.is_empty());
    }
    assert_eq!(type_of(&dataset, "name"), LargeUtf8);
}

#[test]
fn structs_lists_and_maps_grow_inside() {
    let list = |item: DataType, values: &[i64]| -> ArrayRef {
        let lists =
            GenericListArray::<i32>::from_iter_primitive::<Int64Type, _, _>([Some(values.iter().map(|v| Some(*v)))]);
        cast(&lists, &DataType::List(Arc::new(Field::new("item", item, true)))).unwrap()
    };
    let of = |columns: Vec<(&str, ArrayRef)>| -> ArrayRef {
        let fields = columns
            .into_iter()
            .map(|(name, array)| (Arc::new(Field::new(name, array.data_type().clone(), false)), array));
        Arc::new(StructArray::from(fields.collect::<Vec<_>>()))
    };
    let (_folder, dataset) = empty();
    let first =
        rows(&[1], &[("l", list(DataType::Int8, &[1, 2])), ("s", of(vec![("a", with(&DataType::Int16, &[3]))]))]);
    dataset.write(first).ordered_on("at").commit().unwrap();
    let grown = of(vec![("b", with(&DataType::Int64, &[5])), ("a", with(&DataType::Int32, &[4]))]);
    dataset
        .write(rows(&[2], &[("l", list(DataType::Int32, &[70_000])), ("s", grown)]))
        .evolve_schema()
        .max_off_target(None)
        .commit()
        .unwrap();
    let expected = |dataset: &Dataset| {
        let all = rows_of(dataset);
        let list = all.column(1).as_list::<i32>();
        assert_eq!(list.values().as_primitive::<Int32Type>().values(), &[1, 2, 70_000]);
        let structs = all.column(2).as_struct();
        assert_eq!(structs.column_by_name("a").unwrap().as_primitive::<Int32Type>().values(), &[3, 4]);
        let b = structs.column_by_name("b").unwrap().as_primitive::<Int64Type>();
        assert_eq!(b.iter().collect::<Vec<_>>(), [None, Some(5)]);
    };
    expected(&dataset);
    dataset.compact().row_group_target(100).commit().unwrap();
    expected(&dataset);
    // The dataset's struct has this field without nulls, so new rows cannot leave it out.
    let without_a = of(vec![("b", with(&DataType::Int64, &[5]))]);
    let error = dataset.write(rows(&[3], &[("s", without_a)])).evolve_schema().commit().unwrap_err();
    assert!(matches!(error, Error::Schema { .. }), "{error}");
}

#[test]
fn a_dictionary_with_too_many_values_is_refused_or_gets_wider_keys() {
    let words = |from: i64, to: i64| {
        let texts: ArrayRef = Arc::new(StringArray::from_iter_values((from..to).map(|n| format!("word {n}"))));
        let at: Vec<i64> = (from..to).collect();
        rows(&at, &[("w", cast(&texts, &dictionary(DataType::Int8, DataType::Utf8)).unwrap())])
    };
    let (folder, dataset) = empty();
    dataset.write(words(0, 100)).ordered_on("at").commit().unwrap();
    let before = tree(folder.path());
    let error = dataset.write(words(50, 150)).commit().unwrap_err();
    insta::assert_snapshot!(error, @"dataset x, column `w`: the row group that begins at 0 holds more than the 128 values that the keys of Dictionary(Int8, Utf8) can name; write with `evolve_schema` to widen the keys, or in smaller row groups");
    assert_eq!(tree(folder.path()), before);
    // The values fit in two row groups, but not in the one that a compaction would make.
    dataset.write(words(100, 200)).row_group_target(100).max_off_target(None).commit().unwrap();
    assert_eq!(type_of(&dataset, "w"), dictionary(DataType::Int8, DataType::Utf8));
    assert!(matches!(dataset.compact().commit(), Err(Error::DictionaryFull { .. })));
    let written = dataset.compact().evolve_schema().commit().unwrap();
    assert_eq!(written.files_written, 1);
    assert_eq!(type_of(&dataset, "w"), dictionary(DataType::Int16, DataType::Utf8));
    let expected: Vec<_> = (0..200).map(|n| Some(format!("word {n}"))).collect();
    assert_eq!(texts(&dataset, "w"), expected);
    assert!(dataset.verify().run().unwrap().findings.is_empty());
}

#[test]
fn duplicates_over_columns_that_grew() {
    let (_folder, dataset) = empty();
    let first = rows(&[1, 2], &[("n", with(&DataType::Int8, &[1, 2]))]);
    dataset.write(first.clone()).ordered_on("at").duplicates_on(["n"]).commit().unwrap();
    // The rows differ only in width: no file is replaced, only the manifest changes.
    let wide = rows(&[1, 2], &[("n", with(&DataType::Int32, &[1, 2]))]);
    let written = dataset.write(wide).evolve_schema().commit().unwrap();
    assert_eq!((written.changed, written.files_written), (true, 0));
    assert_eq!(type_of(&dataset, "n"), DataType::Int32);
    // Rows of the old width change nothing.
    assert!(!dataset.write(first).evolve_schema().commit().unwrap().changed);
    // A new column counts as soon as `duplicates_on` names it, and older rows are null in it.
    let with_k =
        |k: Option<i64>| rows(&[2], &[("n", with(&DataType::Int32, &[2])), ("k", Arc::new(Int64Array::from(vec![k])))]);
    let on = DuplicatesOn::Columns(vec!["n".into(), "k".into()]);
    dataset.write(with_k(Some(1))).duplicates_on(on.clone()).evolve_schema().commit().unwrap();
    assert_eq!(numbers(&dataset, "k"), [None, None, Some(1)]);
    dataset.write(with_k(None)).duplicates_on(on).commit().unwrap();
    assert_eq!(numbers(&dataset, "k"), [None, Some(1), None]);
    // The dataset's setting still names only `n`.
    dataset.write(with_k(Some(9))).keep(Keep::Last).commit().unwrap();
    assert_eq!(numbers(&dataset, "k"), [None, Some(9)]);
    assert_eq!(dataset.info().unwrap().settings.duplicates_on, DuplicatesOn::Columns(vec!["n".into()]));
}

#[test]
fn columns_alone_are_a_commit_and_versions_count() {
    let (_folder, dataset) = empty();
    dataset.write(rows(&[1], &[])).ordered_on("at").commit().unwrap();
    let none = rows(&[], &[("n", with(&DataType::Int8, &[]))]);
    let error = dataset.write(none.clone()).evolve_schema().if_version(7).commit().unwrap_err();
    assert!(matches!(error, Error::VersionConflict { found, .. } if found.commit() == 1));
    assert_eq!(dataset.write(none.clone()).evolve_schema().if_version(1).commit().unwrap().version.commit(), 2);
    assert_eq!(numbers(&dataset, "n"), [None]);
    assert!(!dataset.write(none.clone()).evolve_schema().commit().unwrap().changed);
    // An older snapshot keeps its columns.
    let before = dataset.snapshot().unwrap();
    dataset.write(rows(&[2], &[("m", with(&DataType::Int8, &[1]))])).evolve_schema().commit().unwrap();
    assert_eq!(before.scan().collect().unwrap().num_columns(), 2);
    assert!(dataset.write(none).evolve_schema().plan().unwrap().is_noop());
}

/// A reader that acts while it is read.
fn meanwhile(batch: RecordBatch, act: impl FnOnce() + Send + 'static) -> impl RecordBatchReader + Send + 'static {
    let schema = batch.schema();
    let mut act = Some(act);
    let batches = std::iter::once(batch).map(move |batch| {
        act.take().into_iter().for_each(|act| act());
        Ok::<_, ArrowError>(batch)
    });
    RecordBatchIterator::new(batches, schema)
}

#[test]
fn writers_that_evolve_at_once_end_up_with_both() {
    let (_folder, dataset) = empty();
    let coded = |text: &str| {
        let text: ArrayRef = Arc::new(StringArray::from(vec![text]));
        cast(&text, &dictionary(DataType::Int8, DataType::Utf8)).unwrap()
    };
    dataset
        .write(rows(&[1], &[("n", with(&DataType::Int8, &[1])), ("c", coded("a"))]))
        .ordered_on("at")
        .commit()
        .unwrap();
    let other = dataset.clone();
    let mine =
        rows(&[3], &[("n", with(&DataType::UInt8, &[200])), ("a", with(&DataType::Int8, &[3])), ("c", coded("b"))]);
    let reader = meanwhile(mine, move || {
        let rows = rows(&[2], &[("n", with(&DataType::Int64, &[1 << 40])), ("b", with(&DataType::Int8, &[2]))]);
        other.write(rows).evolve_schema().commit().unwrap();
    });
    dataset.write(reader).evolve_schema().commit().unwrap();
    assert_eq!(numbers(&dataset, "n"), [Some(1), Some(1 << 40), Some(200)]);
    assert_eq!(numbers(&dataset, "a"), [None, None, Some(3)]);
    assert_eq!(numbers(&dataset, "b"), [None, Some(2), None]);
    // The second fit starts from the caller's rows, not from those that the first one made.
    assert_eq!(type_of(&dataset, "c"), dictionary(DataType::Int8, DataType::Utf8));
}

#[test]
fn a_dataset_removed_and_made_again_meanwhile_gets_the_rows_as_they_are() {
    let (folder, dataset) = empty();
    dataset.write(rows(&[1], &[("n", with(&DataType::Int64, &[1]))])).ordered_on("at").commit().unwrap();
    let root = folder.path().to_owned();
    let other = dataset.clone();
    let reader = meanwhile(rows(&[3], &[("n", with(&DataType::Int16, &[3]))]), move || {
        let store = oups_core::Store::<oups_core::AnyKey>::open(&root).unwrap();
        store.dataset(&store.parse_key("x").unwrap()).unwrap().remove().commit().unwrap();
        other.write(rows(&[2], &[("n", with(&DataType::Int8, &[2]))])).ordered_on("at").commit().unwrap();
    });
    dataset.write(reader).evolve_schema().commit().unwrap();
    assert_eq!(type_of(&dataset, "n"), DataType::Int16);
    assert_eq!(numbers(&dataset, "n"), [Some(2), Some(3)]);
}

#[test]
fn a_lost_manifest_is_rebuilt_with_the_newest_columns() {
    let (folder, dataset) = empty();
    dataset.write(rows(&[1, 2], &[("n", with(&DataType::Int8, &[1, 2]))])).ordered_on("at").commit().unwrap();
    let more = rows(&[3], &[("n", with(&DataType::Int32, &[3])), ("new", with(&DataType::Int8, &[4]))]);
    dataset.write(more).evolve_schema().max_off_target(None).commit().unwrap();
    let before = rows_of(&dataset);
    std::fs::remove_file(folder.path().join("x.opdmd")).unwrap();
    assert!(dataset.repair().commit().unwrap().lost.is_empty());
    assert_eq!(rows_of(&dataset), before);
    assert!(dataset.verify().run().unwrap().findings.is_empty());
}

#[test]
fn a_first_write_may_say_that_it_evolves() {
    let (_folder, dataset) = empty();
    let required = RecordBatch::try_from_iter([("at", times(&[1])), ("n", times(&[2]))]).unwrap();
    dataset.write(required.clone()).ordered_on("at").evolve_schema().commit().unwrap();
    assert_eq!(dataset.info().unwrap().schema, required.schema());
    // Deletions and settings work with evolved columns.
    dataset
        .write(rows(&[5], &[("n", times(&[6])), ("m", times(&[7]))]))
        .evolve_schema()
        .max_off_target(None)
        .commit()
        .unwrap();
    assert_eq!(dataset.delete(..2).commit().unwrap().rows_deleted, 1);
    dataset.change_settings().duplicates_on(["m"]).commit().unwrap();
    assert_eq!(numbers(&dataset, "m"), [Some(7)]);
}
