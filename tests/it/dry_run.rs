//! Plans: what a write or a deletion would do.

use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch, TimestampSecondArray};
use oups_core::{Dataset, Error};
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store};
use oups_tests::tree::tree;

fn hours(hours: impl IntoIterator<Item = i64>) -> RecordBatch {
    let time: TimestampSecondArray = hours.into_iter().map(|hour| Some(hour * 3_600)).collect();
    let value = Int64Array::from(vec![7; time.len()]);
    let time = Arc::new(time.with_timezone("UTC"));
    RecordBatch::try_from_iter([("time", time as _), ("value", Arc::new(value) as _)]).unwrap()
}

fn three_days(dataset: &Dataset) {
    dataset.write(hours(0..72)).ordered_on("time").row_group_target("1D").commit().unwrap();
}

#[test]
fn a_write_is_drawn_and_not_done() {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "x");
    let first = dataset.write(hours(0..72)).ordered_on("time").plan().unwrap();
    assert_eq!((first.new_rows(), first.row_groups_kept(), first.is_noop()), (72, 0, false));
    assert_eq!(tree(folder.path()).len(), 1, "only oups.json");
    three_days(&dataset);

    let before = tree(folder.path());
    let plan = dataset.write(hours([30, 31, 100])).plan().unwrap();
    assert_eq!(tree(folder.path()), before);
    assert_eq!((plan.row_groups_kept(), plan.row_groups_rewritten(), plan.row_groups_dropped()), (2, 1, 0));
    assert_eq!((plan.rows_rewritten(), plan.new_rows()), (24, 3));
    insta::assert_snapshot!(plan, @r"
    ■ (□ +2) ■ (+1)

    keep     1 row group  24 rows           [1970-01-01T00:00:00Z, 1970-01-01T23:00:00Z]
    merge    1 row group  24 rows  + 2 new  [1970-01-02T00:00:00Z, 1970-01-02T23:00:00Z]
    keep     1 row group  24 rows           [1970-01-03T00:00:00Z, 1970-01-03T23:00:00Z]
    insert                         + 1 new  [1970-01-05T04:00:00Z, 1970-01-05T04:00:00Z]
    = keeps 2 row groups, rewrites 24 rows, takes 3 new rows
    ");
    assert!(dataset.rewrite().plan().unwrap().is_noop());
}

#[test]
fn a_deletion_is_drawn_and_not_done() {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "x");
    three_days(&dataset);
    let before = tree(folder.path());
    let plan = dataset.delete("1970-01-01T12:00:00Z".."1970-01-03").plan().unwrap();
    assert_eq!((plan.row_groups_kept(), plan.row_groups_rewritten(), plan.row_groups_dropped()), (1, 1, 1));
    insta::assert_snapshot!(plan, @r"
    (□) × ■

    trim     1 row group  24 rows    [1970-01-01T00:00:00Z, 1970-01-01T23:00:00Z]  reaches out of the deleted range
    drop     1 row group  24 rows    [1970-01-02T00:00:00Z, 1970-01-02T23:00:00Z]  within the deleted range
    keep     1 row group  24 rows    [1970-01-03T00:00:00Z, 1970-01-03T23:00:00Z]
    = keeps 1 row group, drops 1 row group, rewrites 24 rows
    ");
    assert!(dataset.delete("1971-01-01"..).plan().unwrap().is_noop());
    assert!(dataset.delete(u64::MAX..).plan().unwrap().is_noop());
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn a_dry_run_finds_what_the_write_would_be_refused_for() {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "x");
    three_days(&dataset);
    let error = dataset.write(hours([5, 4])).plan().unwrap_err();
    assert!(matches!(error, Error::Unsorted { row: 1, .. }), "{error}");
    let error = dataset.write(hours([5])).row_group_target(0).plan().unwrap_err();
    assert!(matches!(error, Error::InvalidOption { .. }), "{error}");
    let error = dataset.write(hours([5])).if_version(9).plan().unwrap_err();
    assert!(matches!(error, Error::VersionConflict { found, .. } if found.commit() == 1), "{error}");
}
