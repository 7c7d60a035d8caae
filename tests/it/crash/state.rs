//! The state of the dataset after a crash, and checks of it.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use oups_core::row_group::ReadOptions;
use oups_core::{AnyKey, Error, KeySchema, Result, Separator, Snapshot, Store, StoreOptions};
use oups_tests::fault_fs::FaultFs;
use oups_tests::tree::{pins, tree};

use super::acts::{KEY, dataset, rows};

/// The state that a reader sees: the version's rows and metadata, and its settings and row groups (rows, whether
/// synced) as text.
pub(crate) type Seen = Option<(Vec<(i64, i64)>, BTreeMap<String, String>, String)>;

pub(crate) fn open(fs: Option<&FaultFs>, root: &Path) -> Result<Store<AnyKey>> {
    match fs {
        Some(fs) => Store::open_with(root, StoreOptions::new().file_system(fs.clone())),
        None => Store::open(root),
    }
}

pub(crate) fn create(root: &Path) -> Store<AnyKey> {
    try_create(root).unwrap()
}

pub(crate) fn try_create(root: &Path) -> Result<Store<AnyKey>> {
    Store::create_for(root, KeySchema::parse("x:str,n:int/y:str", Separator::default()).unwrap())
}

pub(crate) fn seen_in(snapshot: &Snapshot) -> Result<Vec<(i64, i64)>> {
    let mut seen = Vec::new();
    for entry in snapshot.row_groups() {
        for batch in snapshot.open_verified(entry)?.batches(ReadOptions::default())? {
            let batch = batch?;
            let column = |at: usize| batch.column(at).as_primitive::<Int64Type>().values().to_vec();
            seen.extend(column(0).into_iter().zip(column(1)));
        }
    }
    Ok(seen)
}

pub(crate) fn try_look(root: &Path) -> Result<Seen> {
    look_by(&open(None, root)?)
}

/// The state that a handle sees, which may keep a manifest and pins of its earlier looks.
pub(crate) fn look_by(store: &Store<AnyKey>) -> Result<Seen> {
    let Some(snapshot) = dataset(store)?.snapshot_if_there()? else { return Ok(None) };
    let groups: Vec<_> = snapshot.row_groups().iter().map(|entry| (entry.rows(), entry.is_synced())).collect();
    let shape = format!("{} {groups:?}", snapshot.settings().to_json());
    Ok(Some((seen_in(&snapshot)?, snapshot.metadata().clone(), shape)))
}

pub(crate) fn look(root: &Path) -> Seen {
    try_look(root).unwrap()
}

/// Checks that the next writer waits for nothing, repairs nothing, and clears up all leftovers, and that readers leave
/// nothing once their store handles are dropped.
pub(crate) fn next_write_succeeds(root: &Path, seen: Seen, at: &str) {
    next_write_is_whole(root, seen, at);
    assert!(pins(root).is_empty(), "{at}: pins are left");
}

/// As [`next_write_succeeds`], with one exception. A power loss may bring back the pin of a reader that is gone,
/// without a mark that says so. A write that replaces nothing leaves such a pin; any other write removes it.
pub(crate) fn next_write_is_whole(root: &Path, seen: Seen, at: &str) {
    let store = open(None, root).unwrap();
    let is_marked = std::fs::read(root.join(format!("{KEY}.lock"))).is_ok_and(|mark| !mark.is_empty());
    next_write(&store).unwrap_or_else(|error| panic!("{at}: the next write failed: {error}"));
    let after = try_look(root).unwrap_or_else(|error| panic!("{at}: after the next write: {error}"));
    assert_eq!(after.unwrap().0, after_next(&seen), "{at}: after the next write");
    assert_no_leftovers(&store, root, at);
    drop(store);
    if pins(root).is_empty() {
        return;
    }
    assert!(!is_marked, "{at}: a mark was found, and a pin is left");
    dataset(&open(None, root).unwrap()).unwrap().write(rows(100..101, 9)).commit().unwrap();
    assert!(pins(root).is_empty(), "{at}: pins are left by a write that replaces");
}

pub(crate) fn next_write(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.write(rows(100..103, 9)).ordered_on("time").commit().map(drop)
}

/// The rows after [`next_write`].
pub(crate) fn after_next(seen: &Seen) -> Vec<(i64, i64)> {
    let (mut rows, ..) = seen.clone().unwrap_or_default();
    rows.extend([(100, 9), (101, 9), (102, 9)]);
    rows.sort_by_key(|(time, _)| *time);
    rows
}

/// Checks that the folder holds only the files of the manifest, and that the side files are as a clean writer leaves
/// them.
fn assert_no_leftovers(store: &Store<AnyKey>, root: &Path, at: &str) {
    let snapshot = dataset(store).unwrap().snapshot().unwrap();
    let mut expected: Vec<String> =
        snapshot.row_groups().iter().map(|entry| format!("{KEY}/{}", entry.file_name())).collect();
    drop(snapshot);
    expected.extend(["oups.json".to_owned(), format!("{KEY}.opdmd"), format!("{KEY}.lock")]);
    expected.sort();
    let found = tree(root);
    assert_eq!(found.keys().cloned().collect::<Vec<_>>(), expected, "{at}: leftovers");
    assert_eq!(found[&format!("{KEY}.lock")], b"", "{at}: the mark is left");
}

/// Checks that after the loss of unsynced rows a repair keeps all rows from before.
pub(crate) fn repair_keeps(root: &Path, before: &Seen, at: &str) {
    let store = open(None, root).unwrap();
    dataset(&store).unwrap().repair().commit().unwrap_or_else(|error| panic!("{at}: repair failed: {error}"));
    let (mut found, ..) = look(root).unwrap_or_default();
    for row in before.iter().flat_map(|(rows, ..)| rows) {
        let place = found.iter().position(|found| found == row);
        let place = place.unwrap_or_else(|| panic!("{at}: row {row:?} was synced and is lost"));
        found.swap_remove(place);
    }
    next_write(&store).unwrap_or_else(|error| panic!("{at}: the write after the repair failed: {error}"));
}

pub(crate) fn is_damage(error: &Error) -> bool {
    matches!(error, Error::Damaged { .. })
}

/// The long run: `just crash`.
pub(crate) fn is_exhaustive() -> bool {
    std::env::var_os("OUPS_CRASH").is_some_and(|value| value == "exhaustive")
}
