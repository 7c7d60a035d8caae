//! Scans of one dataset: ranges, columns, batches, plans, snapshots.

use std::ops::Bound;

use arrow::array::{RecordBatch, RecordBatchReader};
use oups_core::ordered::IntoRange;
use oups_query::ReadDataset;

use super::{batch, numbers, store_of, write};

const TIMES: [i64; 12] = [-2, 0, 0, 1, 3, 3, 3, 3, 4, 7, 9, 9];

#[track_caller]
fn check(range: impl IntoRange + Clone, wanted: impl Fn(i64) -> bool) {
    let (_folder, store) = store_of("name:str");
    let expected: Vec<i64> = (0..12).filter(|&at| wanted(TIMES[at as usize])).collect();
    for target in [1, 2, 3, 5, 100] {
        let dataset = write(&store, &format!("x{target}"), &TIMES, target);
        let scan = dataset.scan().range(range.clone());
        assert_eq!(numbers(&scan.clone().collect().unwrap(), "n"), expected, "row groups of {target}");
        assert_eq!(scan.count().unwrap(), expected.len() as u64, "row groups of {target}");
    }
}

#[test]
fn every_form_of_range() {
    check(.., |_| true);
    check(0..4, |t| (0..4).contains(&t));
    check(0.., |t| t >= 0);
    check(..0, |t| t < 0);
    check(0..=3, |t| (0..=3).contains(&t));
    check(..=3u8, |t| t <= 3);
    check((Bound::Excluded(3), Bound::Included(9)), |t| t > 3 && t <= 9);
    check((Bound::Excluded(3), Bound::<i64>::Unbounded), |t| t > 3);
    check("3".."9", |t| (3..9).contains(&t));
}

#[test]
#[expect(clippy::reversed_empty_ranges, reason = "that they hold nothing is the point")]
fn empty_and_inverted_ranges_hold_nothing() {
    check(3..3, |_| false);
    check(7..-5, |_| false);
    check(7..=3, |_| false);
    check((Bound::Excluded(3), Bound::Excluded(3)), |_| false);
    check(5..7, |_| false);
    check(100.., |_| false);
    check(..-100, |_| false);
    check(u64::MAX.., |_| false);
    check(i128::MIN..i128::MAX, |_| true);
}

#[test]
fn columns_come_in_the_order_in_which_they_are_asked_for() {
    let (_folder, store) = store_of("name:str");
    let dataset = write(&store, "x", &TIMES, 5);
    let scan = dataset.scan().range(3..4);
    let found = scan.clone().columns(["s", "t"]).collect().unwrap();
    let expected = batch(&TIMES, 0).slice(4, 4).project(&[2, 0]).unwrap();
    assert_eq!(found, expected);
    // Without the ordered column, and without any column.
    assert_eq!(numbers(&scan.clone().columns(["n"]).collect().unwrap(), "n"), [4, 5, 6, 7]);
    let none = scan.columns(Vec::<String>::new()).collect().unwrap();
    assert_eq!((none.num_columns(), none.num_rows()), (0, 4));
}

#[test]
fn batches_are_a_reader_of_bounded_batches() {
    let (_folder, store) = store_of("name:str");
    let dataset = write(&store, "x", &TIMES, 5);
    let batches = dataset.scan().batch_size(2).batches().unwrap();
    assert_eq!(batches.schema(), dataset.info().unwrap().schema);
    let reader: Box<dyn RecordBatchReader + Send> = Box::new(batches);
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    let rows: Vec<_> = batches.iter().map(RecordBatch::num_rows).collect();
    assert_eq!(rows, [2, 2, 1, 2, 2, 1, 2]);
    assert!(batches.iter().all(|batch| batch.schema() == dataset.info().unwrap().schema));
    assert_eq!(dataset.scan().batch_size(0).batches().unwrap().count(), 12);
}

#[test]
fn many_rows_come_in_batches_of_the_default_size() {
    let (_folder, store) = store_of("name:str");
    let times: Vec<i64> = (0..200_000).map(|at| at / 3).collect();
    let dataset = write(&store, "x", &times, 120_000);
    let scan = dataset.scan().range(10..66_000);
    let whole = batch(&times, 0);
    let expected = whole.slice(30, 66_000 * 3 - 30);
    let batches: Vec<_> = scan.clone().batches().unwrap().map(Result::unwrap).collect();
    assert_eq!(arrow::compute::concat_batches(&whole.schema(), &batches).unwrap(), expected);
    let rows: Vec<_> = batches.iter().map(RecordBatch::num_rows).collect();
    assert_eq!(rows, [32_768, 32_768, 32_768, 21_666, 32_768, 32_768, 12_464]);
    assert_eq!(scan.collect().unwrap(), expected);
}

#[test]
fn a_scan_of_a_snapshot_does_not_see_later_writes() {
    let (_folder, store) = store_of("name:str");
    let dataset = write(&store, "x", &TIMES, 3);
    let snapshot = dataset.snapshot().unwrap();
    let mut batches = dataset.scan().batches().unwrap();
    let first = batches.next().unwrap().unwrap();
    dataset.write(batch(&TIMES, 100)).commit().unwrap();
    assert_eq!(snapshot.scan().count().unwrap(), 12);
    assert_eq!(dataset.scan().count().unwrap(), 24);
    let rest: usize = batches.by_ref().map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(first.num_rows() + rest, 12);
    let rows_files = || std::fs::read_dir(store.root().join("x")).unwrap().count();
    dataset.compact().row_group_target(100).commit().unwrap();
    assert!(rows_files() > 1);
    drop((batches, snapshot));
    dataset.write(batch(&TIMES, 200)).row_group_target(100).commit().unwrap();
    assert_eq!(rows_files(), 1, "dropping the readers lets the snapshot go");
}

#[test]
fn an_empty_dataset_has_a_schema_and_no_rows() {
    let (_folder, store) = store_of("name:str");
    let dataset = write(&store, "x", &[], 3);
    assert_eq!(dataset.scan().range(1..).collect().unwrap(), batch(&[], 0));
    assert_eq!(dataset.scan().count().unwrap(), 0);
    assert!(dataset.scan().range("no number"..).count().is_err(), "bounds are checked although nothing is read");
}

#[test]
fn the_newest_and_the_oldest_row_of_each_key() {
    use oups_core::KeyFilter;
    use oups_query::QueryStore;

    let (_folder, store) = store_of("name:str");
    write(&store, "a", &TIMES, 3);
    write(&store, "b", &[5], 3);
    write(&store, "c", &[], 3);
    let query = || store.query_where(KeyFilter::all()).columns(["n"]);
    let found = |rows: Vec<(oups_core::AnyKey, Option<RecordBatch>)>| -> Vec<Option<i64>> {
        rows.iter().map(|(_, row)| row.as_ref().map(|row| numbers(row, "n")[0])).collect()
    };
    assert_eq!(found(query().latest().unwrap()), [Some(11), Some(0), None]);
    assert_eq!(found(query().first().unwrap()), [Some(0), Some(0), None]);
    assert_eq!(found(query().range(..=3).latest().unwrap()), [Some(7), None, None]);
    assert_eq!(found(query().range(1..).first().unwrap()), [Some(3), Some(0), None]);
    assert_eq!(found(query().matching("n < 5").latest().unwrap()), [Some(4), Some(0), None]);
}

#[test]
fn what_reads_can_be_sent_to_another_thread() {
    fn is_reader<T: RecordBatchReader + Send + 'static>() {}
    is_reader::<oups_query::Batches>();
    is_reader::<oups_query::Ordered>();
    is_reader::<oups_query::AsOfBatches>();
    is_reader::<oups_query::Resampled>();
    fn is_sent<T: Send + 'static>() {}
    is_sent::<oups_query::Intersections<oups_core::AnyKey>>();
}

#[test]
fn a_verified_scan_finds_a_byte_that_a_plain_one_misses() {
    let (_folder, store) = store_of("name:str");
    let columns: [(&str, arrow::array::ArrayRef); 2] = [
        ("t", std::sync::Arc::new(arrow::array::Int64Array::from_iter_values(0..100))),
        (
            "f",
            std::sync::Arc::new(arrow::array::Float64Array::from_iter_values((0..100).map(|at| f64::from(at) / 7.0))),
        ),
    ];
    let rows = RecordBatch::try_from_iter(columns).unwrap();
    let dataset = super::dataset(&store, "x");
    dataset.write(rows.clone()).ordered_on("t").commit().unwrap();
    let folder = store.root().join("x");
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let bytes = std::fs::read(&file).unwrap();
    // Some changed bytes give changed values, which only the checksum reveals.
    let missed = (4..bytes.len()).filter(|at| {
        let mut changed = bytes.clone();
        changed[*at] ^= 1;
        std::fs::write(&file, changed).unwrap();
        let error = dataset.scan().verified().collect().unwrap_err();
        assert!(error.to_string().contains("checksum"), "byte {at}: {error}");
        dataset.scan().collect().is_ok_and(|found| found != rows)
    });
    assert!(missed.take(3).count() == 3);
}
