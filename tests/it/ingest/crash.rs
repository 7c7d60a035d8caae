//! An operation of an ingest fails, or the process dies: each dataset is at its old version or at its new one.

use arrow::array::RecordBatch;
use oups::Store;
use oups::StoreOptions;
use oups_core::fs::LocalFs;
use oups_tests::fault_fs::{Fault, FaultFs};
use oups_tests::scratch;
use oups_tests::tree::copy_tree;

use super::{Measure, Row, all, batch, measure};

const STATIONS: [u32; 4] = [1, 2, 3, 4];

/// The rows of each dataset; `None` if it does not exist.
fn look(store: &Store<Measure>) -> Vec<Option<RecordBatch>> {
    let rows = |station| {
        let dataset = store.dataset(&measure(station)).unwrap();
        dataset.exists().unwrap().then(|| all(&dataset))
    };
    STATIONS.into_iter().map(rows).collect()
}

fn rows() -> RecordBatch {
    let rows: Vec<Row> = (0..12).map(|row| (STATIONS[row % 4], Some(row as i64), row as i64)).collect();
    batch(&rows)
}

#[test]
fn every_dataset_is_old_or_new_after_a_fault_at_every_operation() {
    let scratch = scratch();
    let prepared = scratch.path().join("prepared");
    let store = Store::<Measure>::create(&prepared).unwrap();
    // Two datasets exist, two do not.
    store
        .ingest(batch(&[(1, Some(3), 100), (2, Some(3), 100)]))
        .ordered_on("time")
        .row_group_target(2)
        .commit()
        .unwrap();
    let old = look(&store);
    let done = scratch.path().join("done");
    copy_tree(&prepared, &done);
    let counting = FaultFs::counting();
    let ingest = |fs: FaultFs, root: &std::path::Path| {
        let store = Store::<Measure>::open_with(root, StoreOptions::new().file_system(fs))?;
        store.ingest(rows()).ordered_on("time").duplicates_on(["value"]).commit()
    };
    ingest(counting.clone(), &done).unwrap();
    let new = look(&Store::open(&done).unwrap());
    let operations = counting.operations().len();
    assert!(operations > 60, "{operations} operations");

    let mut both = 0;
    for at in 0..operations {
        for fault in [[Fault::DiesBefore, Fault::Fails, Fault::Torn, Fault::DiesAfter][at % 4]] {
            let root = scratch.path().join("hit");
            copy_tree(&prepared, &root);
            let result = ingest(FaultFs::hitting(at, fault), &root);
            let store = Store::<Measure>::open_with(&root, StoreOptions::new().file_system(LocalFs)).unwrap();
            let seen = look(&store);
            for (number, rows) in seen.iter().enumerate() {
                assert!(*rows == old[number] || *rows == new[number], "{fault:?} at {at}: {rows:?}");
            }
            if let Ok(ingested) = result {
                for (number, done) in ingested.iter().enumerate() {
                    let station = done.key.as_ref().unwrap().station;
                    let place = STATIONS.iter().position(|other| *other == station).unwrap();
                    assert!(done.result.is_err() || seen[place] == new[place], "{fault:?} at {at}: {number}");
                }
            }
            both += usize::from(seen != old && seen != new);
            // The same ingest once more succeeds, and no row is stored twice.
            let again = ingest(FaultFs::counting(), &root).unwrap();
            assert!(again.iter().all(|done| done.result.is_ok()), "{fault:?} at {at}");
            assert_eq!(look(&store), new, "{fault:?} at {at}");
            std::fs::remove_dir_all(&root).unwrap();
        }
    }
    assert!(both > 10, "only {both} faults hit in the middle");
}
