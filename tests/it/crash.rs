//! Every file operation of every kind of commit fails, or the process dies before it, in the middle of it, or after it:
//! what is there afterwards is the old version or the new one, the next write succeeds, and no leftover survives it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use oups_core::decode::ReadOptions;
use oups_core::{AnyKey, Dataset, Durability, Error, KeySchema, Result, Separator, Snapshot, Store};
use oups_tests::fault_fs::{Fault, FaultFs};
use oups_tests::scratch;
use oups_tests::tree::{copy_tree, tree};

const KEY: &str = "a-1/b";

/// What a reader sees: the version's rows and metadata, and its settings and row groups (rows, whether synced) as text.
type Seen = Option<(Vec<(i64, i64)>, BTreeMap<String, String>, String)>;

fn rows(range: impl Iterator<Item = i64>, tag: i64) -> RecordBatch {
    let time: Int64Array = range.collect();
    let tags: Int64Array = time.iter().map(|_| Some(tag)).collect();
    RecordBatch::try_from_iter([("time", Arc::new(time) as _), ("tag", Arc::new(tags) as _)]).unwrap()
}

fn open(fs: Option<&FaultFs>, root: &Path) -> Result<Store<AnyKey>> {
    match fs {
        Some(fs) => Store::open_on(Arc::new(fs.clone()), root),
        None => Store::open(root),
    }
}

fn dataset(store: &Store<AnyKey>) -> Result<Dataset> {
    store.dataset(&store.parse_key(KEY)?)
}

fn seen_in(snapshot: &Snapshot) -> Vec<(i64, i64)> {
    let mut seen = Vec::new();
    for entry in &snapshot.manifest().entries {
        for batch in snapshot.open_row_group(entry).unwrap().batches(ReadOptions::default()).unwrap() {
            let batch = batch.unwrap();
            let column = |at: usize| batch.column(at).as_primitive::<Int64Type>().values().to_vec();
            seen.extend(column(0).into_iter().zip(column(1)));
        }
    }
    seen
}

fn look(root: &Path) -> Seen {
    let snapshot = dataset(&open(None, root).unwrap()).unwrap().snapshot_if_there().unwrap()?;
    let manifest = snapshot.manifest();
    let groups: Vec<_> = manifest.entries.iter().map(|entry| (entry.rows, entry.synced)).collect();
    let shape = format!("{} {groups:?}", manifest.settings.to_json());
    Some((seen_in(&snapshot), manifest.metadata.clone(), shape))
}

type Act = fn(&Store<AnyKey>) -> Result<()>;

fn first(store: &Store<AnyKey>) -> Result<()> {
    let write =
        dataset(store)?.write(rows(0..10, 1)).ordered_on("time").row_group_target(4).metadata("a", "1").commit();
    write.map(|_| ())
}

fn append(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.write(rows(20..25, 2)).commit().map(|_| ())
}

fn insert(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.write(rows([5, 5, 6].into_iter(), 3)).commit().map(|_| ())
}

fn overlap(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.write(rows(-5..30, 4)).commit().map(|_| ())
}

fn metadata(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.rewrite().metadata("b", "2").unset_metadata("a").commit().map(|_| ())
}

fn remove(store: &Store<AnyKey>) -> Result<()> {
    store.remove(&store.parse_key(KEY)?)
}

fn unsynced(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.write(rows([7, 40].into_iter(), 5)).durability(Durability::Unsynced).commit().map(|_| ())
}

fn delete(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.delete(2..9).commit().map(|_| ())
}

fn delete_all_unsynced(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.delete(..).durability(Durability::Unsynced).commit().map(|_| ())
}

fn compact(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.compact().row_group_target(100).commit().map(|_| ())
}

fn settings(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.change_settings().row_group_target(3).max_off_target(None).commit().map(|_| ())
}

fn sync(store: &Store<AnyKey>) -> Result<()> {
    dataset(store)?.sync().map(|_| ())
}

/// What was done before, and what is hit.
const COMMITS: [(&str, &[Act], Act); 14] = [
    ("first write", &[], first),
    ("append", &[first], append),
    ("insert", &[first], insert),
    ("overlap", &[first], overlap),
    ("metadata", &[first], metadata),
    ("remove", &[first, insert], remove),
    ("make again", &[first, remove], first),
    ("unsynced", &[first], unsynced),
    ("synced after unsynced", &[first, unsynced], insert),
    ("delete", &[first], delete),
    ("delete all, unsynced", &[first, unsynced], delete_all_unsynced),
    ("compact", &[first], compact),
    ("settings", &[first], settings),
    ("sync", &[first, unsynced], sync),
];

const FAULTS: [Fault; 5] = [Fault::Fails, Fault::FailsAfter, Fault::DiesBefore, Fault::DiesAfter, Fault::Torn];

#[test]
fn every_commit_survives_a_fault_at_every_operation() {
    let mut points = 0;
    for (name, before, act) in COMMITS {
        let scratch = scratch();
        let prepared = scratch.path().join("prepared");
        let store =
            Store::create_for(&prepared, KeySchema::parse("x:str,n:int/y:str", Separator::default()).unwrap()).unwrap();
        before.iter().for_each(|act| act(&store).unwrap());
        let old = look(&prepared);

        let done = scratch.path().join("done");
        copy_tree(&prepared, &done);
        let counting = FaultFs::counting();
        let counted = open(Some(&counting), &done).unwrap();
        act(&counted).unwrap();
        let new = look(&done);
        assert_ne!(old, new, "{name}: the commit must be visible");

        for operation in 0..counting.operations().len() {
            for fault in FAULTS {
                points += 1;
                let at = format!("{name}: {fault:?} at {operation} ({})", counting.operations()[operation]);
                let root = scratch.path().join("hit");
                copy_tree(&prepared, &root);
                hit(&root, act, FaultFs::hitting(operation, fault), &old, &new, &at);
                std::fs::remove_dir_all(&root).unwrap();
            }
        }
    }
    println!("{points} fault points");
    assert!(points > 500, "{points} fault points");
}

fn hit(root: &Path, act: Act, fs: FaultFs, old: &Seen, new: &Seen, at: &str) {
    let result = act(&open(Some(&fs), root).unwrap());
    let seen = look(root);
    match &result {
        // An operation that may fail, such as removing an empty folder.
        Ok(()) => assert_eq!(&seen, new, "{at}: reported done"),
        Err(Error::NotDurable { .. }) => assert_eq!(&seen, new, "{at}: reported visible"),
        Err(_) if fs.is_dead() => assert!(seen == *old || seen == *new, "{at}: neither old nor new: {seen:?}"),
        Err(error) => assert_eq!(&seen, old, "{at}: reported {error}"),
    }
    // The next writer waits for nothing and repairs nothing.
    let store = open(None, root).unwrap();
    let next = dataset(&store).unwrap().write(rows(100..103, 9)).ordered_on("time").commit();
    next.unwrap_or_else(|error| panic!("{at}: the next write failed: {error}"));
    let mut expected = seen.map(|(rows, ..)| rows).unwrap_or_default();
    expected.extend([(100, 9), (101, 9), (102, 9)]);
    assert_eq!(look(root).unwrap().0, expected, "{at}: after the next write");
    assert_no_leftovers(&store, root, at);
}

/// The folder holds the files of the manifest and nothing else, and the side files are as a clean writer leaves them.
fn assert_no_leftovers(store: &Store<AnyKey>, root: &Path, at: &str) {
    let snapshot = dataset(store).unwrap().snapshot().unwrap();
    let mut expected: Vec<String> =
        snapshot.manifest().entries.iter().map(|entry| format!("{KEY}/{}", entry.file)).collect();
    drop(snapshot);
    expected.extend(["oups.json".to_owned(), format!("{KEY}.opdmd"), format!("{KEY}.lock")]);
    expected.sort();
    assert_eq!(tree(root).into_keys().collect::<Vec<_>>(), expected, "{at}: leftovers");
    assert_eq!(tree(root)[&format!("{KEY}.lock")], b"", "{at}: the mark is left");
}
