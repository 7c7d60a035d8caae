//! A few rows into one spot of a large dataset rewrite at most two row groups. The full size is in
//! `crates/oups-core/examples/insert_bench.rs`.

use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};
use oups_core::DuplicatesOn;
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store};
use oups_tests::tree::tree;

const GROUP: i64 = 1_000;

fn rows(values: impl Iterator<Item = i64>) -> RecordBatch {
    let at: Int64Array = values.map(Some).collect();
    RecordBatch::try_from_iter([("at", Arc::new(at) as _)]).unwrap()
}

#[test]
fn rows_into_one_spot_rewrite_at_most_two_row_groups() {
    for duplicates in [DuplicatesOn::Off, DuplicatesOn::All] {
        let folder = scratch();
        let dataset = dataset(&new_store(folder.path()), "x");
        let first = dataset.write(rows(0..100 * GROUP)).ordered_on("at").row_group_target(GROUP);
        first.duplicates_on(duplicates).commit().unwrap();
        // Inside a row group, across an edge, on an edge, before all rows, behind all rows.
        for spot in [50_500, 70_990, 20_000, -5, 100 * GROUP] {
            let before = tree(folder.path());
            let values = (0..10).map(|row| 2 * row + spot);
            let done = dataset.write(rows(values)).commit().unwrap();
            assert!(done.files_replaced <= 2, "at {spot}: {done:?}");
            let after = tree(folder.path());
            let gone = before.keys().filter(|name| name.ends_with(".parquet") && !after.contains_key(*name)).count();
            assert_eq!(gone, done.files_replaced, "at {spot}");
            assert!(before.iter().all(|(name, bytes)| {
                !name.ends_with(".parquet") || after.get(name).is_none_or(|after| after == bytes)
            }));
        }
    }
}
