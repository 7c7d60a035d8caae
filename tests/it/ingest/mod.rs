//! One stream of rows into many datasets.

mod crash;
mod errors;
mod key_columns;
mod model;

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, UInt32Array};
use arrow::compute::concat_batches;
use oups::{Dataset, ReadDataset, Store, SubLevel, TopLevel};
use oups_tests::scratch;
use tempfile::TempDir;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Measure {
    quantity: String,
    station: u32,
    #[oups(sublevel)]
    sampling: Sampling,
}

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sampling {
    every: String,
}

/// A row: station, time, value. The station determines the other fields of the key.
type Row = (u32, Option<i64>, i64);

fn measure(station: u32) -> Measure {
    let quantity = if station.is_multiple_of(2) { "temp" } else { "wind/gust" }.to_owned();
    Measure { quantity, station, sampling: Sampling { every: format!("{}h", station % 3) } }
}

/// Rows with the columns of the key in between.
fn batch(rows: &[Row]) -> RecordBatch {
    let quantity: StringArray = rows.iter().map(|row| Some(measure(row.0).quantity)).collect();
    let every: StringArray = rows.iter().map(|row| Some(measure(row.0).sampling.every)).collect();
    let columns: [(&str, ArrayRef); 6] = [
        ("every", Arc::new(every)),
        ("time", Arc::new(rows.iter().map(|row| row.1).collect::<Int64Array>())),
        ("station", Arc::new(rows.iter().map(|row| row.0).collect::<UInt32Array>())),
        ("value", Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>())),
        ("quantity", Arc::new(quantity)),
        ("text", Arc::new(rows.iter().map(|row| Some(format!("text {}", row.2))).collect::<StringArray>())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
}

/// The rows of one dataset, with the stored columns.
fn stored(rows: &[Row]) -> RecordBatch {
    batch(rows).project(&[1, 3, 5]).unwrap()
}

fn store() -> (TempDir, Store<Measure>) {
    let folder = scratch();
    let store = Store::create(folder.path().join("data")).unwrap();
    (folder, store)
}

fn all(dataset: &Dataset) -> RecordBatch {
    let batches = dataset.scan().batches().unwrap();
    let schema = dataset.info().unwrap().schema;
    concat_batches(&schema, &batches.map(Result::unwrap).collect::<Vec<_>>()).unwrap()
}

fn values(dataset: &Dataset) -> Vec<i64> {
    use arrow::array::AsArray;
    use arrow::datatypes::Int64Type;
    all(dataset).column_by_name("value").unwrap().as_primitive::<Int64Type>().values().to_vec()
}

#[test]
fn rows_go_to_the_datasets_of_their_keys() {
    let (_folder, store) = store();
    let rows: Vec<Row> = vec![(7, Some(1), 10), (2, Some(5), 20), (7, Some(2), 11), (2, Some(5), 21), (9, Some(0), 30)];
    let ingested = store.ingest(batch(&rows)).ordered_on("time").metadata("source", "buoy").commit().unwrap();
    let told: Vec<_> = ingested
        .iter()
        .map(|done| {
            let written = done.result.as_ref().unwrap();
            (
                done.key.clone().unwrap(),
                done.dataset.as_str(),
                done.rows,
                written.version.commit(),
                written.rows_written,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (measure(2), "temp-2/2h", 2, 1, 2),
            (measure(7), "wind%2Fgust-7/1h", 2, 1, 2),
            (measure(9), "wind%2Fgust-9/0h", 1, 1, 1)
        ]
    );
    let dataset = store.dataset(&measure(7)).unwrap();
    assert_eq!(all(&dataset), stored(&[(7, Some(1), 10), (7, Some(2), 11)]));
    assert_eq!(dataset.info().unwrap().metadata["source"], "buoy");
    assert_eq!(values(&store.dataset(&measure(2)).unwrap()), [20, 21]);
    assert_eq!(store.keys(..).unwrap(), [measure(2), measure(7), measure(9)]);
}

#[test]
fn settings_of_the_datasets_hold_and_the_ordered_column_is_known() {
    let (_folder, store) = store();
    store
        .dataset(&measure(2))
        .unwrap()
        .write(stored(&[(2, Some(1), 1)]))
        .ordered_on("time")
        .duplicates_on(["text"])
        .commit()
        .unwrap();
    let again = batch(&[(2, Some(1), 1), (2, Some(1), 2), (2, Some(3), 3)]);
    let ingested = store.ingest(again).commit().unwrap();
    assert!(ingested[0].result.as_ref().unwrap().changed);
    assert_eq!(values(&store.dataset(&measure(2)).unwrap()), [1, 2, 3]);
    let ingested = store.ingest(batch(&[(2, Some(3), 3)])).commit().unwrap();
    assert!(!ingested[0].result.as_ref().unwrap().changed);
}

#[test]
fn no_rows_are_no_datasets() {
    let (_folder, store) = store();
    assert!(store.ingest(batch(&[])).ordered_on("time").commit().unwrap().is_empty());
    assert!(store.ingest(Vec::new()).commit().unwrap().is_empty());
    assert!(store.keys(..).unwrap().is_empty());
}

#[test]
fn large_and_small_partitions_come_back_from_the_file() {
    let (_folder, store) = store();
    // Two keys have many rows, others few. The memory limit is reached several times.
    let station = |row: i64| match row % 100 {
        0..=60 => 1,
        61..=90 => 2,
        other => other as u32,
    };
    let rows: Vec<Row> = (0..150_000).map(|row| (station(row), Some(row / 10), row)).collect();
    let batches: Vec<RecordBatch> = rows.chunks(7_000).map(batch).collect();
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let telling = told.clone();
    let ingest = store.ingest(batches).ordered_on("time").row_group_target(20_000).memory_limit(1 << 20);
    let ingested = ingest.each(move |done| telling.lock().unwrap().push(done.dataset.clone())).commit().unwrap();
    let mut told = std::mem::take(&mut *told.lock().unwrap());
    told.sort();
    let mut names: Vec<_> = ingested.iter().map(|done| done.dataset.clone()).collect();
    names.sort();
    assert_eq!(told, names);
    assert_eq!(ingested.len(), 11);
    assert!(ingested.iter().all(|done| done.datasets == 11));
    for done in ingested {
        let key = done.key.unwrap();
        let expected: Vec<i64> = rows.iter().filter(|row| row.0 == key.station).map(|row| row.2).collect();
        assert_eq!(values(&store.dataset(&key).unwrap()), expected, "{}", done.dataset);
    }
}

#[test]
fn ingests_of_the_same_keys_wait_for_each_other_and_none_is_lost() {
    let (_folder, store) = store();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for round in 0..5 {
                    // Each writer has another order of keys.
                    let stations = (0..6).map(|at| (at * (writer + 1) + writer) % 6 + 1);
                    let rows: Vec<Row> = stations.map(|at| (at as u32, Some(round), writer * 10 + round)).collect();
                    let ingested = store.ingest(batch(&rows)).ordered_on("time").commit().unwrap();
                    assert!(ingested.iter().all(|done| done.result.is_ok()));
                }
            });
        }
    });
    let rows: u64 = store.keys(..).unwrap().iter().map(|key| store.dataset(key).unwrap().info().unwrap().rows).sum();
    assert_eq!(rows, 4 * 5 * 6);
}
