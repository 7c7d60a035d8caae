//! Bad rows and bad options change nothing, in a first write and in a later one.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray};
use arrow::datatypes::Schema;
use oups_core::{Change, Dataset, Error, Insert};
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store};
use oups_tests::tree::tree;

fn batch(columns: &[(&str, ArrayRef)]) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.iter().map(|(name, column)| (*name, column.clone(), true)))
        .unwrap()
}

fn ints(values: &[Option<i64>]) -> RecordBatch {
    batch(&[("at", Arc::new(values.iter().copied().collect::<Int64Array>()))])
}

fn some(values: &[i64]) -> RecordBatch {
    ints(&values.iter().copied().map(Some).collect::<Vec<_>>())
}

fn floats(values: &[f64]) -> RecordBatch {
    batch(&[("at", Arc::new(Float64Array::from(values.to_vec())))])
}

/// Begins a write that must be refused.
type Begin<'f> = &'f dyn Fn(&Dataset) -> Change<Insert>;

/// Checks that the write is refused before the dataset exists, and after `good` was written.
fn check(name: &str, good: &RecordBatch, begin: Begin<'_>, expected: fn(&Error) -> bool) {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "a");
    refused(name, folder.path(), begin(&dataset), expected);
    dataset.write(good.clone()).ordered_on("at").row_group_target(2).commit().unwrap();
    refused(name, folder.path(), begin(&dataset), expected);
}

fn refused(name: &str, root: &Path, write: Change<Insert>, expected: fn(&Error) -> bool) {
    let before = tree(root);
    let error = write.commit().expect_err(name);
    assert!(expected(&error), "{name}: {error:?}");
    assert_eq!(tree(root), before, "{name}: {error}");
}

#[test]
fn rows_without_an_order() {
    let good = some(&[1, 3, 5]);
    let unsorted = |error: &Error| matches!(error, Error::Unsorted { row: 2, .. });
    check("unsorted", &good, &|dataset| dataset.write(some(&[1, 4, 2])).ordered_on("at"), unsorted);
    let batches = || vec![some(&[1, 4]), some(&[]), some(&[2])];
    check("unsorted over batches", &good, &|dataset| dataset.write(batches()).ordered_on("at"), unsorted);
    check("null", &good, &|dataset| dataset.write(ints(&[Some(1), None])).ordered_on("at"), |error| {
        matches!(error, Error::Unorderable { row: 1, value: "null", .. })
    });
    let nan = |error: &Error| matches!(error, Error::Unorderable { row: 2, value: "NaN", .. });
    let good = floats(&[1.0, 2.0]);
    check("NaN", &good, &|dataset| dataset.write(floats(&[0.5, 1.0, f64::NAN])).ordered_on("at"), nan);
    check("negative NaN", &good, &|dataset| dataset.write(floats(&[0.0, 0.0, -f64::NAN])).ordered_on("at"), nan);
    let down = |error: &Error| matches!(error, Error::Unsorted { row: 1, .. });
    check("zeros", &good, &|dataset| dataset.write(floats(&[0.0, -0.0])).ordered_on("at"), down);
}

#[test]
fn columns_that_are_not_there() {
    let good = some(&[1, 3, 5]);
    let none = || {
        let rows = RecordBatchOptions::new().with_row_count(Some(3));
        RecordBatch::try_new_with_options(Arc::new(Schema::empty()), vec![], &rows).unwrap()
    };
    check("no columns", &good, &|dataset| dataset.write(none()).ordered_on("at"), |error| {
        matches!(error, Error::Schema { .. } | Error::UnknownColumn { .. })
    });
    let other = || batch(&[("other", Arc::new(Int64Array::from(vec![1])))]);
    check("another column", &good, &|dataset| dataset.write(other()).ordered_on("at"), |error| {
        matches!(error, Error::Schema { .. } | Error::UnknownColumn { .. })
    });
    let unknown = |error: &Error| matches!(error, Error::UnknownColumn { column, .. } if column == "nope");
    let duplicates: Begin<'_> = &|dataset| dataset.write(some(&[9])).ordered_on("at").duplicates_on(["at", "nope"]);
    check("unknown duplicate column", &good, duplicates, unknown);
    check(
        "a schema that does not fit, or an unordered one",
        &floats(&[1.0]),
        &|dataset| {
            let text: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
            let flag: ArrayRef = Arc::new(arrow::array::BooleanArray::from(vec![true]));
            dataset.write(batch(&[("b", text), ("at", flag)])).ordered_on("at")
        },
        |error| matches!(error, Error::Schema { .. } | Error::UnsupportedType { .. }),
    );
}

#[test]
fn options_out_of_range() {
    let good = some(&[1, 3, 5]);
    let invalid = |error: &Error| matches!(error, Error::InvalidOption { .. });
    for target in ["0", "-1", "", "bogus", "0D", "1.5h", "99999999999999999999", "1h", "MS"] {
        check(target, &good, &|dataset| dataset.write(some(&[9])).ordered_on("at").row_group_target(target), invalid);
    }
    for target in [0, -1, i64::MIN] {
        check("rows", &good, &|dataset| dataset.write(some(&[9])).ordered_on("at").row_group_target(target), invalid);
    }
    check("max_off_target", &good, &|dataset| dataset.write(some(&[9])).ordered_on("at").max_off_target(0), invalid);
    // Bad options are refused even without rows.
    check("no rows", &good, &|dataset| dataset.write(some(&[])).ordered_on("at").row_group_target(0), invalid);
}

#[test]
fn a_first_write_must_say_what_the_dataset_is() {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "a");
    let refused = |write, expected| refused("first", folder.path(), write, expected);
    refused(dataset.write(some(&[1])), |error| matches!(error, Error::NoOrderedColumn { .. }));
    refused(dataset.write(some(&[1])).ordered_on("nope"), |error| matches!(error, Error::UnknownColumn { .. }));
    assert!(matches!(dataset.rewrite().commit(), Err(Error::NoDataset { .. })));
    refused(dataset.write(Vec::new()).ordered_on("at"), |error| matches!(error, Error::NoDataset { .. }));
    refused(dataset.write(some(&[1])).ordered_on("at").if_version(1), |error| {
        matches!(error, Error::VersionConflict { .. })
    });
    dataset.write(some(&[])).ordered_on("at").if_version(0).commit().unwrap();
    assert_eq!((dataset.info().unwrap().rows, dataset.version().unwrap().commit()), (0, 1));
}

#[test]
fn absurd_but_valid_options() {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "a");
    let write = dataset.write(some(&[1, 2, 3])).ordered_on("at").row_group_target(u64::MAX).max_off_target(u64::MAX);
    write.duplicates_on(["at", "at"]).commit().unwrap();
    dataset.write(some(&[i64::MIN, 2, i64::MAX])).row_group_target(1).commit().unwrap();
    assert_eq!(dataset.snapshot().unwrap().row_groups().len(), 5);
    dataset.compact().commit().unwrap();
    assert_eq!(dataset.snapshot().unwrap().row_groups().len(), 1);
}
