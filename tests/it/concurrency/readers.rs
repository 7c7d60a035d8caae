//! Readers see one version until they let go, whatever writers do meanwhile, and keep nothing longer.

use super::{dataset, files, rows, seen, store};
use oups_core::Error;
use oups_tests::scratch;
use oups_tests::tree::tree;

#[test]
fn a_snapshot_outlives_rewriting_removal_and_making_again() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    dataset.write(rows(0..10)).ordered_on("time").row_group_target(5).commit().unwrap();
    let first = dataset.snapshot().unwrap();
    dataset.write(rows([3, 7])).commit().unwrap();
    let second = dataset.snapshot().unwrap();
    let store = store(folder.path());
    store.remove(&store.parse_key("x").unwrap()).unwrap();
    assert!(!dataset.exists().unwrap());
    assert_eq!(seen(&first), (0..10).collect::<Vec<_>>());
    dataset.write(rows([100])).ordered_on("time").commit().unwrap();
    assert_eq!(seen(&first), (0..10).collect::<Vec<_>>());
    assert_eq!(seen(&second), [0, 1, 2, 3, 3, 4, 5, 6, 7, 7, 8, 9]);
    assert_eq!(seen(&dataset.snapshot().unwrap()), [100]);
    drop((first, second));
    dataset.write(rows([101])).commit().unwrap();
    assert_eq!(files(folder.path()), 2, "what the snapshots held is gone with the next write");
    assert_eq!(
        tree(folder.path()).into_keys().filter(|name| !name.starts_with("x/")).collect::<Vec<_>>(),
        ["oups.json", "x.lock", "x.opdmd"]
    );
}

#[test]
fn removal_leaves_nothing_when_nobody_reads() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    let before = tree(folder.path());
    dataset.write(rows(0..10)).ordered_on("time").commit().unwrap();
    let store = store(folder.path());
    store.remove(&store.parse_key("x").unwrap()).unwrap();
    assert_eq!(tree(folder.path()), before);
    let error = store.remove(&store.parse_key("x").unwrap()).unwrap_err();
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
