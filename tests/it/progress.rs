//! Changes and verifications report their progress, and can be stopped.

use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, RecordBatchIterator, StringArray};
use oups_core::{Dataset, Durability, Error, KeepRule, Phase, Progress, Result};
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store};
use oups_tests::tree::{copy_tree, tree_with_folders as tree};

type Told = Box<dyn FnMut(&Progress) -> ControlFlow<()> + Send>;
type Act = fn(&Dataset, Told) -> Result<()>;

fn rows(times: Range<i64>) -> RecordBatch {
    let time: Int64Array = times.map(Some).collect();
    RecordBatch::try_from_iter([("time", Arc::new(time) as _)]).unwrap()
}

/// The same rows as a stream of batches with a few rows each.
fn read(times: Range<i64>) -> RecordBatchIterator<impl Iterator<Item = Result<RecordBatch, arrow::error::ArrowError>>> {
    let all = rows(times);
    let schema = all.schema();
    let batches = (0..all.num_rows()).step_by(7).map(move |at| Ok(all.slice(at, 7.min(all.num_rows() - at))));
    RecordBatchIterator::new(batches, schema)
}

/// Each change of a dataset with 40 rows in row groups of 10, the last not yet durable.
const CHANGES: [(&str, Act); 8] = [
    ("write", |a, told| a.write(read(5..60)).progress(told).commit().map(drop)),
    ("duplicates", |a, told| a.write(rows(5..25)).duplicates_on(["time"]).progress(told).commit().map(drop)),
    ("delete", |a, told| a.delete(5..25).progress(told).commit().map(drop)),
    ("compact", |a, told| a.compact().row_group_target(100).progress(told).commit().map(drop)),
    ("metadata", |a, told| a.change_metadata().metadata("k", "v").progress(told).commit().map(drop)),
    ("settings", |a, told| a.change_settings().keep(KeepRule::First).progress(told).commit().map(drop)),
    ("sync", |a, told| a.sync().progress(told).commit().map(drop)),
    ("remove", |a, told| a.remove().progress(told).commit().map(drop)),
];

/// Does a change on a copy of the store. The call number `stop_at` answers `Break`.
fn act(prepared: &Path, to: &Path, act: Act, stop_at: Option<usize>) -> (Result<()>, Vec<Progress>) {
    copy_tree(prepared, to);
    let calls = Arc::new(Mutex::new(Vec::new()));
    let telling = calls.clone();
    let told = move |at: &Progress| {
        let mut calls = telling.lock().unwrap();
        calls.push(at.clone());
        if stop_at == Some(calls.len() - 1) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let store = oups_core::Store::<oups_core::AnyKey>::open(to).unwrap();
    let done = act(&dataset(&store, "a"), Box::new(told));
    let calls = std::mem::take(&mut *calls.lock().unwrap());
    (done, calls)
}

fn check(prepared: &Path, folder: &Path, name: &str, change: Act) {
    let before = tree(prepared);
    let (done, calls) = act(prepared, &folder.join(name), change, None);
    done.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(calls.iter().all(|at| at.dataset.as_deref() == Some("a")), "{name}: {calls:?}");
    assert!(calls.iter().all(|at| at.total.is_none_or(|total| at.done <= total)), "{name}: {calls:?}");
    let published: Vec<_> = calls.iter().filter(|at| at.phase == Phase::Publishing).collect();
    assert_eq!(published.len(), 2, "{name}: once before the commit point, once after it: {calls:?}");
    assert_eq!((published[0].done, Some(published[1].done)), (0, published[1].total), "{name}");
    if let Some(merged) = calls.iter().rfind(|at| at.phase == Phase::Merging) {
        assert_eq!(Some(merged.done), merged.total, "{name}: all rows are counted");
    }
    for stop_at in 0..calls.len() {
        let to = folder.join(format!("{name} {stop_at}"));
        let (done, told) = act(prepared, &to, change, Some(stop_at));
        assert_eq!(told.len(), stop_at + 1, "{name}: no call after a `Break`");
        if stop_at + 1 == calls.len() {
            done.unwrap_or_else(|error| panic!("{name}: it has happened: {error}"));
            assert!(tree(&to) != before, "{name}");
        } else {
            assert!(matches!(done, Err(Error::Stopped { by: None, .. })), "{name} {stop_at}: {done:?}");
            assert!(tree(&to) == before, "{name}: something is left, stopped at {:?}", calls[stop_at]);
        }
    }
}

#[test]
fn every_change_can_be_stopped_until_it_has_happened() {
    let folder = scratch();
    let prepared = folder.path().join("prepared");
    let a = dataset(&new_store(&prepared), "a");
    a.write(rows(0..30)).ordered_on("time").row_group_target(10).commit().unwrap();
    a.write(rows(30..40)).durability(Durability::Unsynced).commit().unwrap();
    let (_, calls) = act(&prepared, &folder.path().join("phases"), CHANGES[0].1, None);
    let mut phases: Vec<Phase> = calls.iter().map(|at| at.phase).collect();
    phases.dedup();
    assert_eq!(phases, [Phase::Reading, Phase::Merging, Phase::Publishing]);
    for (name, change) in CHANGES {
        check(&prepared, folder.path(), name, change);
    }
    // A damaged file gives the repair something to do.
    let file = tree(&prepared).into_keys().rfind(|name| name.ends_with(".parquet")).unwrap();
    std::fs::write(prepared.join(file), "cut").unwrap();
    check(&prepared, folder.path(), "repair", |a, told| a.repair().progress(told).commit().map(drop));
}

/// A stopped first write leaves not even the folders that it made.
#[test]
fn a_first_write_that_is_stopped_leaves_nothing() {
    let folder = scratch();
    let prepared = folder.path().join("prepared");
    new_store(&prepared);
    let first: Act =
        |a, told| a.write(read(0..50)).ordered_on("time").row_group_target(8).progress(told).commit().map(drop);
    check(&prepared, folder.path(), "first", first);
}

/// The first write keeps the lock, so without a stop the others would wait forever.
#[test]
fn a_wait_for_the_lock_is_told_and_can_be_stopped() {
    let folder = scratch();
    let a = dataset(&new_store(folder.path()), "a");
    a.write(rows(0..10)).ordered_on("time").commit().unwrap();
    let waited = Arc::new(Mutex::new(Vec::new()));
    let (telling, other) = (waited.clone(), a.clone());
    let wait = move |timeout: Option<Duration>| {
        let calls = telling.clone();
        let mut seen = 0;
        let delete = other.delete(..).progress(move |at| {
            calls.lock().unwrap().push(at.clone());
            seen += 1;
            if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        match timeout {
            Some(timeout) => delete.lock_timeout(timeout).commit(),
            None => delete.commit(),
        }
    };
    let write = a.write(rows(10..20)).progress(move |at| {
        if at.phase == Phase::Publishing && at.done == 0 {
            for timeout in [None, Some(Duration::from_secs(3600))] {
                let error = wait(timeout).unwrap_err();
                assert!(matches!(error, Error::Stopped { by: None, .. }), "{error}");
            }
        }
        ControlFlow::Continue(())
    });
    write.commit().unwrap();
    let waited = waited.lock().unwrap();
    assert!(waited.iter().all(|at| at.phase == Phase::Waiting), "{waited:?}");
    let totals: Vec<Option<u64>> = waited.iter().map(|at| at.total).collect();
    assert_eq!(totals, [None, None, None, Some(3_600_000), Some(3_600_000), Some(3_600_000)]);
    assert_eq!(a.info().unwrap().rows, 20);
}

fn many(datasets: i64) -> RecordBatch {
    let names: ArrayRef =
        Arc::new((0..datasets * 10).map(|row| Some(format!("d{:02}", row / 10))).collect::<StringArray>());
    let time: ArrayRef = Arc::new((0..datasets * 10).map(Some).collect::<Int64Array>());
    RecordBatch::try_from_iter([("name", names), ("time", time)]).unwrap()
}

#[test]
fn an_ingest_that_is_stopped_writes_no_further_dataset() {
    let folder = scratch();
    let store = new_store(folder.path());
    let before = tree(folder.path());
    let reading = store.ingest(many(20)).ordered_on("time").progress(|at| {
        assert_eq!((at.phase, at.dataset.as_deref(), at.done), (Phase::Reading, None, 200));
        ControlFlow::Break(())
    });
    assert!(matches!(reading.commit(), Err(Error::Stopped { by: None, .. })));
    assert_eq!(tree(folder.path()), before);

    let writing = store.ingest(many(20)).ordered_on("time").progress(|at| {
        let has_happened = at.phase == Phase::Publishing && at.done > 0;
        if has_happened { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let reports = writing.commit().unwrap();
    assert_eq!(reports.len(), 20);
    let written = reports.iter().filter(|report| report.result.is_ok()).count();
    // Other datasets may be past their commit points when the first one is done.
    assert!((1..=4).contains(&written), "{written}");
    for report in reports {
        let is_there = dataset(&store, &report.dataset).exists().unwrap();
        match report.result {
            Ok(_) => assert!(is_there),
            Err(Error::Stopped { by: None, .. }) => assert!(!is_there, "{}", report.dataset),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_verification_counts_bytes_and_can_be_stopped() {
    let folder = scratch();
    let store = new_store(folder.path());
    for name in ["a", "b"] {
        dataset(&store, name).write(rows(0..100)).ordered_on("time").row_group_target(10).commit().unwrap();
    }
    let last = Arc::new(Mutex::new(None));
    let telling = last.clone();
    let verify = store.verify(..).progress(move |at| {
        *telling.lock().unwrap() = Some(at.clone());
        ControlFlow::Continue(())
    });
    let report = verify.run().unwrap();
    let bytes: u64 = ["a", "b"].map(|name| dataset(&store, name).info().unwrap().bytes).iter().sum();
    assert_eq!((report.datasets, report.bytes, report.findings.len()), (2, bytes, 0));
    let last = last.lock().unwrap().take().unwrap();
    assert_eq!((last.phase, last.done, last.total), (Phase::Verifying, bytes, Some(bytes)));

    let stopped = dataset(&store, "b").verify().progress(|_| ControlFlow::Break(())).run();
    assert!(matches!(stopped, Err(Error::Stopped { by: None, .. })), "{stopped:?}");
}
