//! Leftovers of a dead writer, of a power loss, or of somebody's hand are cleared away, get their names back, or stay
//! for `repair`. No row is lost.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use oups_core::row_group::ReadOptions;
use oups_core::{AnyKey, Dataset, Error, KeySchema, Separator, Store, StoreOptions};
use oups_tests::fault_fs::{Fault, FaultFs};
use oups_tests::scratch;
use oups_tests::tree::{copy_tree, tree};

fn dataset(root: &Path) -> Dataset {
    let schema = KeySchema::parse("name:str", Separator::default()).unwrap();
    let store = Store::create_for(root, schema).or_else(|_| Store::<AnyKey>::open(root)).unwrap();
    store.dataset(&store.parse_key("x").unwrap()).unwrap()
}

fn write(dataset: &Dataset, values: impl IntoIterator<Item = i64>) -> Result<(), Error> {
    let time: Int64Array = values.into_iter().map(Some).collect();
    let rows = RecordBatch::try_from_iter([("time", Arc::new(time) as _)]).unwrap();
    dataset.write(rows).ordered_on("time").row_group_target(5).commit().map(|_| ())
}

fn seen(dataset: &Dataset) -> Vec<i64> {
    let snapshot = dataset.snapshot().unwrap();
    let entries = snapshot.row_groups().iter();
    let batches = entries.flat_map(|entry| snapshot.open(entry).unwrap().batches(ReadOptions::default()).unwrap());
    batches.flat_map(|batch| batch.unwrap().column(0).as_primitive::<Int64Type>().values().to_vec()).collect()
}

/// A tombstone that could not be removed when the dataset was made again must not make the new files look like
/// leftovers.
#[test]
fn an_old_tombstone_does_not_sweep_a_dataset_that_lost_its_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = dataset(folder.path());
    write(&dataset, 0..10).unwrap();
    let reader = dataset.snapshot().unwrap();
    let store = Store::<AnyKey>::open(folder.path()).unwrap();
    store.dataset(&store.parse_key("x").unwrap()).unwrap().remove().commit().unwrap();
    let tombstone = fs::read(folder.path().join("x.opdmd.removed")).unwrap();
    write(&dataset, 20..30).unwrap();
    fs::write(folder.path().join("x.opdmd.removed"), tombstone).unwrap();
    fs::rename(folder.path().join("x.opdmd"), folder.path().join("lost")).unwrap();
    let before = tree(folder.path());
    let error = write(&dataset, 40..50).unwrap_err();
    assert!(matches!(error, Error::ManifestLost { files: 2, .. }), "{error}");
    assert_eq!(tree(folder.path()), before);
    drop(reader);
    fs::rename(folder.path().join("lost"), folder.path().join("x.opdmd")).unwrap();
    assert_eq!(seen(&dataset), (20..30).collect::<Vec<_>>());
}

/// A power loss undid an unsynced commit, but not the rename of the file that the commit had replaced.
fn renamed_by_a_commit_that_never_was(folder: &Path) -> Dataset {
    let dataset = dataset(folder);
    write(&dataset, 0..10).unwrap();
    let name = dataset.snapshot().unwrap().row_groups()[0].file_name().to_owned();
    let live = folder.join("x").join(&*name);
    fs::rename(&live, folder.join("x").join(name.replace(".parquet", ".retired-0000000002"))).unwrap();
    dataset
}

#[test]
fn a_file_retired_by_a_commit_that_never_was_is_merged_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = renamed_by_a_commit_that_never_was(folder.path());
    assert_eq!(seen(&dataset), (0..10).collect::<Vec<_>>());
    write(&dataset, [3]).unwrap();
    assert_eq!(seen(&dataset), [0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9]);
    assert!(tree(folder.path()).keys().all(|name| !name.contains("retired")));
}

#[test]
fn a_file_retired_by_a_commit_that_never_was_gets_its_name_back() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = renamed_by_a_commit_that_never_was(folder.path());
    fs::write(folder.path().join("x.lock"), "oups writer\npid 1\nhost h\nsince 2026-01-01T00:00:00Z\ncommit 2\n")
        .unwrap();
    write(&dataset, 20..22).unwrap();
    let names = tree(folder.path());
    assert!(names.keys().all(|name| !name.contains("retired")), "{:?}", names.keys());
    assert_eq!(seen(&dataset), (0..10).chain(20..22).collect::<Vec<_>>());
}

#[test]
fn that_a_name_was_given_back_is_durable_before_the_mark_goes() {
    let folder = scratch();
    drop(renamed_by_a_commit_that_never_was(folder.path()));
    fs::write(folder.path().join("x.lock"), "oups writer\npid 1\nhost h\nsince 2026-01-01T00:00:00Z\ncommit 2\n")
        .unwrap();
    let counting = FaultFs::counting();
    let store = Store::<AnyKey>::open_with(folder.path(), StoreOptions::new().file_system(counting.clone())).unwrap();
    let dataset = store.dataset(&store.parse_key("x").unwrap()).unwrap();
    // A turn that commits nothing.
    assert!(!dataset.change_metadata().commit().unwrap().changed);
    let done = counting.operations();
    let after =
        |from: usize, what: &dyn Fn(&str) -> bool| from + done[from..].iter().position(|one| what(one)).unwrap();
    let renamed = after(0, &|one| one.starts_with("rename") && one.ends_with(".parquet"));
    let synced = after(renamed, &|one| one == "sync folder x");
    let unmarked = after(renamed, &|one| one == "truncate x.lock" || one == "write x.lock");
    assert!(synced < unmarked, "{done:?}");
}

/// Rows with these words, in a dictionary with eight-bit keys.
fn words(words: std::ops::Range<i64>) -> RecordBatch {
    let narrow = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    let texts: ArrayRef = Arc::new(words.clone().map(|word| Some(format!("word {word}"))).collect::<StringArray>());
    let time: ArrayRef = Arc::new(words.collect::<Int64Array>());
    RecordBatch::try_from_iter([("time", time), ("word", cast(&texts, &narrow).unwrap())]).unwrap()
}

/// The write makes its row groups again, with wider keys. The first files have the same commit number, so a sweep would
/// not find them.
#[test]
fn a_second_try_with_wider_keys_leaves_nothing_of_the_first() {
    let folder = scratch();
    let write = |root: &Path, fs: Option<&FaultFs>| {
        let options = fs.map_or(StoreOptions::new(), |fs| StoreOptions::new().file_system(fs.clone()));
        let store = Store::<AnyKey>::open_with(root, options)?;
        let dataset = store.dataset(&store.parse_key("x")?)?;
        dataset.write(words(50..150)).ordered_on("time").evolve_schema().commit()
    };
    let prepared = folder.path().join("prepared");
    dataset(&prepared).write(words(0..100)).ordered_on("time").commit().unwrap();
    let mut refused = 0;
    for operation in 0.. {
        for fault in [Fault::Fails, Fault::FailsAfter] {
            let root = folder.path().join(format!("{operation} {fault:?}"));
            copy_tree(&prepared, &root);
            let fs = FaultFs::hitting(operation, fault);
            let written = write(&root, Some(&fs));
            if fs.operations().len() <= operation {
                assert!(written.is_ok() && refused > 10, "{refused} of {operation}");
                return;
            }
            refused += usize::from(written.is_err());
            write(&root, None).unwrap();
            let found = dataset(&root).verify().run().unwrap().findings;
            assert_eq!(found, [], "{fault:?} at {}: {written:?}", fs.operations()[operation]);
        }
    }
}

/// The mark of a dead writer stays until all its files are cleared away, even if a clean-up fails in between.
#[test]
fn a_clean_up_that_fails_is_left_to_the_next_writer() {
    let folder = scratch();
    let write_on = |root: &Path, fs: &FaultFs| {
        let store = Store::<AnyKey>::open_with(root, StoreOptions::new().file_system(fs.clone()))?;
        write(&store.dataset(&store.parse_key("x")?)?, 20..30)
    };
    let (whole, dead) = (folder.path().join("whole"), folder.path().join("dead"));
    write(&dataset(&whole), 0..10).unwrap();
    copy_tree(&whole, &dead);
    let counting = FaultFs::counting();
    write_on(&whole, &counting).unwrap();
    let commit_point = counting.operations().iter().position(|one| one == "rename x.opdmd").unwrap();
    write_on(&dead, &FaultFs::hitting(commit_point, Fault::DiesBefore)).unwrap_err();
    for operation in 0.. {
        let root = folder.path().join(operation.to_string());
        copy_tree(&dead, &root);
        let fs = FaultFs::hitting(operation, Fault::Fails);
        let written = write_on(&root, &fs);
        if fs.operations().len() <= operation {
            assert!(written.is_ok() && operation > 20, "{operation} operations");
            return;
        }
        write(&dataset(&root), 40..42).unwrap();
        assert_eq!(dataset(&root).verify().run().unwrap().findings, [], "{}: {written:?}", fs.operations()[operation]);
    }
}
