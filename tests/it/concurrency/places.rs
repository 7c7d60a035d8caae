//! A store is a folder: it can be moved, copied and put back as one, also under open handles.

use std::fs;
use std::path::Path;
use std::time::Duration;

use oups_core::{Dataset, Error, KeyFilter, Resolver};
use oups_tests::scratch;
use oups_tests::tree::{copy_tree, pins, tree};

use super::{dataset, rows, seen, store};

/// A dataset at version 2, with two files.
fn begin(root: &Path) -> Dataset {
    let dataset = dataset(root);
    dataset.write(rows([1, 2, 3])).ordered_on("time").row_group_target(2).duplicates_on(["time"]).commit().unwrap();
    dataset.write(rows([4])).commit().unwrap();
    dataset
}

/// Checks that the next write waits for nobody, and leaves only the files of its version.
fn works(root: &Path, version: u64, expected: &[i64]) {
    let dataset = dataset(root);
    let written = dataset.write(rows([1, 99])).ordered_on("time").lock_timeout(Duration::ZERO).commit().unwrap();
    assert_eq!((written.version.commit(), seen(&dataset.snapshot().unwrap())), (version, expected.to_vec()));
    assert_eq!(store(root).verify(KeyFilter::all()).run().unwrap().findings, []);
    let snapshot = dataset.snapshot().unwrap();
    let mut names: Vec<String> = snapshot.row_groups().iter().map(|entry| format!("x/{}", entry.file_name())).collect();
    drop(snapshot);
    names.extend(["oups.json", "x.lock", "x.opdmd"].map(str::to_owned));
    names.sort();
    assert_eq!(tree(root).into_keys().collect::<Vec<_>>(), names);
}

#[test]
fn a_moved_store_is_where_it_is_and_open_handles_are_where_it_was() {
    let folder = scratch();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    let handle = begin(&old);
    let held = handle.snapshot().unwrap();
    fs::rename(&old, &new).unwrap();
    // Nothing is made at the old place of the store.
    let errors = [
        handle.write(rows([5])).ordered_on("time").commit().unwrap_err(),
        handle.delete(..).commit().unwrap_err(),
        handle.compact().commit().unwrap_err(),
        handle.snapshot().unwrap_err(),
        held.open(&held.row_groups()[0]).unwrap_err(),
    ];
    assert!(!old.exists(), "{errors:?}");
    assert!(errors[1..4].iter().all(|error| matches!(error, Error::NoDataset { .. })), "{errors:?}");
    assert!(matches!(errors[0], Error::Io { .. }), "{errors:?}");
    assert!(matches!(errors[4], Error::SnapshotGone { .. }), "{errors:?}");
    // The pin has moved too, and is held. The new place keeps the snapshot's files, so it works when the store is moved
    // back.
    dataset(&new).write(rows([0])).commit().unwrap();
    fs::rename(&new, &old).unwrap();
    assert_eq!(seen(&held), [1, 2, 3, 4]);
    assert_eq!(seen(&handle.snapshot().unwrap()), [0, 1, 2, 3, 4]);
    drop(held);
    works(&old, 4, &[0, 1, 2, 3, 4, 99]);
}

#[test]
fn a_store_that_is_moved_in_the_midst_of_a_commit_is_whole_at_its_new_place() {
    let folder = scratch();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    let handle = begin(&old);
    let (from, to) = (old.clone(), new.clone());
    let moving = Resolver::new(move |run| {
        if from.exists() {
            fs::rename(&from, &to).unwrap();
        }
        Ok(run.new_rows())
    });
    // The store is moved after the first of two files was written.
    let error = handle.write(rows([0, 3, 4])).row_group_target(1).keep(moving).commit().unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error}");
    assert!(!old.exists());
    assert_eq!(seen(&dataset(&new).snapshot().unwrap()), [1, 2, 3, 4]);
    works(&new, 3, &[1, 2, 3, 4, 99]);
}

#[test]
fn a_copy_is_a_store_of_its_own() {
    let folder = scratch();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let handle = begin(&one);
    // A store in use also has pins and marks. The pin file of a reader is copied, the lock on it is not.
    let held = handle.snapshot().unwrap();
    copy_tree(&one, &two);
    assert_eq!(pins(&two).len(), 1);
    // A writer that retires files looks at the pins.
    dataset(&two).compact().row_group_target(100).commit().unwrap();
    works(&two, 4, &[1, 2, 3, 4, 99]);
    assert_eq!(seen(&held), [1, 2, 3, 4]);
    drop(held);
    handle.write(rows([5])).commit().unwrap();
    works(&one, 4, &[1, 2, 3, 4, 5, 99]);
    assert_eq!(seen(&dataset(&two).snapshot().unwrap()), [1, 2, 3, 4, 99]);
}

#[test]
fn an_idle_pin_of_a_moved_store_is_not_used_and_not_unlinked() {
    let folder = scratch();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    let handle = begin(&old);
    drop(handle.snapshot().unwrap());
    let pins = |root: &Path| pins(root).into_keys().collect::<Vec<_>>();
    let idle = pins(&old);
    assert_eq!(idle.len(), 1);
    // Another store at the old place has a pin file of the same name, which belongs to somebody else.
    fs::rename(&old, &new).unwrap();
    copy_tree(&new, &old);
    let held = handle.snapshot().unwrap();
    assert_eq!((pins(&new), pins(&old).len()), (idle.clone(), 2));
    dataset(&old).compact().row_group_target(100).commit().unwrap();
    assert_eq!(seen(&held), [1, 2, 3, 4]);
    drop(held);
    drop(handle);
    assert_eq!((pins(&new), pins(&old).len()), (idle, 0));
    works(&new, 3, &[1, 2, 3, 4, 99]);
}

#[test]
fn a_copy_that_was_made_under_a_writer_is_the_old_version() {
    let folder = scratch();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let handle = begin(&one);
    let (from, to) = (one.clone(), two.clone());
    let copying = Resolver::new(move |run| {
        if !to.exists() {
            copy_tree(&from, &to);
        }
        Ok(run.new_rows())
    });
    handle.write(rows([0, 3, 4])).row_group_target(1).keep(copying).commit().unwrap();
    assert!(!tree(&two)["x.lock"].is_empty(), "the writer's mark");
    assert_eq!(seen(&dataset(&two).snapshot().unwrap()), [1, 2, 3, 4]);
    works(&two, 3, &[1, 2, 3, 4, 99]);
    works(&one, 4, &[0, 1, 2, 3, 4, 99]);
}

#[test]
fn a_backup_that_was_put_back_is_what_open_handles_see() {
    let folder = scratch();
    let (root, backup) = (folder.path().join("store"), folder.path().join("backup"));
    let handle = begin(&root);
    copy_tree(&root, &backup);
    handle.write(rows([0, 3])).commit().unwrap();
    handle.compact().row_group_target(100).commit().unwrap();
    let held = handle.snapshot().unwrap();
    let newer = held.version().commit();
    fs::remove_dir_all(&root).unwrap();
    copy_tree(&backup, &root);
    assert_eq!((handle.version().unwrap().commit(), seen(&handle.snapshot().unwrap())), (2, vec![1, 2, 3, 4]));
    let error = held.open(&held.row_groups()[0]).unwrap_err();
    assert!(matches!(error, Error::SnapshotGone { .. }), "{error}");
    let error = handle.write(rows([7])).if_version(newer).commit().unwrap_err();
    assert!(matches!(error, Error::VersionConflict { found, .. } if found.commit() == 2), "{error}");
    handle.write(rows([7])).if_version(2).commit().unwrap();
    drop(held);
    works(&root, 4, &[1, 2, 3, 4, 7, 99]);
}

#[test]
fn two_stores_on_one_folder_and_two_handles_are_as_one() {
    let folder = scratch();
    let one = begin(folder.path());
    let (two, also) = (dataset(folder.path()), one.clone());
    for (round, writer) in [&one, &two, &also, &two].into_iter().enumerate() {
        let held: Vec<_> = [&one, &two, &also].into_iter().map(|reader| reader.snapshot().unwrap()).collect();
        let before = seen(&held[0]);
        writer.write(rows([1, 10 + round as i64])).commit().unwrap();
        assert!(held.iter().all(|held| seen(held) == before));
        assert_eq!(seen(&one.snapshot().unwrap()).last(), Some(&(10 + round as i64)));
    }
    assert!(
        matches!(one.write(rows([0])).if_version(5).commit(), Err(Error::VersionConflict { found, .. }) if found.commit() == 6)
    );
    works(folder.path(), 7, &[1, 2, 3, 4, 10, 11, 12, 13, 99]);
}
