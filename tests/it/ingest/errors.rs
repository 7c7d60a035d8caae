//! Errors of one dataset of an ingest, and errors of all of it.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, RecordBatchIterator, StringArray};
use arrow::error::ArrowError;
use oups::{Error, IngestReport, Keep};
use oups_tests::tree::tree;

use super::{Measure, Row, batch, measure, store, stored, values};
use crate::concurrency::actor::patience;

/// The name, the number of rows and the error of each dataset.
fn told(ingested: &[IngestReport<Measure>]) -> Vec<(String, u64, Option<String>)> {
    let of = |done: &IngestReport<Measure>| {
        (done.dataset.clone(), done.rows, done.result.as_ref().err().map(ToString::to_string))
    };
    ingested.iter().map(of).collect()
}

const UNSORTED: [Row; 6] =
    [(2, Some(5), 1), (4, Some(3), 2), (2, Some(6), 3), (4, Some(2), 4), (8, None, 5), (4, Some(9), 6)];
const OUT_OF_ORDER: &str = "dataset temp-4/1h, column `time`: row 4 is out of order: 2 after 3";
const NULL: &str = "dataset temp-8/2h, column `time`: row 5 is null, which has no place in an order";

#[test]
fn one_bad_dataset_does_not_stop_the_others() {
    for limit in [0, 64 << 20] {
        let (_folder, store) = store();
        let batches: Vec<_> = UNSORTED.chunks(2).map(batch).collect();
        let ingested = store.ingest(batches).ordered_on("time").memory_limit(limit).commit().unwrap();
        assert_eq!(
            told(&ingested),
            [
                ("temp-2/2h".to_owned(), 2, None),
                ("temp-4/1h".to_owned(), 3, Some(OUT_OF_ORDER.to_owned())),
                ("temp-8/2h".to_owned(), 1, Some(NULL.to_owned()))
            ]
        );
        assert_eq!(store.keys(..).unwrap(), [measure(2)]);
        assert_eq!(values(&store.dataset(&measure(2)).unwrap()), [1, 3]);
    }
}

#[test]
fn an_ingest_that_stops_writes_nothing_if_its_rows_are_bad() {
    let (folder, store) = store();
    let before = tree(folder.path());
    let ingested = store.ingest(batch(&UNSORTED)).ordered_on("time").stop_on_error(true).commit().unwrap();
    let stopped = "dataset temp-2/2h: not written, because the ingest was stopped by the error of temp-4/1h";
    assert_eq!(told(&ingested)[0].2.as_deref(), Some(stopped));
    assert_eq!(told(&ingested)[1].2.as_deref(), Some(OUT_OF_ORDER));
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn an_ingest_that_stops_leaves_the_rest_alone() {
    let (_folder, store) = store();
    // The rows do not fit this dataset, which is seen only at its turn. The others come after it.
    let other = RecordBatch::try_from_iter([("time", Arc::new(Int64Array::from(vec![1])) as ArrayRef)]).unwrap();
    store.dataset(&measure(2)).unwrap().write(other).ordered_on("time").commit().unwrap();
    let rows: Vec<Row> = (2..60).map(|station| (station, Some(1), 1)).collect();
    let ingested = store.ingest(batch(&rows)).ordered_on("time").stop_on_error(true).commit().unwrap();
    let is_stopped = |done: &&IngestReport<Measure>| matches!(done.result, Err(Error::Stopped { .. }));
    let written = ingested.iter().filter(|done| done.result.is_ok()).count();
    let stopped = ingested.iter().filter(is_stopped).count();
    assert_eq!((ingested.len(), written + stopped), (58, 57));
    assert_eq!(
        ingested[0].result.as_ref().unwrap_err().to_string(),
        "dataset temp-2/2h, column `value`: expected a column of the dataset, found another one, of type Int64 (`.evolve_schema()` would add it)"
    );
    assert_eq!(store.keys(..).unwrap().len(), written + 1);
    let ingested = store.ingest(batch(&rows)).ordered_on("time").commit().unwrap();
    assert_eq!(ingested.iter().filter(|done| done.result.is_ok()).count(), 57);
}

#[test]
fn rows_in_errors_are_those_of_the_whole_input() {
    for limit in [0, 64 << 20] {
        let (_folder, store) = store();
        let write = |rows: &[Row]| store.dataset(&measure(2)).unwrap().write(stored(rows)).ordered_on("time").commit();
        write(&[(2, Some(1), 1)]).unwrap();
        let rows =
            [(4, Some(0), 0), (2, Some(2), 7), (4, Some(1), 0), (4, Some(2), 0), (2, Some(2), 7), (2, Some(3), 0)];
        let ingest = |rows: &[Row]| {
            let ingest = store.ingest(rows.chunks(2).map(batch).collect::<Vec<_>>()).ordered_on("time");
            ingest.duplicates_on(["value"]).keep(Keep::Reject).memory_limit(limit).commit().unwrap()
        };
        let error = told(&ingest(&rows))[0].2.clone();
        assert_eq!(error.as_deref(), Some("dataset temp-2/2h, column `time`: row 5 at 2 is a duplicate of row 2"));
        let error = told(&ingest(&[(4, Some(5), 0), (2, Some(1), 1)]))[0].2.clone();
        assert_eq!(
            error.as_deref(),
            Some("dataset temp-2/2h, column `time`: row 2 at 1 is a duplicate of a stored row")
        );
    }
}

#[test]
fn a_null_that_one_dataset_cannot_hold_is_told_by_its_row() {
    let (_folder, store) = store();
    let strict = stored(&[(2, Some(1), 1)]);
    let fields =
        strict.schema().fields().iter().map(|field| field.as_ref().clone().with_nullable(false)).collect::<Vec<_>>();
    let strict =
        RecordBatch::try_new(Arc::new(arrow::datatypes::Schema::new(fields)), strict.columns().to_vec()).unwrap();
    store.dataset(&measure(2)).unwrap().write(strict).ordered_on("time").commit().unwrap();
    let rows = batch(&[(4, Some(1), 1), (2, Some(1), 1), (4, Some(2), 1), (2, Some(2), 1), (2, Some(3), 1)]);
    let mut columns = rows.columns().to_vec();
    columns[5] = Arc::new(StringArray::from(vec![None, Some("a"), None, None, Some("b")]));
    let rows = RecordBatch::try_new(rows.schema(), columns).unwrap();
    for limit in [0, 64 << 20] {
        let ingested = store.ingest(rows.clone()).ordered_on("time").memory_limit(limit).commit().unwrap();
        let error = "dataset temp-2/2h, column `text`: expected no nulls, found a null in row 4";
        assert_eq!(told(&ingested)[0].2.as_deref(), Some(error));
        assert_eq!(told(&ingested)[1].2, None);
    }
}

#[test]
fn what_is_wrong_with_the_input_changes_nothing() {
    let (folder, store) = store();
    let before = tree(folder.path());
    let good = batch(&[(2, Some(1), 1)]);
    let refused = |ingest: oups::Change<oups::Ingest<Measure>>| {
        let error = ingest.commit().unwrap_err();
        assert_eq!(tree(folder.path()), before);
        error.to_string()
    };
    assert_eq!(
        refused(store.ingest(good.clone())),
        "dataset temp-2/2h: the first write must name the ordered column (`ordered_on`)"
    );
    assert_eq!(
        refused(store.ingest(good.clone()).ordered_on("tim")),
        "dataset (all of the ingest): there is no column `tim`; the columns are time, value, text"
    );
    assert_eq!(
        refused(store.ingest(good.clone()).ordered_on("station")),
        "ordered_on: `station` is not valid; expected a column that is stored: those with the fields of the keys are not"
    );
    assert!(refused(store.ingest(good.clone()).ordered_on("time").row_group_target(0)).contains("row_group_target"));
    let other = good.project(&[0, 1, 2, 3, 4]).unwrap();
    assert_eq!(
        refused(store.ingest(vec![good.clone(), other]).ordered_on("time")),
        "dataset (all of the ingest): expected batches of one schema, found another in the batch at row 2"
    );
    let failing = [Ok(good.clone()), Err(ArrowError::ComputeError("lost".into()))].into_iter();
    let reader = RecordBatchIterator::new(failing, good.schema());
    assert_eq!(
        refused(store.ingest(reader).ordered_on("time")),
        "dataset (all of the ingest): the input failed after 1 rows: lost"
    );
}

#[test]
fn a_locked_dataset_times_out_alone() {
    let (_folder, store) = store();
    let rows = [(2, Some(1), 1), (4, Some(1), 1)];
    store.ingest(batch(&rows)).ordered_on("time").commit().unwrap();
    let (inside, is_inside) = std::sync::mpsc::channel();
    let (go, may_go) = std::sync::mpsc::channel::<()>();
    let may_go = std::sync::Mutex::new(may_go);
    // A rule for duplicates runs while the lock is held.
    let slow = oups::Resolver::new(move |run| {
        inside.send(()).ok();
        may_go.lock().unwrap().recv().ok();
        Ok(run.rows().slice(0, 1))
    });
    std::thread::scope(|scope| {
        let dataset = store.dataset(&measure(2)).unwrap();
        scope.spawn(move || {
            dataset.write(stored(&[(2, Some(1), 1)])).duplicates_on(["value"]).keep(slow).commit().unwrap()
        });
        is_inside.recv_timeout(patience()).unwrap();
        let ingested = store.ingest(batch(&rows)).ordered_on("time").lock_timeout(Duration::ZERO).commit().unwrap();
        go.send(()).unwrap();
        assert!(matches!(ingested[0].result, Err(Error::LockTimeout { .. })), "{:?}", ingested[0].result);
        assert!(ingested[1].result.is_ok());
    });
}
