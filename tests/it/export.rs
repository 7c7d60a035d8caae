//! Exports: consistent copies of a store.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arrow::array::{Int64Array, RecordBatch};
use oups_core::row_group::ReadOptions;
use oups_core::{AnyKey, Dataset, Durability, Error, KeyFilter, Moment, Phase, Store, StoreOptions};
use oups_tests::fault_fs::{Fault, FaultFs};
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store, row_groups};
use oups_tests::tree::{tree, tree_with_folders};
use tempfile::TempDir;

fn rows(range: std::ops::Range<i64>) -> RecordBatch {
    let time: Int64Array = range.map(Some).collect();
    RecordBatch::try_from_iter([("time", Arc::new(time) as _)]).unwrap()
}

/// Datasets `a` (40 rows in four row groups, the last of them not synced), `b` (one row group) and `c` (without rows).
fn sample() -> (TempDir, Store<AnyKey>) {
    let folder = scratch();
    let store = new_store(&folder.path().join("store"));
    let a = dataset(&store, "a");
    a.write(rows(0..30)).ordered_on("time").row_group_target(10).metadata("source", "buoy 7").commit().unwrap();
    a.write(rows(30..40)).durability(Durability::Unsynced).commit().unwrap();
    dataset(&store, "b").write(rows(0..5)).ordered_on("time").commit().unwrap();
    dataset(&store, "c").write(rows(0..0)).ordered_on("time").commit().unwrap();
    (folder, store)
}

fn all(dataset: &Dataset) -> Vec<i64> {
    let snapshot = dataset.snapshot().unwrap();
    let batches = row_groups(&snapshot).into_iter().flatten();
    batches.flat_map(|batch| batch.column(0).as_any().downcast_ref::<Int64Array>().unwrap().values().to_vec()).collect()
}

fn is_good(path: &Path) -> Store<AnyKey> {
    let copy = Store::open(path).unwrap();
    assert_eq!(copy.verify(KeyFilter::all()).run().unwrap().findings, []);
    copy
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_copy_is_a_store_like_the_original() {
    let (folder, store) = sample();
    let before = tree(store.root());
    let dest = folder.path().join("new/folders/copy");
    let exported = store.export(&dest, KeyFilter::all()).run().unwrap();
    let snapshots = store.snapshots(&store.keys(..).unwrap()).unwrap();
    let bytes = snapshots.iter().map(|snapshot| snapshot.bytes()).sum();
    drop(snapshots);
    let facts = (exported.datasets, exported.row_groups, exported.rows, exported.bytes, exported.moment);
    assert_eq!(facts, (3, 5, 45, bytes, Moment::Exact));
    assert_eq!(tree(store.root()), before);

    let copy = is_good(&dest);
    assert_eq!(copy.schema(), store.schema());
    assert_eq!(copy.layout().unwrap(), store.layout().unwrap());
    let a = dataset(&copy, "a");
    assert_eq!(a.version().unwrap().commit(), 2);
    assert_eq!(a.info().unwrap().metadata["source"], "buoy 7");
    // The export syncs files that were not synced, and leaves out replaced files.
    assert!(a.snapshot().unwrap().row_groups().iter().all(|entry| entry.is_synced()));
    assert_eq!(names(&dest.join("a")).len(), 4);
    // The copy is a store of its own.
    a.write(rows(40..45)).commit().unwrap();
    store.dataset(&store.parse_key("a").unwrap()).unwrap().remove().commit().unwrap();
    assert_eq!(all(&a), (0..45).collect::<Vec<_>>());
    is_good(&dest);
}

#[test]
fn a_filter_chooses_and_an_empty_folder_is_a_place() {
    let (folder, store) = sample();
    let dest = folder.path().join("copy");
    fs::create_dir(&dest).unwrap();
    let filter = KeyFilter::parse(store.schema(), ["name=b"]).unwrap();
    assert_eq!(store.export(&dest, filter).run().unwrap().rows, 5);
    assert_eq!(is_good(&dest).keys(..).unwrap().len(), 1);
    assert_eq!(names(folder.path()), ["copy", "store"]);
}

#[test]
fn a_copy_without_its_manifest_can_be_repaired() {
    let (folder, store) = sample();
    // The newest commit has no file of its own, and a file of the commit before is gone.
    let a = dataset(&store, "a");
    a.delete(10..20).commit().unwrap();
    let dest = folder.path().join("copy");
    store.export(&dest, KeyFilter::all()).run().unwrap();
    fs::remove_file(dest.join("a.opdmd")).unwrap();
    let copy = dataset(&Store::open(&dest).unwrap(), "a");
    assert_eq!(copy.repair().commit().unwrap().rows, 30);
    assert_eq!(all(&copy), all(&a));
}

#[test]
fn places_where_something_is_are_refused() {
    let (folder, store) = sample();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), "").unwrap();
    std::os::unix::fs::symlink(at("nowhere"), at("link")).unwrap();
    fs::create_dir_all(at("full/x")).unwrap();
    let before = tree_with_folders(folder.path());
    let mut texts = String::new();
    for dest in ["file", "link", "full", "store", "store/copy", "store/../store/copy", "full/..", ""] {
        let error = store.export(at(dest), KeyFilter::all()).run().unwrap_err();
        assert!(matches!(error, Error::ExportTarget { .. }), "{dest}: {error:?}");
        texts.push_str(&format!("{}\n", error.to_string().replace(&folder.path().display().to_string(), "HERE")));
    }
    assert_eq!(tree_with_folders(folder.path()), before);
    insta::assert_snapshot!(texts);
}

#[test]
fn a_damaged_file_is_named_and_nothing_is_left() {
    let (folder, store) = sample();
    let snapshot = dataset(&store, "a").snapshot().unwrap();
    let file = store.root().join("a").join(snapshot.row_groups()[1].file_name());
    let mut bytes = fs::read(&file).unwrap();
    bytes[60] ^= 1;
    fs::write(&file, bytes).unwrap();
    match store.export(folder.path().join("copy"), KeyFilter::all()).run().unwrap_err() {
        Error::Damaged { path, .. } => assert_eq!(path, file),
        other => panic!("{other}"),
    }
    assert_eq!(names(folder.path()), ["store"]);
}

#[test]
fn it_can_be_stopped() {
    let (folder, store) = sample();
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = told.clone();
    let export = store.export(folder.path().join("copy"), ..).progress(move |at| {
        telling.lock().unwrap().push(at.clone());
        if at.done > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let stopped = export.run();
    assert!(matches!(stopped, Err(Error::ExportStopped { .. })), "{stopped:?}");
    assert_eq!(names(folder.path()), ["store"]);
    let told = told.lock().unwrap();
    assert!(told.iter().all(|at| at.phase == Phase::Copying && Some(at.done) <= at.total && at.total > Some(0)));
    assert_eq!(told.iter().filter(|at| at.done > 0).count(), 1, "no call after the `Break`: {told:?}");
}

/// While the export copies, the datasets are merged, compacted, removed and made again.
#[test]
fn writers_at_work_are_not_in_the_copy() {
    let (folder, store) = sample();
    let dest = folder.path().join("copy");
    let calls = Arc::new(AtomicUsize::new(0));
    let (calling, writers) = (calls.clone(), store.clone());
    store
        .export(&dest, ..)
        .progress(move |_| {
            let (a, b) = (dataset(&writers, "a"), dataset(&writers, "b"));
            match calling.fetch_add(1, Ordering::SeqCst) {
                // Before the first file is copied, all files get other names.
                0 => drop(a.write(rows(0..30)).row_group_target(4).commit().unwrap()),
                1 => {
                    writers.dataset(&writers.parse_key("b").unwrap()).unwrap().remove().commit().unwrap();
                    b.write(rows(100..101)).ordered_on("time").commit().unwrap();
                }
                _ => {}
            }
            ControlFlow::Continue(())
        })
        .run()
        .unwrap();
    assert!(calls.load(Ordering::SeqCst) > 2);
    let copy = is_good(&dest);
    assert_eq!(all(&dataset(&copy, "a")), (0..40).collect::<Vec<_>>());
    assert_eq!(all(&dataset(&copy, "b")), (0..5).collect::<Vec<_>>());
    assert_eq!(all(&dataset(&store, "a")).len(), 70);
    assert_eq!(all(&dataset(&store, "b")), [100]);
}

/// If any operation fails, or the process dies anywhere, the copy is whole or not a store, and the original is
/// unchanged.
#[test]
fn a_failed_or_dead_export_leaves_no_store() {
    let (folder, _) = sample();
    let root = folder.path().join("store");
    let counting = FaultFs::counting();
    let on = |fs: &FaultFs, dest: &Path| {
        Store::<AnyKey>::open_with(&root, StoreOptions::new().file_system(fs.clone()))
            .unwrap()
            .export(dest, KeyFilter::all())
            .run()
    };
    on(&counting, &folder.path().join("counted")).unwrap();
    fs::remove_dir_all(folder.path().join("counted")).unwrap();
    let operations = counting.operations().len();
    let original = stored_rows(&root);
    for at in 0..operations {
        for fault in [Fault::Fails, Fault::DiesBefore, Fault::DiesAfter, Fault::Torn] {
            let name = format!("{} {fault:?}", counting.operations()[at]);
            let dest = folder.path().join("copy");
            let faulty = FaultFs::hitting(at, fault);
            let outcome = on(&faulty, &dest);
            let others: Vec<_> = names(folder.path()).into_iter().filter(|name| name != "store").collect();
            if dest.exists() {
                assert_eq!(stored_rows(&dest), original, "{name}");
                is_good(&dest);
            } else {
                assert!(outcome.is_err(), "{name}");
            }
            if fault == Fault::Fails {
                assert!(others.is_empty() || others == ["copy"], "{name}: {others:?}");
            }
            for other in others {
                let is_whole = !folder.path().join(&other).join("oups.json").exists() || other == "copy";
                // Before the last rename, the copy is complete and still has the name of an incomplete one.
                assert!(is_whole || stored_rows(&folder.path().join(&other)) == original, "{name}: {other}");
                fs::remove_dir_all(folder.path().join(other)).unwrap();
            }
        }
    }
    assert_eq!(stored_rows(&root), original);
    println!("{} points", operations * 4);
}

fn stored_rows(root: &Path) -> Vec<(String, u64, usize)> {
    let store = Store::<AnyKey>::open(root).unwrap();
    let facts = |key: &AnyKey| {
        let snapshot = store.dataset(key).unwrap().snapshot().unwrap();
        let rows = snapshot.row_groups().iter().map(|entry| {
            let file = snapshot.open_verified(entry).unwrap();
            file.batches(ReadOptions::default()).unwrap().map(|batch| batch.unwrap().num_rows()).sum::<usize>()
        });
        (key.to_string(), snapshot.version().commit(), rows.sum())
    };
    store.keys(..).unwrap().iter().map(facts).collect()
}
