//! Bugs in the user's code and failing disks: the old state stays, the lock is released, and a handle that cannot know
//! the state of the disk says so.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use arrow::array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use oups_core::{AnyKey, DuplicatesOn, Error, KeyFilter, Resolver, Store, StoreOptions};
use oups_tests::fault_fs::{Fault, FaultFs};
use oups_tests::scratch;
use oups_tests::tree::{copy_tree, tree_with_folders};

use crate::crash::{create, dataset_of, first, insert, look, next_write, open, rows};

/// A reader that fails after one batch.
fn breaking() -> impl RecordBatchReader + Send {
    let batches = (0..3).map(|number| match number {
        1 => panic!("a bug in the user's input"),
        _ => Ok(rows(number * 10..number * 10 + 5, 8)),
    });
    RecordBatchIterator::new(batches, rows(0..1, 0).schema())
}

fn assert_free_and_clean(store: &Store<AnyKey>) {
    dataset_of(store).unwrap().write(rows(50..52, 9)).ordered_on("time").lock_timeout(Duration::ZERO).commit().unwrap();
    assert_eq!(store.verify(KeyFilter::all()).run().unwrap().findings, []);
}

#[test]
fn input_that_panics_changes_nothing_and_leaves_the_lock_free() {
    for is_first in [true, false] {
        let folder = scratch();
        let store = create(folder.path());
        if !is_first {
            first(&store).unwrap();
        }
        let before = tree_with_folders(folder.path());
        let dataset = dataset_of(&store).unwrap();
        let write = dataset.write(breaking()).ordered_on("time");
        catch_unwind(AssertUnwindSafe(|| write.commit())).unwrap_err();
        assert_eq!(tree_with_folders(folder.path()), before);
        assert_free_and_clean(&store);
    }
}

/// The rule is called in the middle of the merge, after files have been begun.
#[test]
fn a_rule_that_panics_at_any_call_changes_nothing_and_leaves_the_lock_free() {
    for is_first in [true, false] {
        for calls in 0..10 {
            let folder = scratch();
            let store = create(folder.path());
            if !is_first {
                first(&store).unwrap();
            }
            let before = tree_with_folders(folder.path());
            let left = std::sync::atomic::AtomicUsize::new(calls);
            let rule = Resolver::new(move |run| match left.fetch_sub(1, std::sync::atomic::Ordering::Relaxed) {
                0 => panic!("a bug in the user's rule"),
                _ => Ok(run.rows().slice(0, 1)),
            });
            let twice: Vec<RecordBatch> = vec![rows((0..10).flat_map(|value| [value, value]), 7)];
            let dataset = dataset_of(&store).unwrap();
            let write = dataset.write(twice).ordered_on("time").row_group_target(2);
            let write = write.duplicates_on(DuplicatesOn::Columns(vec!["time".to_owned()])).keep(rule);
            catch_unwind(AssertUnwindSafe(|| write.commit())).unwrap_err();
            assert_eq!(tree_with_folders(folder.path()), before, "call {calls}");
            assert_free_and_clean(&store);
        }
    }
}

#[test]
fn a_failed_fsync_poisons_the_handle_for_writing_and_for_nothing_else() {
    let folder = scratch();
    let prepared = folder.path().join("prepared");
    first(&create(&prepared)).unwrap();
    let counting = FaultFs::counting();
    let root = folder.path().join("hit");
    copy_tree(&prepared, &root);
    insert(&open(Some(&counting), &root).unwrap()).unwrap();
    std::fs::remove_dir_all(&root).unwrap();
    let is_sync = |(_, name): &(usize, String)| name.starts_with("sync");
    let syncs: Vec<_> = counting.operations().into_iter().enumerate().filter(is_sync).collect();
    assert!(syncs.len() >= 5, "{syncs:?}");
    for (operation, name) in syncs {
        copy_tree(&prepared, &root);
        let old = look(&root);
        let store = open(Some(&FaultFs::hitting(operation, Fault::Fails)), &root).unwrap();
        let is_visible = match insert(&store).unwrap_err() {
            Error::NotDurable { version, .. } if version.commit() == 2 => true,
            Error::Io { action: "sync", .. } => false,
            other => panic!("{name}: {other:?}"),
        };
        let seen = look(&root);
        assert_eq!(seen != old, is_visible, "{name}");
        for refused in [insert(&store), dataset_of(&store).unwrap().repair().commit().map(drop)] {
            assert!(matches!(refused, Err(Error::Poisoned { .. })), "{name}: {refused:?}");
        }
        assert_eq!(dataset_of(&store).unwrap().info().unwrap().rows as usize, seen.as_ref().unwrap().0.len(), "{name}");
        assert_eq!(look(&root), seen, "{name}: a refused write changes nothing");
        next_write(&Store::open_with(&root, StoreOptions::new().file_system(FaultFs::counting())).unwrap()).unwrap();
        assert_eq!(open(None, &root).unwrap().verify(KeyFilter::all()).run().unwrap().findings, [], "{name}");
        std::fs::remove_dir_all(&root).unwrap();
    }
}
