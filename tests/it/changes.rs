//! Changes of a dataset other than writing rows: deleting a range, compacting, metadata, settings, syncing.

use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{AsArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use oups_core::ordered::IntoRange;
use oups_core::{Dataset, DuplicatesOn, Durability, Error, Keep, KeepRule, Resolver};
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store, row_groups};
use oups_tests::tree::tree;
use tempfile::TempDir;

fn rows(values: impl IntoIterator<Item = i64>) -> RecordBatch {
    let at: Int64Array = values.into_iter().map(Some).collect();
    RecordBatch::try_from_iter([("at", Arc::new(at) as _)]).unwrap()
}

fn fresh() -> (TempDir, Dataset) {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "x");
    (folder, dataset)
}

/// Row groups `0..4`, `4..8`, `8..12`, `12..14`.
fn fourteen() -> (TempDir, Dataset) {
    let (folder, dataset) = fresh();
    dataset.write(rows(0..14)).ordered_on("at").row_group_target(4).max_off_target(None).commit().unwrap();
    (folder, dataset)
}

/// The values of each row group.
fn values(dataset: &Dataset) -> Vec<Vec<i64>> {
    let values = |batch: &RecordBatch| batch.column(0).as_primitive::<Int64Type>().values().to_vec();
    row_groups(&dataset.snapshot().unwrap()).iter().map(|group| group.iter().flat_map(values).collect()).collect()
}

fn names(dataset: &Dataset) -> Vec<String> {
    dataset.snapshot().unwrap().row_groups().iter().map(|entry| entry.file_name().to_owned()).collect()
}

#[test]
fn a_deletion_trims_the_ends_and_drops_what_is_between() {
    let (_folder, dataset) = fourteen();
    let before = names(&dataset);
    let done = dataset.delete(2..9).commit().unwrap();
    assert_eq!((done.version.commit(), done.rows_deleted, done.rows_written), (2, 7, 5));
    assert_eq!((done.files_written, done.files_replaced), (2, 3));
    assert_eq!(values(&dataset), [vec![0, 1], vec![9, 10, 11], vec![12, 13]]);
    assert_eq!(names(&dataset)[2], before[3]);
}

#[test]
fn a_range_within_one_row_group_leaves_its_two_ends_in_one_file() {
    let (_folder, dataset) = fourteen();
    dataset.delete(5..=6).commit().unwrap();
    assert_eq!(values(&dataset)[1], [4, 7]);
}

#[test]
fn every_form_of_range_deletes() {
    let left = |range: &dyn Fn(&Dataset) -> oups_core::Change<oups_core::Deletion>| {
        let (_folder, dataset) = fourteen();
        range(&dataset).commit().unwrap();
        values(&dataset).concat()
    };
    assert_eq!(left(&|dataset| dataset.delete(1..)), [0]);
    assert_eq!(left(&|dataset| dataset.delete(..12)), [12, 13]);
    assert_eq!(left(&|dataset| dataset.delete(..=12)), [13]);
    let open = (Bound::Excluded(0), Bound::Excluded(13));
    assert_eq!(left(&|dataset| dataset.delete(open)), [0, 13]);
    assert_eq!(left(&|dataset| dataset.delete("1"..)), [0]);
    assert_eq!(left(&|dataset| dataset.delete(-5..0)), (0..14).collect::<Vec<_>>());
}

#[test]
fn nothing_in_the_range_is_no_commit() {
    let (folder, dataset) = fresh();
    dataset.write(rows([0, 1, 8, 9])).ordered_on("at").commit().unwrap();
    let before = tree(folder.path());
    // Ranges before, behind, and between row groups, inverted, empty, and in a gap within a row group.
    let ranges = [
        (-9..0).into_range(),
        (10..).into_range(),
        (3..5).into_range(),
        (Bound::Included(5), Bound::Excluded(3)).into_range(),
        (1..1).into_range(),
    ];
    for range in ranges.into_iter().chain([(2..=7).into_range(), (u64::MAX..).into_range()]) {
        let done = dataset.delete(range.clone()).commit().unwrap();
        assert_eq!((done.changed, done.version.commit(), done.rows_deleted), (false, 1, 0), "{range:?}");
    }
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn deleting_everything_leaves_an_empty_dataset() {
    let (folder, dataset) = fourteen();
    let schema = dataset.info().unwrap().schema;
    let done = dataset.delete(..).commit().unwrap();
    assert_eq!((done.rows_deleted, done.files_written), (14, 0));
    assert_eq!((dataset.info().unwrap().rows, dataset.info().unwrap().schema), (0, schema));
    assert!(tree(folder.path()).keys().all(|name| !name.ends_with(".parquet")));
    dataset.write(rows([5])).commit().unwrap();
    assert_eq!(values(&dataset), [[5]]);
}

#[test]
fn times_are_deleted_by_what_people_write() {
    let (_folder, dataset) = fresh();
    let hours = |range: std::ops::Range<i64>| {
        let at: TimestampMicrosecondArray = range.map(|hour| Some(hour * 3_600_000_000)).collect();
        RecordBatch::try_from_iter([("at", Arc::new(at.with_timezone("Europe/Paris")) as _)]).unwrap()
    };
    dataset.write(hours(0..72)).ordered_on("at").row_group_target("1D").commit().unwrap();
    let done = dataset.delete("1970-01-01T12:00:00Z".."1970-01-03").commit().unwrap();
    assert_eq!(done.rows_deleted, 36);
    let groups = row_groups(&dataset.snapshot().unwrap());
    let sizes: Vec<usize> = groups.iter().map(|group| group.iter().map(RecordBatch::num_rows).sum()).collect();
    assert_eq!(sizes, [12, 24]);
    let first = groups[1][0].column(0).as_primitive::<TimestampMicrosecondType>().value(0);
    assert_eq!(first, 48 * 3_600_000_000);
    let error = dataset.delete("yesterday"..).commit().unwrap_err();
    assert!(matches!(error, Error::Bound { .. }), "{error}");
}

#[test]
fn a_reader_does_not_notice_a_deletion() {
    let (folder, dataset) = fourteen();
    let snapshot = dataset.snapshot().unwrap();
    dataset.delete(..13).commit().unwrap();
    assert_eq!(row_groups(&snapshot).concat().iter().map(RecordBatch::num_rows).sum::<usize>(), 14);
    drop(snapshot);
    dataset.write(rows([20])).commit().unwrap();
    assert_eq!(values(&dataset), [[13], [20]]);
    assert_eq!(tree(folder.path()).keys().filter(|name| name.starts_with("x/")).count(), 2);
}

#[test]
fn changes_of_what_is_not_there_or_not_the_version_are_refused() {
    let (folder, dataset) = fresh();
    let before = tree(folder.path());
    let absent = |result: oups_core::Result<_>| assert!(matches!(result, Err(Error::NoDataset { .. })), "{result:?}");
    absent(dataset.delete(..).commit());
    absent(dataset.compact().commit());
    absent(dataset.change_metadata().metadata("a", "1").commit());
    absent(dataset.change_settings().row_group_target(5).commit());
    absent(dataset.sync().commit());
    assert!(dataset.delete(..).plan().is_err());
    assert_eq!(tree(folder.path()), before);

    dataset.write(rows(0..5)).ordered_on("at").commit().unwrap();
    let before = tree(folder.path());
    let stale = |result: oups_core::Result<_>| match result {
        Err(Error::VersionConflict { found, .. }) if found.commit() == 1 => {}
        other => panic!("{other:?}"),
    };
    stale(dataset.delete(..).if_version(7).commit());
    stale(dataset.change_settings().row_group_target(5).if_version(7).commit());
    stale(dataset.change_metadata().metadata("a", "1").if_version(7).commit());
    stale(dataset.delete(..).if_version(7).plan().map(|_| Default::default()));
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn compacting_leaves_no_two_small_row_groups_in_a_row() {
    let (_folder, dataset) = fresh();
    for value in 0..7 {
        dataset.write(rows([value])).ordered_on("at").row_group_target(5).commit().unwrap();
    }
    assert_eq!(values(&dataset).len(), 3, "five singles were coalesced on the way: {:?}", values(&dataset));
    // The settings tolerate up to 16 small row groups in a row.
    assert!(!dataset.rewrite().commit().unwrap().changed);
    let done = dataset.compact().commit().unwrap();
    assert_eq!((done.changed, done.rows_written), (true, 2));
    assert_eq!(values(&dataset), [vec![0, 1, 2, 3, 4], vec![5, 6]]);
    assert!(!dataset.compact().commit().unwrap().changed);
}

#[test]
fn resizing_is_for_once_and_settings_are_for_ever() {
    let (_folder, dataset) = fourteen();
    dataset.compact().row_group_target(7).commit().unwrap();
    assert_eq!(values(&dataset).iter().map(Vec::len).collect::<Vec<_>>(), [7, 7]);
    assert_eq!(dataset.info().unwrap().settings.row_group_target.to_string(), "4");
    let done = dataset.change_settings().row_group_target(14).commit().unwrap();
    assert_eq!((done.changed, done.version.commit(), done.files_written), (true, 3, 0));
    assert_eq!(values(&dataset).len(), 2);
    dataset.compact().commit().unwrap();
    assert_eq!(values(&dataset).len(), 1);
}

#[test]
fn settings_are_changed_one_by_one_and_checked() {
    let (folder, dataset) = fourteen();
    let change = dataset.change_settings().duplicates_on(["at"]).keep(Keep::First).max_off_target(2);
    assert_eq!(change.commit().unwrap().version.commit(), 2);
    let settings = dataset.info().unwrap().settings;
    assert_eq!(settings.duplicates_on, DuplicatesOn::Columns(vec!["at".to_owned()]));
    assert_eq!((settings.keep, settings.max_off_target), (KeepRule::First, Some(2)));
    assert_eq!(settings.row_group_target.to_string(), "4");

    let before = tree(folder.path());
    let same = dataset.change_settings().keep(KeepRule::First).row_group_target("4").commit().unwrap();
    assert_eq!((same.changed, same.version.commit()), (false, 2));
    assert!(!dataset.change_settings().commit().unwrap().changed);
    let refused = |change: oups_core::Change<oups_core::NewSettings>| change.commit().unwrap_err().to_string();
    for (error, start) in [
        (refused(dataset.change_settings().row_group_target(0)), "row_group_target: 0 is not valid"),
        (refused(dataset.change_settings().row_group_target("1D")), "row_group_target: period 1D on column `at`"),
        (refused(dataset.change_settings().max_off_target(0)), "max_off_target: 0 is not valid"),
        (refused(dataset.change_settings().duplicates_on(["nope"])), "dataset x: there is no column `nope`"),
    ] {
        assert!(error.starts_with(start), "{error}");
    }
    assert_eq!(tree(folder.path()), before);
    // The new settings apply.
    dataset.write(rows([3, 3])).commit().unwrap();
    assert_eq!(dataset.info().unwrap().rows, 14);
}

#[test]
fn metadata_alone_makes_no_row_group_file() {
    let (folder, dataset) = fresh();
    for value in 0..30 {
        dataset.write(rows([value])).ordered_on("at").max_off_target(None).commit().unwrap();
    }
    let before = names(&dataset);
    let done = dataset.change_metadata().metadata("a", "1").metadata("b", "").commit().unwrap();
    assert_eq!((done.changed, done.files_written, names(&dataset)), (true, 0, before));
    assert_eq!(dataset.info().unwrap().metadata.len(), 2);
    dataset.change_metadata().unset_metadata("a").commit().unwrap();
    assert_eq!(dataset.info().unwrap().metadata.into_iter().collect::<Vec<_>>(), [("b".to_owned(), String::new())]);

    let before = tree(folder.path());
    let done = dataset.change_metadata().metadata("b", "").unset_metadata("a").commit().unwrap();
    assert!(!done.changed);
    assert!(!dataset.write(rows([])).metadata("b", "").commit().unwrap().changed);
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn a_rule_of_the_program_is_not_needed_where_nothing_is_new() {
    let (_folder, dataset) = fresh();
    let rule = || Keep::from(Resolver::newest("at"));
    let write = dataset.write(rows([1, 2, 3])).ordered_on("at").duplicates_on(["at"]).keep(rule());
    write.row_group_target(2).commit().unwrap();
    dataset.change_metadata().metadata("a", "1").commit().unwrap();
    dataset.compact().row_group_target(5).commit().unwrap();
    assert_eq!(values(&dataset), [[1, 2, 3]]);
    dataset.delete(..2).commit().unwrap();
    assert!(matches!(dataset.write(rows([9])).commit(), Err(Error::InvalidOption { option: "keep", .. })));
    dataset.write(rows([3, 9])).keep(rule()).commit().unwrap();
    assert_eq!(values(&dataset).concat(), [2, 3, 9]);
}

#[test]
fn syncing_makes_unsynced_commits_durable_once() {
    let (folder, dataset) = fourteen();
    let flagged = || dataset.snapshot().unwrap().row_groups().iter().filter(|entry| !entry.is_synced()).count();
    assert!(!dataset.sync().commit().unwrap().changed);
    dataset.write(rows([2, 20])).durability(Durability::Unsynced).commit().unwrap();
    assert_eq!(flagged(), 3);
    assert_eq!(retired(folder.path()), 1, "a replaced file is kept until its successor is durable");
    let done = dataset.sync().commit().unwrap();
    assert_eq!((done.changed, done.version.commit()), (true, 3));
    assert_eq!((flagged(), retired(folder.path())), (0, 0));
    let before = tree(folder.path());
    assert_eq!((dataset.sync().commit().unwrap().changed, dataset.version().unwrap().commit()), (false, 3));
    assert_eq!(tree(folder.path()), before);
}

/// A caller repeats a change to be safe: it changes no row, but it must be durable when it returns.
#[test]
fn the_same_write_or_deletion_synced_makes_the_unsynced_one_durable() {
    let (_folder, dataset) = fourteen();
    let is_synced = || dataset.snapshot().unwrap().row_groups().iter().all(|entry| entry.is_synced());
    let write = || dataset.write(rows([20])).duplicates_on(["at"]);
    write().durability(Durability::Unsynced).commit().unwrap();
    assert!(!is_synced());
    assert!(write().commit().unwrap().changed && is_synced());
    assert!(!write().commit().unwrap().changed);
    let delete = || dataset.delete(1..3);
    delete().durability(Durability::Unsynced).commit().unwrap();
    assert!(!is_synced());
    assert!(delete().commit().unwrap().changed && is_synced());
    assert!(!delete().commit().unwrap().changed);
}

#[test]
fn an_unsynced_commit_without_new_files_is_as_durable_as_any() {
    let (folder, dataset) = fourteen();
    dataset.delete(4..8).durability(Durability::Unsynced).commit().unwrap();
    assert_eq!(retired(folder.path()), 0);
    // Not so if rows of another unsynced commit may still be lost.
    dataset.write(rows([2])).durability(Durability::Unsynced).commit().unwrap();
    dataset.delete(8..12).durability(Durability::Unsynced).commit().unwrap();
    assert_eq!(retired(folder.path()), 2);
    dataset.delete(12..).commit().unwrap();
    assert_eq!((retired(folder.path()), values(&dataset).concat()), (0, vec![0, 1, 2, 2, 3]));
}

fn retired(root: &Path) -> usize {
    tree(root).keys().filter(|name| name.contains(".retired-")).count()
}

#[test]
fn a_large_row_group_is_trimmed_page_by_page() {
    let (_folder, dataset) = fresh();
    let batch = |values: std::ops::Range<i64>| {
        let at: Int64Array = values.clone().map(|value| Some(value / 3)).collect();
        let text: StringArray =
            values.map(|value| Some(format!("{:x}", value.wrapping_mul(0x1e37_79b9_7f4a_7c15)))).collect();
        RecordBatch::try_from_iter([("at", Arc::new(at) as _), ("text", Arc::new(text) as _)]).unwrap()
    };
    dataset.write(batch(0..300_000)).ordered_on("at").commit().unwrap();
    let done = dataset.delete(20_001..90_002).commit().unwrap();
    assert_eq!((done.rows_deleted, done.rows_written, done.files_written), (210_003, 89_997, 1));
    let found = row_groups(&dataset.snapshot().unwrap()).concat();
    let found = concat_batches(&found[0].schema(), &found).unwrap();
    let expected = [batch(0..60_003), batch(270_006..300_000)];
    assert_eq!(found, concat_batches(&expected[0].schema(), &expected).unwrap());
}
