//! Readers see one version until they let go, whatever writers do meanwhile. After that they keep no file.

use super::{dataset, files, rows, seen, store};
use oups_core::{AnyKey, Error, Store, StoreOptions};
use oups_tests::fault_fs::{Fault, FaultFs};
use oups_tests::scratch;
use oups_tests::tree::{pins, tree};

#[test]
fn a_snapshot_outlives_rewriting_removal_and_making_again() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    dataset.write(rows(0..10)).ordered_on("time").row_group_target(5).commit().unwrap();
    let first = dataset.snapshot().unwrap();
    dataset.write(rows([3, 7])).commit().unwrap();
    let second = dataset.snapshot().unwrap();
    let store = store(folder.path());
    store.dataset(&store.parse_key("x").unwrap()).unwrap().remove().commit().unwrap();
    assert!(!dataset.exists().unwrap());
    assert_eq!(seen(&first), (0..10).collect::<Vec<_>>());
    dataset.write(rows([100])).ordered_on("time").commit().unwrap();
    assert_eq!(seen(&first), (0..10).collect::<Vec<_>>());
    assert_eq!(seen(&second), [0, 1, 2, 3, 3, 4, 5, 6, 7, 7, 8, 9]);
    assert_eq!(seen(&dataset.snapshot().unwrap()), [100]);
    drop((first, second));
    dataset.write(rows([101])).commit().unwrap();
    assert_eq!(files(folder.path()), 2, "the next write deletes the files that the snapshots held");
    assert_eq!(
        tree(folder.path()).into_keys().filter(|name| !name.starts_with("x/")).collect::<Vec<_>>(),
        ["oups.json", "x.lock", "x.opdmd"]
    );
}

/// The version that is held is not the last one that had the files.
#[test]
fn a_file_stays_for_a_snapshot_of_an_older_version() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    dataset.write(rows(0..10)).ordered_on("time").row_group_target(5).commit().unwrap();
    let held = dataset.snapshot().unwrap();
    assert_eq!(dataset.write(rows(20..25)).commit().unwrap().files_replaced, 0);
    assert!(dataset.write(rows([3, 7])).commit().unwrap().files_replaced > 0);
    assert_eq!(seen(&held), (0..10).collect::<Vec<_>>());
}

#[test]
fn removal_leaves_nothing_when_nobody_reads() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    let before = tree(folder.path());
    dataset.write(rows(0..10)).ordered_on("time").commit().unwrap();
    let store = store(folder.path());
    store.dataset(&store.parse_key("x").unwrap()).unwrap().remove().commit().unwrap();
    assert_eq!(tree(folder.path()), before);
    let error = store.dataset(&store.parse_key("x").unwrap()).unwrap().remove().commit().unwrap_err();
    assert!(matches!(error, Error::NoDataset { .. }));
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn readers_that_overlap_without_end_keep_disk_use_bounded() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    dataset.write(rows(0..10)).ordered_on("time").row_group_target(100).commit().unwrap();
    let mut reader = dataset.snapshot().unwrap();
    for round in 0..20 {
        dataset.write(rows([5])).commit().unwrap();
        let next = dataset.snapshot().unwrap();
        assert_eq!(seen(&reader).len(), 10 + round);
        reader = next;
        assert!(files(folder.path()) <= 3, "{} files in round {round}", files(folder.path()));
    }
}

#[test]
fn a_pin_file_is_used_again_and_holds_nothing_back_while_it_is_idle() {
    let folder = scratch();
    let (root, dataset) = (folder.path(), dataset(folder.path()));
    dataset.write(rows(0..10)).ordered_on("time").row_group_target(5).commit().unwrap();
    drop(dataset.snapshot().unwrap());
    let first = pins(root);
    let name = first.keys().next().unwrap().clone();
    assert_eq!(first.len(), 1);
    drop(dataset.snapshot().unwrap());
    assert_eq!(pins(root), first, "the same file, with the same line");
    // Another commit, which replaces nothing, so it does not look at pins.
    dataset.change_metadata().metadata("a", "b").commit().unwrap();
    let held = dataset.snapshot().unwrap();
    assert_eq!(
        pins(root),
        [(name.clone(), "2 x\n".to_owned())].into(),
        "the same file, which pins the new version alone"
    );
    dataset.write(rows([3])).commit().unwrap();
    // The pin of another handle goes with that handle.
    let live = || super::dataset(root).snapshot().unwrap().row_groups().len();
    assert!(files(root) > live(), "the pin is held, and keeps the replaced files");
    assert_eq!(seen(&held), (0..10).collect::<Vec<_>>());
    drop(held);
    dataset.write(rows([4])).commit().unwrap();
    assert_eq!(pins(root), [].into(), "a writer that looks takes the pin for that of a dead reader");
    assert_eq!(files(root), live());
    let held = dataset.snapshot().unwrap();
    let second = pins(root);
    assert!(second.len() == 1 && !second.contains_key(&name), "{second:?}");
    drop(dataset);
    assert_eq!(pins(root), second);
    drop(held);
    assert_eq!(pins(root), [].into(), "a store handle and its snapshots leave no pin");
}

#[test]
fn idle_pins_are_few_and_each_snapshot_has_its_own() {
    let folder = scratch();
    let (root, dataset) = (folder.path(), dataset(folder.path()));
    dataset.write(rows([1])).ordered_on("time").commit().unwrap();
    let held: Vec<_> = (0..20).map(|_| dataset.snapshot().unwrap()).collect();
    assert_eq!(pins(root).len(), 20);
    drop(held);
    assert_eq!(pins(root).len(), 8);
    let held: Vec<_> = (0..10).map(|_| dataset.snapshot().unwrap()).collect();
    assert_eq!(pins(root).len(), 10);
    drop((dataset, held));
    assert_eq!(pins(root), [].into());
}

/// The last write of the pin reports an error although it was done: the file pins another dataset than the handle knows.
#[test]
fn a_pin_whose_text_is_unknown_is_not_used_again() {
    let folder = scratch();
    let store = store(folder.path());
    let of = |store: &Store<AnyKey>, key: &str| store.dataset(&store.parse_key(key).unwrap()).unwrap();
    for key in ["x", "y"] {
        of(&store, key).write(rows(0..10)).ordered_on("time").commit().unwrap();
    }
    let open =
        |fs: &FaultFs| Store::<AnyKey>::open_with(folder.path(), StoreOptions::new().file_system(fs.clone())).unwrap();
    let x_and_then_y = |fs: &FaultFs| {
        let store = open(fs);
        drop(of(&store, "x").snapshot().unwrap());
        let y = of(&store, "y").snapshot().map(|snapshot| seen(&snapshot).len());
        (store, y)
    };
    let counting = FaultFs::counting();
    assert_eq!(x_and_then_y(&counting).1.unwrap(), 10);
    let last_write = counting.operations().iter().rposition(|operation| operation.starts_with("write ")).unwrap();
    let (reader, refused) = x_and_then_y(&FaultFs::hitting(last_write, Fault::FailsAfter));
    assert!(matches!(refused, Err(Error::Io { .. })), "{refused:?}");
    let held = of(&reader, "x").snapshot().unwrap();
    assert_eq!(pins(folder.path()).into_values().collect::<Vec<_>>(), ["1 x\n"]);
    of(&store, "x").write(rows([3])).commit().unwrap();
    assert_eq!(seen(&held), (0..10).collect::<Vec<_>>());
}
