//! Snapshots for query engines: row groups with exact facts, and their bytes, which the pin keeps.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use oups::{Bytes, Error, Known, OrdValue, RowGroup, Snapshot};
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

fn rows(range: std::ops::Range<i64>) -> RecordBatch {
    RecordBatch::try_from_iter([("time", Arc::new(Int64Array::from_iter_values(range)) as ArrayRef)]).unwrap()
}

/// The file's bytes, read through the snapshot in two ranges.
fn bytes(snapshot: &Snapshot, group: &RowGroup) -> Bytes {
    let file = snapshot.read_at(group).unwrap();
    let end = file.len();
    assert_eq!(end, group.bytes());
    Bytes::from(file.read_ranges(&[0..end / 2, end / 2..end]).unwrap().concat())
}

/// The rows of a file as the parquet crate alone reads them.
fn decoded(bytes: Bytes) -> Vec<i64> {
    let batches = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap();
    batches.flat_map(|batch| batch.unwrap().column(0).as_primitive::<Int64Type>().values().to_vec()).collect()
}

#[test]
fn a_snapshot_hands_out_its_row_groups_and_their_bytes_whatever_writers_do() {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "x");
    let first = dataset.write(rows(0..20)).ordered_on("time").row_group_target(10).commit().unwrap();
    let second = dataset.write(rows(20..30)).commit().unwrap();
    let snapshot = dataset.snapshot().unwrap();
    let clone = snapshot.clone();
    drop(snapshot);

    assert_eq!((clone.version(), clone.ordered_on(), clone.rows()), (second.version, "time", 30));
    assert_eq!(clone.schema(), &rows(0..1).schema());
    let groups = clone.row_groups();
    let made_by: Vec<_> = groups.iter().map(RowGroup::made_by).collect();
    assert_eq!(made_by, [Some(first.version), Some(first.version), Some(second.version)]);

    // All files are replaced. The clone's pin keeps them, under other names.
    dataset.compact().row_group_target(1_000).commit().unwrap();
    for (group, from) in groups.iter().zip([0, 10, 20]) {
        assert!(!folder.path().join("x").join(group.file_name()).exists());
        assert_eq!(decoded(bytes(&clone, group)), (from..from + 10).collect::<Vec<_>>());
        assert_eq!((group.rows(), clone.open(group).unwrap().rows()), (10, 10));
        let statistics = clone.statistics(group, "time").unwrap();
        let value = |value: i64| Known::Exact(Arc::new(Int64Array::from(vec![value])) as ArrayRef);
        assert_eq!((statistics.min, statistics.max), (value(from), value(from + 9)));
    }
    // The bounds of all row groups at once, as a planner needs them.
    let bounds = |of: fn(&RowGroup) -> &OrdValue| {
        let values: Vec<OrdValue> = groups.iter().map(|group| of(group).clone()).collect();
        clone.ordered_type().to_array(&values).unwrap().as_primitive::<Int64Type>().values().to_vec()
    };
    assert_eq!((bounds(RowGroup::min), bounds(RowGroup::max)), (vec![0, 10, 20], vec![9, 19, 29]));
}

#[test]
fn bytes_that_are_missing_are_damage_and_not_another_version_s() {
    let folder = scratch();
    let dataset = dataset(&new_store(folder.path()), "x");
    dataset.write(rows(0..20)).ordered_on("time").row_group_target(10).commit().unwrap();
    let snapshot = dataset.snapshot().unwrap();
    let [gone, stays] = snapshot.row_groups() else { panic!("two row groups") };
    std::fs::remove_file(folder.path().join("x").join(gone.file_name())).unwrap();
    assert!(matches!(snapshot.read_at(gone), Err(Error::Damaged { path, .. }) if path.ends_with(gone.file_name())));
    assert_eq!(decoded(bytes(&snapshot, stays)), (10..20).collect::<Vec<_>>());
}
