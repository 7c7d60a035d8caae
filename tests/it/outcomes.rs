//! Errors say the outcome of a change: unknown, done, or not done, and then nothing has changed. The rename that
//! commits reports an error, whether it was done or not, and afterwards the manifest can be read or not.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};
use oups::TopLevel;
use oups_core::fs::LocalFs;
use oups_core::{AnyKey, Error, KeyFilter, Outcome, Result, Store, StoreOptions, Version};
use oups_tests::fault_fs::{Fault, FaultFs};
use oups_tests::scratch;
use oups_tests::stored::{dataset, new_store};
use oups_tests::tree::{copy_tree, tree, tree_with_folders};

use crate::crash::{KINDS, create, dataset_of, look, next_write_succeeds, open};

const FAULTS: [(Fault, Outcome); 4] = [
    (Fault::Fails, Outcome::NotDone),
    (Fault::FailsAfter, Outcome::Done { durable: false }),
    (Fault::Blinds { done: false }, Outcome::Unknown),
    (Fault::Blinds { done: true }, Outcome::Unknown),
];

/// Whether the fault lets the rename happen.
fn is_done(fault: Fault) -> bool {
    matches!(fault, Fault::FailsAfter | Fault::Blinds { done: true })
}

/// The version that an error names, if it names one.
fn named(error: &Error) -> Option<Version> {
    match error {
        Error::NotDurable { version, .. } => Some(*version),
        Error::OutcomeUnknown { attempted, .. } => *attempted,
        _ => None,
    }
}

fn version_of(root: &Path) -> Version {
    dataset_of(&open(None, root).unwrap()).unwrap().version().unwrap_or(Version::ABSENT)
}

#[test]
fn every_kind_of_commit_tells_what_is_known_of_its_rename() {
    for kind in KINDS {
        let folder = scratch();
        let (prepared, root) = (folder.path().join("prepared"), folder.path().join("hit"));
        let store = create(&prepared);
        kind.before.iter().for_each(|act| act(&store).unwrap());
        drop(store);
        let (old, before) = (look(&prepared), version_of(&prepared));
        let rename = if kind.name.starts_with("remove") { "rename b.opdmd.removed" } else { "rename b.opdmd" };
        for (fault, outcome) in FAULTS {
            let at = format!("{}: {fault:?}", kind.name);
            copy_tree(&prepared, &root);
            let fs = FaultFs::hitting_first(rename, fault);
            let error = (kind.act)(&open(Some(&fs), &root).unwrap()).expect_err(&at);
            assert_eq!(error.outcome(), outcome, "{at}: {error}");
            assert_eq!(matches!(error, Error::Io { .. }), outcome == Outcome::NotDone, "{at}: {error}");
            let seen = look(&root);
            assert_eq!(seen != old, is_done(fault), "{at}: {error}");
            if let Some(named) = named(&error) {
                assert_eq!(named == version_of(&root), is_done(fault), "{at}: {error}");
                assert_ne!(named, before, "{at}: {error}");
            }
            next_write_succeeds(&root, seen, &at);
            std::fs::remove_dir_all(&root).unwrap();
        }
    }
}

/// The mark makes the next writer check the state.
#[test]
fn the_same_handle_goes_on_after_an_unknown_outcome() {
    for done in [false, true] {
        let folder = scratch();
        drop(create(folder.path()));
        let fs = FaultFs::hitting_first("rename b.opdmd", Fault::Blinds { done });
        let store = open(Some(&fs), folder.path()).unwrap();
        let rows = || crate::crash::rows(0..5, 1);
        let write = || dataset_of(&store).unwrap().write(rows()).ordered_on("time").if_version(0).commit();
        assert!(matches!(write(), Err(Error::OutcomeUnknown { what: "commit", .. })));
        fs.sees_again();
        // A caller that names the version does not write twice.
        assert_eq!(write().is_err(), done);
        assert_eq!(dataset_of(&store).unwrap().info().unwrap().rows, 5);
        // A conflict is found without the lock, so it clears nothing away. The next write does.
        crate::crash::insert(&store).unwrap();
        assert_eq!(store.verify(KeyFilter::all()).run().unwrap().findings, []);
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, TopLevel)]
struct Sensor {
    name: String,
}

fn creation(fs: FaultFs, root: &Path) -> Result<()> {
    Store::<Sensor>::create_with(root, StoreOptions::new().file_system(fs)).map(drop)
}

#[test]
fn making_a_store_tells_what_is_known_of_it() {
    let folder = scratch();
    let counting = FaultFs::counting();
    creation(counting.clone(), &folder.path().join("counted")).unwrap();
    let operations = counting.operations();
    let commit = operations.iter().position(|operation| operation == "rename oups.json").unwrap();
    let mut seen = Vec::new();
    for (number, operation) in operations.iter().enumerate() {
        for (fault, _) in FAULTS {
            let root = folder.path().join(format!("{number}-{fault:?}"));
            let Err(error) = creation(FaultFs::hitting(number, fault), &root) else { continue };
            let at = format!("{fault:?} at {operation}: {error}");
            let is_there = Store::<AnyKey>::open(&root).is_ok();
            match error.outcome() {
                Outcome::NotDone => assert!(!is_there, "{at}"),
                Outcome::Done { .. } => assert!(is_there && number >= commit, "{at}"),
                Outcome::Unknown => assert!(number == commit && is_there == is_done(fault), "{at}"),
                Outcome::Partly => panic!("{at}"),
            }
            seen.push((number.cmp(&commit), error.outcome()));
            // Leftovers do not hinder the next try.
            Store::<Sensor>::open_or_create(&root).expect(&at);
        }
    }
    for outcome in [Outcome::NotDone, Outcome::Done { durable: false }, Outcome::Unknown] {
        assert!(seen.contains(&(std::cmp::Ordering::Equal, outcome)), "{outcome:?}: {seen:?}");
    }
    assert!(seen.contains(&(std::cmp::Ordering::Greater, Outcome::Done { durable: false })), "{seen:?}");
}

#[test]
fn a_store_that_cannot_be_looked_for_is_not_made_and_leaves_no_lock() {
    let folder = scratch();
    let root = folder.path().join("store");
    let options = StoreOptions::new().file_system(FaultFs::counting().not_seeing("oups.json"));
    let error = Store::<Sensor>::create_with(&root, options).unwrap_err();
    assert!(matches!(error, Error::Io { .. }) && error.outcome() == Outcome::NotDone, "{error}");
    assert_eq!(std::fs::read_dir(&root).unwrap().count(), 0);
}

fn rows(range: std::ops::Range<i64>) -> RecordBatch {
    let time: Int64Array = range.map(Some).collect();
    RecordBatch::try_from_iter([("time", Arc::new(time) as _)]).unwrap()
}

#[test]
fn an_export_tells_what_is_known_of_its_last_rename() {
    let folder = scratch();
    let source = folder.path().join("source");
    dataset(&new_store(&source), "a").write(rows(0..9)).ordered_on("time").commit().unwrap();
    for (fault, outcome) in FAULTS {
        let beside = folder.path().join(format!("{fault:?}"));
        std::fs::create_dir(&beside).unwrap();
        let store = Store::<AnyKey>::open_with(
            &source,
            StoreOptions::new().file_system(FaultFs::hitting_first("rename copy", fault)),
        )
        .unwrap();
        let error = store.export(beside.join("copy"), KeyFilter::all()).run().unwrap_err();
        assert_eq!(error.outcome(), outcome, "{fault:?}: {error}");
        let there = Store::<AnyKey>::open(beside.join("copy"));
        assert_eq!(there.is_ok(), is_done(fault), "{fault:?}: {error}");
        match outcome {
            Outcome::NotDone => assert!(tree_with_folders(&beside).is_empty(), "{fault:?}"),
            Outcome::Done { .. } => assert_eq!(there.unwrap().verify(KeyFilter::all()).run().unwrap().findings, []),
            Outcome::Unknown => assert!(matches!(error, Error::OutcomeUnknown { what: "export", dataset: None, .. })),
            Outcome::Partly => panic!("{fault:?}: {error}"),
        }
    }
    let beside = folder.path().join("sync");
    std::fs::create_dir(&beside).unwrap();
    let store = Store::<AnyKey>::open_with(
        &source,
        StoreOptions::new().file_system(FaultFs::hitting_first("sync folder sync", Fault::Fails)),
    );
    let error = store.unwrap().export(beside.join("copy"), KeyFilter::all()).run().unwrap_err();
    assert!(matches!(error, Error::NotDurable { what: "export", .. }), "{error}");
    assert_eq!(
        Store::<AnyKey>::open(beside.join("copy")).unwrap().verify(KeyFilter::all()).run().unwrap().findings,
        []
    );
}

/// What is damaged of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Damage {
    /// Its manifest is gone.
    NoManifest,
    /// Its manifest cannot be read.
    BadManifest,
    /// A row group file is not one.
    BadFile,
}

/// Makes a store whose dataset is damaged so.
fn damaged(root: &Path, damage: Damage) {
    let a = dataset(&new_store(root), "a");
    a.write(rows(0..9)).ordered_on("time").row_group_target(3).commit().unwrap();
    let file = a.snapshot().unwrap().row_groups()[1].file_name().to_owned();
    match damage {
        Damage::NoManifest => std::fs::remove_file(root.join("a.opdmd")).unwrap(),
        Damage::BadManifest => std::fs::write(root.join("a.opdmd"), b"nothing").unwrap(),
        Damage::BadFile => std::fs::write(root.join("a").join(file), b"nothing").unwrap(),
    }
}

/// All files but the lock file, whose mark may stay, and temporary files, which the next writer clears away: a file that
/// could not be made, so the system said, may be there.
fn files_of(root: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    tree(root).into_iter().filter(|(name, _)| name != "a.lock" && !name.ends_with(".tmp")).collect()
}

#[test]
fn a_repair_tells_what_is_known_at_every_operation() {
    let mut partly = Vec::new();
    for damage in [Damage::NoManifest, Damage::BadManifest, Damage::BadFile] {
        let folder = scratch();
        let prepared = folder.path().join("prepared");
        damaged(&prepared, damage);
        let repair = |fs: &FaultFs, root: &Path| {
            let store = Store::<AnyKey>::open_with(root, StoreOptions::new().file_system(fs.clone())).unwrap();
            dataset(&store, "a").repair().commit()
        };
        let counting = FaultFs::counting();
        copy_tree(&prepared, &folder.path().join("counted"));
        repair(&counting, &folder.path().join("counted")).unwrap();
        let operations = counting.operations();
        // A damaged manifest is first moved away under the same name.
        let commit = operations.iter().rposition(|operation| operation == "rename a.opdmd").unwrap();
        for (number, operation) in operations.iter().enumerate() {
            for (fault, at_commit) in FAULTS {
                let root = folder.path().join("hit");
                copy_tree(&prepared, &root);
                let found = repair(&FaultFs::hitting(number, fault), &root);
                let version = dataset(&Store::open(&root).unwrap(), "a").version().ok();
                let is_repaired = version.is_some_and(|version| version.commit() > 1);
                if let Err(error) = found {
                    let at = format!("{fault:?} at {operation}: {error}");
                    match error.outcome() {
                        Outcome::NotDone => assert_eq!(files_of(&root), files_of(&prepared), "{at}"),
                        Outcome::Partly => {
                            assert!(!is_repaired && matches!(error, Error::RepairStopped { .. }), "{at}");
                            partly.push(damage);
                        }
                        Outcome::Done { .. } => assert!(is_repaired && named(&error) == version, "{at}"),
                        Outcome::Unknown => assert_eq!(is_repaired, named(&error) == version, "{at}"),
                    }
                    // A damaged manifest was moved away before.
                    let is_partly = at_commit == Outcome::NotDone && damage == Damage::BadManifest;
                    let at_commit = if is_partly { Outcome::Partly } else { at_commit };
                    assert!(number != commit || error.outcome() == at_commit, "{at}");
                }
                // A second repair completes the first.
                let store = Store::open(&root).unwrap();
                dataset(&store, "a").repair().commit().unwrap();
                dataset(&store, "a").write(rows(20..22)).commit().unwrap();
                assert_eq!(
                    store
                        .verify(KeyFilter::all())
                        .run()
                        .unwrap()
                        .findings
                        .iter()
                        .filter(|one| one.kind.is_damage())
                        .count(),
                    0
                );
                std::fs::remove_dir_all(&root).unwrap();
            }
        }
    }
    // A bad file is moved behind the commit point.
    partly.dedup();
    assert_eq!(partly, [Damage::BadManifest]);
}

/// A commit that is visible, but perhaps not durable, leaves its mark. `sync` makes it durable, although every file is
/// synced.
#[test]
fn sync_makes_durable_what_a_commit_could_not() {
    let folder = scratch();
    let root = folder.path().join("store");
    dataset(&new_store(&root), "a").write(rows(0..9)).ordered_on("time").commit().unwrap();
    let fs = FaultFs::hitting_first("sync folder store", Fault::Fails);
    let store = Store::<AnyKey>::open_with(&root, StoreOptions::new().file_system(fs)).unwrap();
    let error = dataset(&store, "a").write(rows(9..12)).commit().unwrap_err();
    assert!(matches!(error, Error::NotDurable { .. }), "{error}");
    let fs = FaultFs::counting();
    let a = dataset(&Store::<AnyKey>::open_with(&root, StoreOptions::new().file_system(fs.clone())).unwrap(), "a");
    assert!(!a.sync().commit().unwrap().changed);
    assert!(fs.operations().contains(&"sync folder store".to_owned()), "{:?}", fs.operations());
    // A second `sync` does nothing.
    let done = fs.operations().len();
    assert!(!a.sync().commit().unwrap().changed);
    assert_eq!(fs.operations().len(), done);
}

#[test]
fn an_ingest_tells_of_each_dataset_what_is_known_of_it() {
    for (fault, outcome) in FAULTS {
        let folder = scratch();
        let store = Store::<Sensor>::create(folder.path()).unwrap();
        drop(store);
        let fs = FaultFs::hitting_first("rename b.opdmd", fault);
        let store = Store::<Sensor>::open_with(folder.path(), StoreOptions::new().file_system(fs)).unwrap();
        let names = arrow::array::StringArray::from(vec!["a", "b", "c"]);
        let time = Int64Array::from(vec![1, 1, 1]);
        let rows = RecordBatch::try_from_iter([("name", Arc::new(names) as _), ("time", Arc::new(time) as _)]).unwrap();
        let done = store.ingest(rows).ordered_on("time").commit().unwrap();
        let there = Store::<Sensor>::open_with(folder.path(), StoreOptions::new().file_system(LocalFs)).unwrap();
        for one in &done {
            let is_there = there.dataset(one.key.as_ref().unwrap()).unwrap().exists().unwrap();
            let at = format!("{fault:?}: {}: {:?}", one.dataset, one.result);
            match one.result.as_ref().map_err(Error::outcome) {
                Ok(_) | Err(Outcome::Done { .. }) => assert!(is_there, "{at}"),
                Err(Outcome::NotDone) => assert!(!is_there, "{at}"),
                Err(Outcome::Unknown) => {}
                Err(Outcome::Partly) => panic!("{at}"),
            }
            if one.dataset == "b" {
                assert_eq!(one.result.as_ref().unwrap_err().outcome(), outcome, "{at}");
                assert_eq!(is_there, is_done(fault), "{at}");
            }
        }
    }
}

#[test]
fn what_has_lost_its_manifest_is_not_called_absent_by_a_removal() {
    let folder = scratch();
    let store = new_store(folder.path());
    dataset(&store, "a").write(rows(0..9)).ordered_on("time").row_group_target(3).commit().unwrap();
    std::fs::remove_file(folder.path().join("a.opdmd")).unwrap();
    let before = tree_with_folders(folder.path());
    for _ in 0..2 {
        let error = store.dataset(&store.parse_key("a").unwrap()).unwrap().remove().commit().unwrap_err();
        assert!(matches!(error, Error::ManifestLost { files: 3, .. }), "{error}");
    }
    assert_eq!(tree_with_folders(folder.path()), before);
    let error = store.dataset(&store.parse_key("b").unwrap()).unwrap().remove().commit().unwrap_err();
    assert!(matches!(error, Error::NoDataset { .. }), "{error}");
}

#[test]
fn an_ingest_into_a_dataset_that_lost_its_manifest_says_so() {
    let folder = scratch();
    let store = Store::<Sensor>::create(folder.path()).unwrap();
    let rows = || {
        let (names, time) = (arrow::array::StringArray::from(vec!["a"]), Int64Array::from(vec![1]));
        RecordBatch::try_from_iter([("name", Arc::new(names) as _), ("time", Arc::new(time) as _)]).unwrap()
    };
    assert!(matches!(store.ingest(rows()).commit(), Err(Error::NoOrderedColumn { .. })));
    store.ingest(rows()).ordered_on("time").commit().unwrap();
    std::fs::remove_file(folder.path().join("a.opdmd")).unwrap();
    let error = store.ingest(rows()).commit().unwrap_err();
    assert!(matches!(error, Error::ManifestLost { files: 1, .. }), "{error}");
}
