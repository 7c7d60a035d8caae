//! Many threads of many processes at one store, some of them killed: every acknowledged commit happened once, in order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use oups_core::{AnyKey, KeyFilter, Store};
use oups_tests::disk::draw;
use oups_tests::scratch;
use oups_tests::tree::tree;

use super::actor::{Actor, assignment, say};
use super::work::{Done, Role, Row, THREADS, batch, dataset, key, role, rows_after, rows_in, work};
use super::{is_long, store};

/// Rounds of the processes that are not killed.
fn rounds() -> i64 {
    if is_long() { 300 } else { 9 }
}

/// Not a test of its own. Numbers from [`KILLED`] on work until they are killed.
#[test]
fn process_that_works() {
    let Some((root, process)) = assignment() else { return };
    let rounds = if process >= KILLED { i64::MAX } else { rounds() };
    work(&root, process as i64, rounds, &|done| {
        say(&format!("{} {} {} {}", done.writer, done.round, done.version, done.changed));
    });
}

const KILLED: u64 = 100;
const WORKER: &str = "stress::process_that_works";

/// The next commit that a process reports.
fn hear(actor: &mut Actor) -> Option<Done> {
    let line = actor.hear()?;
    // A last line may be torn.
    let [writer, round, version, changed] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
    let changed = changed.parse().ok()?;
    Some(Done {
        writer: writer.parse().unwrap(),
        round: round.parse().unwrap(),
        version: version.parse().unwrap(),
        changed,
    })
}

fn begin(root: &Path) -> Store<AnyKey> {
    let store = store(root);
    for key in ["shared0", "shared1"] {
        let dataset = dataset(&store, key);
        let first = dataset.write(batch(&[[0, -1, 0, 0]])).ordered_on("time");
        first.row_group_target(6).max_off_target(4).commit().unwrap();
    }
    store
}

#[test]
fn every_commit_of_many_processes_is_there_once_and_in_order() {
    let folder = scratch();
    let store = begin(folder.path());
    let processes: u64 = if is_long() { 4 } else { 2 };
    let readers: Vec<_> = (1..=processes)
        .map(|process| {
            let mut actor = Actor::start(WORKER, folder.path(), process);
            thread::spawn(move || (std::iter::from_fn(|| hear(&mut actor)).collect::<Vec<_>>(), actor.wait()))
        })
        .collect();
    let done = Mutex::new(Vec::new());
    work(folder.path(), 0, rounds(), &|one| done.lock().unwrap().push(one));
    let mut done = done.into_inner().unwrap();
    for reader in readers {
        let (more, status) = reader.join().unwrap();
        assert!(status.success());
        done.extend(more);
    }
    let writers = (processes as i64 + 1) * THREADS;
    assert_eq!(done.len() as i64, writers * rounds(), "all were acknowledged");
    check(&store, &done, 0);
    println!("{} processes of {THREADS} threads, {} operations", processes + 1, done.len());
}

#[test]
fn of_killed_processes_every_acknowledged_commit_is_there_and_no_half_one() {
    let folder = scratch();
    let store = begin(folder.path());
    let kills: u64 = if is_long() { 200 } else { 6 };
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        // Two processes at a time, and this process all the time.
        for half in 0..2 {
            let (root, done) = (folder.path(), &done);
            scope.spawn(move || {
                for process in (KILLED..KILLED + kills).filter(|process| process % 2 == half) {
                    let told = work_and_be_killed(root, process);
                    done.lock().unwrap().extend(told);
                }
            });
        }
        work(folder.path(), 0, rounds(), &|one| done.lock().unwrap().push(one));
    });
    let done = done.into_inner().unwrap();
    check(&store, &done, kills);
    println!("{kills} processes of {THREADS} threads killed, {} operations acknowledged", done.len());
}

/// Kills a process after a drawn number of commits, somewhere in its next operations. Returns the commits that it
/// reported.
fn work_and_be_killed(root: &Path, process: u64) -> Vec<Done> {
    let mut actor = Actor::start(WORKER, root, process);
    let mut told: Vec<Done> = (0..1 + draw(process, 3) % 40).map_while(|_| hear(&mut actor)).collect();
    thread::sleep(Duration::from_micros(draw(process, 4) % 5_000));
    actor.kill();
    // Commits that it reported before the kill and that are not read yet.
    told.extend(std::iter::from_fn(|| hear(&mut actor)));
    told
}

/// Checks that the acknowledged work of every writer is stored. Of a killed writer, one more step may be stored.
fn check(store: &Store<AnyKey>, done: &[Done], kills: u64) {
    let mut by_writer: BTreeMap<i64, Vec<Done>> = BTreeMap::new();
    done.iter().for_each(|one| by_writer.entry(one.writer).or_default().push(*one));
    // A killed writer may have done a first step that was not reported.
    let killed = KILLED as i64 * THREADS..(KILLED + kills) as i64 * THREADS;
    for writer in killed.clone() {
        by_writer.entry(writer).or_default();
    }
    let shared: BTreeMap<String, Vec<Row>> =
        ["shared0", "shared1"].map(|key| (key.to_owned(), rows_in(&dataset(store, key).snapshot().unwrap()))).into();
    for (writer, done) in &by_writer {
        assert!(done.iter().map(|one| one.round).eq(0..done.len() as i64), "{writer}: {done:?}");
        let found = match role(*writer) {
            Role::Removes => dataset(store, &key(*writer)).snapshot_if_there().unwrap().map(|found| rows_in(&found)),
            _ => Some(shared[&key(*writer)].iter().filter(|row| row[1] == *writer).copied().collect()),
        };
        let rounds = done.len() as i64;
        let further = rounds + i64::from(killed.contains(writer));
        let expected = [rows_after(*writer, rounds), rows_after(*writer, further)];
        assert!(expected.contains(&found), "{writer} after {rounds} rounds: {found:?}, not one of {expected:?}");
    }
    for (key, rows) in &shared {
        in_order_of_versions(rows, done);
        each_version_once(store, key, done, &killed);
    }
    nothing_is_left(store, by_writer.keys().copied().filter(|writer| role(*writer) == Role::Removes));
}

/// Checks that appended rows of the same time are in the order of their commits.
fn in_order_of_versions(rows: &[Row], done: &[Done]) {
    let versions: BTreeMap<(i64, i64), u64> = done.iter().map(|one| ((one.writer, one.round), one.version)).collect();
    for same in rows.chunk_by(|one, next| one[0] == next[0]) {
        let added = same.iter().filter(|row| row[1] >= 0 && role(row[1]) == Role::Appends);
        let versions: Vec<u64> = added.filter_map(|row| versions.get(&(row[1], row[3])).copied()).collect();
        assert!(versions.is_sorted(), "at {}: {versions:?}", same[0][0]);
    }
}

/// Checks that no two commits have one version, and that every version has a commit, except those of killed processes
/// that were not reported.
fn each_version_once(store: &Store<AnyKey>, key: &str, done: &[Done], killed: &std::ops::Range<i64>) {
    let here = |writer: i64| super::work::key(writer) == key && role(writer) != Role::Reads;
    let versions: Vec<u64> = done.iter().filter(|one| one.changed && here(one.writer)).map(|one| one.version).collect();
    let different: BTreeSet<u64> = versions.iter().copied().collect();
    assert_eq!(different.len(), versions.len(), "two commits have one version");
    let unheard = dataset(store, key).version().unwrap().commit() - 1 - versions.len() as u64;
    let most = killed.clone().filter(|&writer| here(writer)).count() as u64;
    assert!(unheard <= most, "{unheard} versions of {key} were reported by no process");
}

/// Checks that after one more write of each dataset no file is left over.
fn nothing_is_left(store: &Store<AnyKey>, removing: impl Iterator<Item = i64>) {
    let write = |key: &str, slot: i64| {
        let dataset = dataset(store, key);
        let write = dataset.write(batch(&[[3, -1, slot, slot]])).ordered_on("time");
        write.lock_timeout(Duration::ZERO).commit().unwrap();
    };
    for writer in removing {
        write(&key(writer), 1);
        store.dataset(&store.parse_key(&key(writer)).unwrap()).unwrap().remove().commit().unwrap();
    }
    let mut expected: Vec<String> = vec!["oups.json".to_owned()];
    for key in ["shared0", "shared1"] {
        write(key, 1);
        let snapshot = dataset(store, key).snapshot().unwrap();
        expected.extend(snapshot.row_groups().iter().map(|entry| format!("{key}/{}", entry.file_name())));
        expected.extend([format!("{key}.lock"), format!("{key}.opdmd")]);
    }
    assert_eq!(store.verify(KeyFilter::all()).run().unwrap().findings, []);
    expected.sort();
    let tree = tree(store.root());
    assert_eq!(tree.keys().cloned().collect::<Vec<_>>(), expected);
    assert!(["shared0.lock", "shared1.lock"].iter().all(|lock| tree[*lock].is_empty()), "a mark is left");
}
