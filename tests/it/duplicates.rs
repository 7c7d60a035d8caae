//! Duplicates: every rule, across row group edges, with nulls, NaN, nested columns and rows of the same write.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Int64Type};
use oups_core::row_group::ReadOptions;
use oups_core::{AnyKey, Combine, Dataset, DuplicatesOn, Error, Keep, KeySchema, Resolver, Separator, Store};
use tempfile::TempDir;

pub(super) fn dataset() -> (TempDir, Dataset) {
    let folder = tempfile::tempdir().unwrap();
    let schema = KeySchema::parse("name:str", Separator::default()).unwrap();
    let store = Store::<AnyKey>::create_for(folder.path(), schema).unwrap();
    let dataset = store.dataset(&store.parse_key("x").unwrap()).unwrap();
    (folder, dataset)
}

/// Rows of a time, a group and a value.
pub(super) fn rows(rows: &[(i64, Option<&str>, i64)]) -> RecordBatch {
    let time: Int64Array = rows.iter().map(|row| row.0).collect();
    let group: StringArray = rows.iter().map(|row| row.1).collect();
    let value: Int64Array = rows.iter().map(|row| row.2).collect();
    let columns: [(&str, ArrayRef); 3] =
        [("time", Arc::new(time)), ("group", Arc::new(group)), ("value", Arc::new(value))];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, name == "group")))
        .unwrap()
}

fn all(dataset: &Dataset) -> RecordBatch {
    let snapshot = dataset.snapshot().unwrap();
    let batches: Vec<RecordBatch> = snapshot
        .row_groups()
        .iter()
        .flat_map(|entry| snapshot.open(entry).unwrap().batches(ReadOptions::default()).unwrap())
        .map(Result::unwrap)
        .collect();
    concat_batches(snapshot.schema(), &batches).unwrap()
}

pub(super) fn values(dataset: &Dataset) -> Vec<i64> {
    all(dataset).column_by_name("value").unwrap().as_primitive::<Int64Type>().values().to_vec()
}

const STORED: [(i64, Option<&str>, i64); 6] =
    [(1, Some("a"), 10), (2, Some("a"), 20), (2, None, 21), (2, Some("b"), 22), (3, Some("a"), 30), (4, Some("a"), 40)];

fn stored() -> (TempDir, Dataset) {
    let (folder, dataset) = dataset();
    dataset.write(rows(&STORED)).ordered_on("time").row_group_target(2).duplicates_on(["group"]).commit().unwrap();
    (folder, dataset)
}

/// Null is a value like any other, and a duplicate among the new rows counts too.
const NEW: [(i64, Option<&str>, i64); 4] = [(2, None, 99), (2, Some("c"), 98), (2, Some("c"), 97), (5, Some("a"), 96)];

#[test]
fn last_replaces_what_is_stored_at_its_own_place() {
    let (_folder, dataset) = stored();
    dataset.write(rows(&NEW)).commit().unwrap();
    assert_eq!(values(&dataset), [10, 20, 22, 99, 97, 30, 40, 96]);
}

#[test]
fn first_keeps_what_is_stored() {
    let (_folder, dataset) = stored();
    dataset.write(rows(&NEW)).keep(Keep::First).commit().unwrap();
    assert_eq!(values(&dataset), [10, 20, 21, 22, 98, 30, 40, 96]);
}

#[test]
fn reject_names_the_row_and_changes_nothing() {
    let (_folder, dataset) = stored();
    let before = (dataset.version().unwrap(), values(&dataset));
    let error = dataset.write(rows(&NEW)).keep(Keep::Reject).commit().unwrap_err();
    assert_eq!(error.to_string(), "dataset x, column `time`: row 1 at 2 is a duplicate of a stored row");
    let error = dataset.write(rows(&NEW[1..])).keep(Keep::Reject).commit().unwrap_err();
    assert!(matches!(error, Error::Duplicate { row: 1, of: Some(0), .. }), "{error}");
    assert_eq!((dataset.version().unwrap(), values(&dataset)), before);
    dataset.write(rows(&NEW[2..])).keep(Keep::Reject).commit().unwrap();
    assert_eq!(values(&dataset), [10, 20, 21, 22, 97, 30, 40, 96]);
}

#[test]
fn a_rule_sees_each_run_once_with_all_of_its_rows() {
    let (_folder, dataset) = stored();
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = seen.clone();
    let rule = Resolver::new(move |run| {
        log.lock().unwrap().push((run.stored().num_rows(), run.new_rows().num_rows()));
        Ok(run.rows().slice(0, 1))
    });
    dataset.write(rows(&NEW)).keep(rule).commit().unwrap();
    assert_eq!(*seen.lock().unwrap(), [(1, 1), (0, 2)]);
    assert_eq!(values(&dataset), [10, 20, 22, 21, 98, 30, 40, 96]);
}

#[test]
fn a_rule_may_drop_all_rows_or_keep_several() {
    let (_folder, dataset) = stored();
    dataset.write(rows(&NEW)).keep(Resolver::new(|run| Ok(run.rows().slice(0, 0)))).commit().unwrap();
    assert_eq!(values(&dataset), [10, 20, 22, 30, 40, 96]);
    dataset.write(rows(&[(1, Some("a"), 11)])).keep(Resolver::new(|run| Ok(run.rows().clone()))).commit().unwrap();
    assert_eq!(values(&dataset), [10, 11, 20, 22, 30, 40, 96]);
}

#[test]
fn a_rule_that_moves_rows_or_fails_or_panics_changes_nothing() {
    let (_folder, dataset) = stored();
    let before = (dataset.version().unwrap(), values(&dataset));
    let moved = Resolver::new(|_| Ok(rows(&[(7, None, 0)])));
    let error = dataset.write(rows(&NEW)).keep(moved).commit().unwrap_err();
    insta::assert_snapshot!(error, @"dataset x: the rule for duplicates at 2 answered with row 1 at 7; expected rows with the columns and the ordered value of the duplicates");
    let failing = Resolver::new(|_| Err(arrow::error::ArrowError::ComputeError("no".into())));
    dataset.write(rows(&NEW)).keep(failing).commit().unwrap_err();
    let panicking = Resolver::new(|_| panic!("a bug in the user's rule"));
    let write = dataset.write(rows(&NEW)).keep(panicking);
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| write.commit())).unwrap_err();
    assert_eq!((dataset.version().unwrap(), values(&dataset)), before);
    dataset.write(rows(&NEW)).lock_timeout(std::time::Duration::ZERO).commit().unwrap();
}

#[test]
fn ready_made_rules() {
    let (_folder, dataset) = stored();
    dataset.write(rows(&[(1, Some("a"), 5)])).keep(Resolver::newest("value")).commit().unwrap();
    assert_eq!(values(&dataset)[0], 10);
    for (how, expected) in [
        (Combine::Sum, 15),
        (Combine::Max, 10),
        (Combine::Min, 5),
        (Combine::FirstNonNull, 10),
        (Combine::LastNonNull, 5),
        (Combine::First, 10),
        (Combine::Last, 5),
    ] {
        let (_folder, dataset) = stored();
        dataset.write(rows(&[(1, Some("a"), 5)])).keep(Resolver::combine([("value", how)])).commit().unwrap();
        assert_eq!(values(&dataset)[0], expected, "{how:?}");
    }
    let error = dataset.write(rows(&NEW)).keep(Resolver::newest("vrsion")).commit().unwrap_err();
    assert!(matches!(error, Error::UnknownColumn { .. }), "{error}");
}

#[test]
fn a_rule_of_the_program_is_asked_for_again() {
    let (_folder, dataset) = dataset();
    let sum = || Resolver::combine([("value", Combine::Sum)]);
    dataset.write(rows(&STORED)).ordered_on("time").duplicates_on(["group"]).keep(sum()).commit().unwrap();
    let error = dataset.write(rows(&NEW)).commit().unwrap_err();
    insta::assert_snapshot!(error, @"keep: none is not valid; expected the rule by which dataset x resolves duplicates");
    dataset.write(rows(&NEW)).keep(sum()).commit().unwrap();
    assert_eq!(values(&dataset), [10, 20, 22, 120, 195, 30, 40, 96]);
}

#[test]
fn writing_the_same_again_is_no_commit() {
    let (_folder, dataset) = stored();
    for keep in [Keep::Last, Keep::First] {
        let written = dataset.write(rows(&STORED)).keep(keep).commit().unwrap();
        assert_eq!((written.changed, written.version.commit(), written.files_written), (false, 1, 0));
    }
    let written = dataset.write(rows(&STORED)).keep(Keep::Last).metadata("a", "b").commit().unwrap();
    assert_eq!((written.changed, written.version.commit(), written.files_written), (true, 2, 0));
}

#[test]
fn the_first_difference_may_come_late() {
    let (_folder, dataset) = dataset();
    let long: Vec<_> = (0..100_000).map(|at| (at, Some("a"), at)).collect();
    dataset.write(rows(&long)).ordered_on("time").duplicates_on(["group"]).commit().unwrap();
    let mut late = long.clone();
    late[99_998].2 = -1;
    dataset.write(rows(&late)).commit().unwrap();
    let expected: Vec<i64> = late.iter().map(|row| row.2).collect();
    assert_eq!(values(&dataset), expected);
}

#[test]
fn all_columns_count_nan_equals_nan_and_nested_values_are_compared() {
    let nested = |values: &[f64], text: &str| {
        let x = Float64Array::from(values.to_vec());
        let list = ListArray::new(
            Arc::new(Field::new("item", DataType::Float64, true)),
            arrow::buffer::OffsetBuffer::from_lengths([values.len()]),
            Arc::new(x),
            None,
        );
        let point = StructArray::from(vec![(
            Arc::new(Field::new("text", DataType::Utf8, true)),
            Arc::new(StringArray::from(vec![text])) as ArrayRef,
        )]);
        let time = Int64Array::from(vec![1]);
        RecordBatch::try_from_iter([
            ("time", Arc::new(time) as ArrayRef),
            ("list", Arc::new(list)),
            ("point", Arc::new(point)),
        ])
        .unwrap()
    };
    let other_nan = f64::from_bits(f64::NAN.to_bits() ^ (1 << 63) ^ 1);
    let (_folder, dataset) = dataset();
    dataset.write(nested(&[1.0, f64::NAN], "a")).ordered_on("time").duplicates_on(DuplicatesOn::All).commit().unwrap();
    let written = dataset.write(nested(&[1.0, other_nan], "a")).commit().unwrap();
    assert!(!written.changed, "the same row again");
    dataset.write(nested(&[1.0, f64::NAN], "b")).commit().unwrap();
    dataset.write(nested(&[2.0, f64::NAN], "a")).commit().unwrap();
    assert_eq!(all(&dataset).num_rows(), 3);
}

#[test]
fn long_runs_of_one_value_are_looked_at_as_one() {
    let (_folder, dataset) = dataset();
    let names: Vec<String> = (0..30_000).map(|at| format!("{}", at % 20_000)).collect();
    let long: Vec<_> = names.iter().enumerate().map(|(at, name)| (7, Some(name.as_str()), at as i64)).collect();
    dataset.write(rows(&long)).ordered_on("time").row_group_target(5_000).duplicates_on(["group"]).commit().unwrap();
    assert_eq!(values(&dataset), (10_000..30_000).collect::<Vec<i64>>());
    dataset.write(rows(&[(7, Some("3"), -1)])).commit().unwrap();
    let expected: Vec<i64> = (10_000..30_000).filter(|value| *value != 20_003).chain([-1]).collect();
    assert_eq!(values(&dataset), expected);
}

/// A merge of many stored rows looks at the first new rows before it reads all. Its conclusion from these must hold for
/// all.
#[test]
fn of_many_rows_what_differs_is_found_wherever_it_is() {
    const GROUPS: [&str; 3] = ["a", "b", "c"];
    let row = |at: usize, value: i64| ((at / 3) as i64, Some(GROUPS[at % 3]), value);
    let (_folder, dataset) = dataset();
    let mut model = vec![0; 70_000];
    let many = rows(&(0..model.len()).map(|at| row(at, 0)).collect::<Vec<_>>());
    dataset.write(many).ordered_on("time").duplicates_on(["group"]).commit().unwrap();
    // (first row, rows, the row that differs). Each write has all rows of a time: if only some are replaced, their
    // order changes.
    let writes = [
        (30_000, 2_001, None),
        (30_000, 2_001, Some(0)),
        (30_000, 2_001, Some(1_022)),
        (30_003, 2_001, Some(1_023)),
        (30_006, 2_001, Some(1_024)),
        (30_009, 2_001, Some(2_000)),
        (69_996, 3, None),
        (69_996, 3, Some(2)),
        (0, 3, Some(0)),
    ];
    for (step, (first, count, differs)) in writes.into_iter().enumerate() {
        let value = step as i64 + 1;
        if let Some(differs) = differs {
            model[first + differs] = value;
        }
        let new: Vec<_> = (first..first + count).map(|at| row(at, model[at])).collect();
        let written = dataset.write(rows(&new)).commit().unwrap();
        assert_eq!(written.changed, differs.is_some(), "{first} {count} {differs:?}");
        assert_eq!(values(&dataset), model, "{first} {count} {differs:?}");
        let other: Vec<_> = new.iter().map(|&(time, group, _)| (time, group, -1)).collect();
        let first_stays = dataset.write(rows(&other)).keep(Keep::First).commit().unwrap();
        assert!(!first_stays.changed, "{first} {count}");
    }
    let beside = dataset.write(rows(&[(10_000, Some("d"), 7)])).commit().unwrap();
    assert!(beside.changed);
    model.insert(30_003, 7);
    assert_eq!(values(&dataset), model);
}
