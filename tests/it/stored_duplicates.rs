//! Duplicates that were stored before a dataset had a rule for them. A step without new rows keeps all of them, and the
//! report counts those that a merge with new rows drops.

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use oups_core::{Dataset, Keep, KeepRule, Resolver};
use tempfile::TempDir;

use crate::duplicates::{dataset, rows, values};

/// Rows for three row groups of up to four rows, each with a duplicate. Those at 5 are on both sides of an edge.
const STORED: [(i64, Option<&str>, i64); 10] = [
    (1, Some("a"), 10),
    (1, Some("a"), 11),
    (2, Some("a"), 20),
    (5, Some("a"), 50),
    (5, Some("a"), 51),
    (5, Some("b"), 52),
    (6, None, 60),
    (6, None, 61),
    (8, Some("a"), 80),
    (8, Some("a"), 81),
];
const ALL: [i64; 10] = [10, 11, 20, 50, 51, 52, 60, 61, 80, 81];

/// A dataset that is stored without a rule, and then gets one.
fn stored(target: u64, keep: KeepRule) -> (TempDir, Dataset) {
    let (folder, dataset) = dataset();
    dataset.write(rows(&STORED)).ordered_on("time").row_group_target(target).commit().unwrap();
    dataset.change_settings().duplicates_on(["group"]).keep(keep).commit().unwrap();
    assert_eq!(values(&dataset), ALL);
    (folder, dataset)
}

const RULES: [KeepRule; 4] = [KeepRule::Last, KeepRule::First, KeepRule::Reject, KeepRule::Resolve];

#[test]
fn a_compaction_drops_no_stored_row() {
    for keep in RULES {
        let (_folder, dataset) = stored(4, keep);
        let done = dataset.compact().row_group_target(3).commit().unwrap();
        assert_eq!(values(&dataset), ALL, "{keep:?}: {done:?}");
        let done = dataset.compact().row_group_target(1_000).commit().unwrap();
        assert_eq!(values(&dataset), ALL, "{keep:?}: {done:?}");
        assert!(done.changed && done.files_written == 1, "{keep:?}: {done:?}");
    }
}

#[test]
fn a_write_without_rows_and_with_a_rule_of_its_own_drops_no_stored_row() {
    for keep in [Keep::Last, Keep::First, Keep::Reject, Resolver::newest("value").into()] {
        let (_folder, dataset) = dataset();
        dataset.write(rows(&STORED)).ordered_on("time").row_group_target(4).commit().unwrap();
        let write = dataset.write(Vec::new()).row_group_target(1_000).max_off_target(1).duplicates_on(["group"]);
        let done = write.keep(keep.clone()).commit().unwrap();
        assert_eq!(values(&dataset), ALL, "{keep:?}: {done:?}");
    }
}

/// The write appends, and takes in the small row groups before it, although no new row falls into them. They are merged
/// with new rows, so the rule applies to them, and the report counts the rows that it drops.
#[test]
fn stored_rows_of_small_row_groups_that_new_rows_take_in_are_told_where_they_go() {
    let kept: [(Keep, &[i64], u64); 4] = [
        (Keep::Last, &[11, 20, 51, 52, 61, 81], 4),
        (Keep::First, &[10, 20, 50, 52, 60, 80], 4),
        (Keep::Reject, &ALL, 0),
        (Resolver::newest("value").into(), &ALL, 0),
    ];
    for (keep, left, dropped) in kept {
        let (_folder, dataset) = stored(2, KeepRule::Resolve);
        let far = rows(&[(90, Some("a"), 900), (91, Some("a"), 910), (92, Some("a"), 920), (93, Some("a"), 930)]);
        let write = dataset.write(far).row_group_target(4).max_off_target(1).keep(keep.clone());
        let done = write.commit().unwrap();
        assert!(done.files_replaced > 0, "{done:?}: no row group was merged");
        assert_eq!(values(&dataset), [left, &[900, 910, 920, 930]].concat(), "{keep:?}");
        assert_eq!(done.duplicates_dropped, dropped, "{keep:?}");
    }
}

/// Row groups that are large enough and that no new row falls into stay as they are, with their duplicates.
#[test]
fn a_write_drops_no_row_of_row_groups_that_it_does_not_take_in() {
    for keep in [Keep::Last, Keep::First, Keep::Reject, Resolver::newest("value").into()] {
        let (_folder, dataset) = stored(4, KeepRule::Resolve);
        let far = rows(&[(90, Some("a"), 900)]);
        let done = dataset.write(far).max_off_target(None).keep(keep.clone()).commit().unwrap();
        assert_eq!(values(&dataset), [&ALL[..], &[900]].concat(), "{keep:?}");
        assert_eq!(done.duplicates_dropped, 0);
    }
}

#[test]
fn a_deletion_drops_only_the_rows_of_its_range() {
    for keep in RULES {
        let (_folder, dataset) = stored(4, keep);
        let done = dataset.delete(2..6).commit().unwrap();
        assert_eq!((done.rows_deleted, values(&dataset)), (4, vec![10, 11, 60, 61, 80, 81]), "{keep:?}");
    }
}

/// A write without rows that lets columns grow, or sets metadata, merges off-target row groups, and drops no row.
#[test]
fn a_write_without_rows_drops_no_stored_row() {
    for keep in [KeepRule::Last, KeepRule::First, KeepRule::Reject] {
        let (_folder, dataset) = stored(4, keep);
        let none = rows(&[]);
        let write = dataset.write(none).evolve_schema().row_group_target(1_000).max_off_target(1);
        write.metadata("a", "b").commit().unwrap();
        assert_eq!(values(&dataset), ALL, "{keep:?}");
    }
}

#[test]
fn columns_that_grow_drop_no_stored_row_that_no_new_row_meets() {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};

    for keep in [KeepRule::Last, KeepRule::First, KeepRule::Reject] {
        let (_folder, dataset) = stored(4, keep);
        let column = |value: i64| Arc::new(Int64Array::from(vec![value])) as ArrayRef;
        let group = Arc::new(StringArray::from(vec!["z"])) as ArrayRef;
        let columns = [("time", column(99)), ("group", group), ("value", column(990)), ("more", column(1))];
        let new = RecordBatch::try_from_iter(columns).unwrap();
        dataset.write(new).evolve_schema().max_off_target(None).commit().unwrap();
        assert_eq!(values(&dataset), [&ALL[..], &[990]].concat(), "{keep:?}");
        dataset.compact().row_group_target(1_000).commit().unwrap();
        assert_eq!(values(&dataset), [&ALL[..], &[990]].concat(), "{keep:?}");
    }
}

/// The report counts the rows that a write with new rows drops, new or stored, even if the write then changes nothing.
#[test]
fn what_a_merge_drops_is_counted() {
    let new = [(1, Some("a"), 12), (5, Some("c"), 53), (5, Some("c"), 54), (6, Some("x"), 62)];
    // New rows fall into all three row groups, so the stored rows of each lose their duplicates.
    for (keep, left) in
        [(Keep::Last, vec![12, 20, 51, 52, 54, 61, 62]), (Keep::First, vec![10, 20, 50, 52, 53, 60, 62])]
    {
        let (_folder, dataset) = dataset();
        dataset.write(rows(&STORED[..8])).ordered_on("time").row_group_target(3).commit().unwrap();
        dataset.change_settings().duplicates_on(["group"]).commit().unwrap();
        let done = dataset.write(rows(&new)).keep(keep.clone()).commit().unwrap();
        assert_eq!((values(&dataset), done.duplicates_dropped), (left.clone(), 5), "{keep:?}");
        let again = dataset.write(rows(&new[..1])).keep(Keep::First).commit().unwrap();
        assert_eq!((again.changed, again.duplicates_dropped), (false, 1), "{keep:?}");
        let none = dataset.write(rows(&[])).commit().unwrap();
        assert_eq!(none.duplicates_dropped, 0);
    }
}

#[test]
fn a_rule_that_answers_with_more_rows_makes_up_for_none_that_it_drops() {
    let (_folder, dataset) = dataset();
    dataset.write(rows(&STORED[..3])).ordered_on("time").duplicates_on(["group"]).commit().unwrap();
    assert_eq!(values(&dataset), [11, 20]);
    let rule = Resolver::new(|run| {
        let time = run.rows().column(0).as_primitive::<Int64Type>().value(0);
        Ok(if time == 1 {
            rows(&[(1, Some("a"), 1), (1, Some("a"), 2), (1, Some("a"), 3)])
        } else {
            run.rows().slice(0, 0)
        })
    });
    let done = dataset.write(rows(&[(1, Some("a"), 12), (2, Some("a"), 21)])).keep(rule).commit().unwrap();
    assert_eq!((values(&dataset), done.duplicates_dropped), (vec![1, 2, 3], 2));
}
