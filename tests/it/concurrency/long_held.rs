//! Readers in other processes hold versions for long, and readers without end hold the newest ones. Each sees exactly
//! its version, and the disk keeps no more than they need.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::stdin;
use std::path::Path;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use oups::ReadDataset;
use oups_core::{Durability, KeyFilter, Snapshot};
use oups_tests::scratch;

use super::actor::{Actor, assignment, say};
use super::{dataset, files, is_long, rows, store};

/// A hash of all rows, in order. Every byte of the files is compared with its checksum.
fn hash(snapshot: &Snapshot) -> u64 {
    let mut hasher = DefaultHasher::new();
    for batch in snapshot.scan().verified().batches().unwrap() {
        batch.unwrap().column(0).as_primitive::<Int64Type>().values().iter().for_each(|value| value.hash(&mut hasher));
    }
    hasher.finish()
}

/// Not a test of its own: takes a snapshot, checks all that it holds, or lets the oldest go, by the line that it reads.
#[test]
fn process_that_holds_snapshots() {
    let Some((root, _)) = assignment() else { return };
    let dataset = dataset(&root);
    let mut held: Vec<(u64, Snapshot)> = Vec::new();
    for line in stdin().lines() {
        match line.unwrap().as_str() {
            "take" => {
                let snapshot = dataset.snapshot().unwrap();
                held.push((hash(&snapshot), snapshot));
                say(&format!("{} {}", held.last().unwrap().1.version().commit(), held.last().unwrap().0));
            }
            "look" => {
                for (hash_then, snapshot) in &held {
                    assert_eq!(hash(snapshot), *hash_then, "version {} has changed", snapshot.version().commit());
                }
                say(&format!("{} are the same", held.len()));
            }
            _ => {
                held.remove(0);
                say("dropped");
            }
        }
    }
}

/// A change of the dataset while snapshots are held. Every step makes a version.
fn step(root: &Path, number: i64) {
    let (store, dataset) = (store(root), dataset(root));
    match number % 8 {
        0 => drop(
            dataset
                .write(rows(number * 10..number * 10 + 30))
                .ordered_on("time")
                .row_group_target(10)
                .commit()
                .unwrap(),
        ),
        1 => drop(dataset.write(rows([number, number + 3])).commit().unwrap()),
        2 => drop(dataset.delete(number..number + 7).commit().unwrap()),
        3 => drop(dataset.compact().row_group_target(25).commit().unwrap()),
        4 => drop(dataset.write(rows([0, 500])).durability(Durability::Unsynced).commit().unwrap()),
        5 => drop(dataset.delete(..).commit().unwrap()),
        6 => drop(dataset.write(rows(100..140)).commit().unwrap()),
        _ => {
            store.dataset(&store.parse_key("x").unwrap()).unwrap().remove().commit().unwrap();
            dataset.write(rows(number..number + 20)).ordered_on("time").row_group_target(8).commit().unwrap();
        }
    }
}

#[test]
fn every_held_version_is_the_same_at_the_end_as_at_the_start() {
    let folder = scratch();
    let root = folder.path();
    dataset(root).write(rows(0..40)).ordered_on("time").row_group_target(10).commit().unwrap();
    let start = |number| Actor::start("long_held::process_that_holds_snapshots", root, number);
    let mut readers = [start(0), start(1)];
    let mut versions: BTreeMap<(i64, String), String> = BTreeMap::new();
    let steps = if is_long() { 200 } else { 24 };
    for number in 0..steps {
        for reader in &mut readers {
            reader.tell("take");
            let said = reader.hear().unwrap();
            let (version, hash) = said.split_once(' ').unwrap();
            // Numbers are of one life of the dataset.
            let life = number / 8;
            let seen = versions.entry((life, version.to_owned())).or_insert_with(|| hash.to_owned());
            assert_eq!(seen, hash, "two readers of version {version}");
        }
        step(root, number);
        // One of them lets its oldest go now and then: only files that no other snapshot needs go.
        if number % 3 == 2 {
            readers[1].tell("drop");
            assert_eq!(readers[1].hear().unwrap(), "dropped");
        }
    }
    assert_eq!(versions.len() as i64, steps, "each step made a version");
    for (reader, held) in readers.iter_mut().zip([steps, steps - steps / 3]) {
        reader.tell("look");
        assert_eq!(reader.hear().unwrap(), format!("{held} are the same"));
    }
    let kept = files(root);
    drop(readers);
    let written = dataset(root).write(rows([7])).commit().unwrap();
    assert!(written.changed && files(root) < kept);
    assert_eq!(files(root), dataset(root).snapshot().unwrap().row_groups().len());
    assert_eq!(store(root).verify(KeyFilter::all()).run().unwrap().findings, []);
    println!("{steps} versions held by 2 processes, {kept} files at the end, {} after they were let go", files(root));
}

/// The rows that every writer writes again and again.
const ROWS: i64 = 3_000;
const WRITERS: u64 = 2;
const READERS: u64 = 3;

fn commits() -> i64 {
    if is_long() { 1_000 } else { 30 }
}

/// Not a test of its own: replaces all rows, many times.
#[test]
fn process_that_replaces_all_rows() {
    let Some((root, _)) = assignment() else { return };
    let dataset = dataset(&root);
    for _ in 0..commits() {
        // Duplicates are kept, so a merge would keep old and new rows: delete all first.
        dataset.delete(..).commit().unwrap();
        dataset.write(rows(0..ROWS)).commit().unwrap();
    }
    say("done");
}

/// Not a test of its own: takes each snapshot before it lets the previous one go, until its input ends.
#[test]
fn process_that_always_holds_a_snapshot() {
    let Some((root, _)) = assignment() else { return };
    let dataset = dataset(&root);
    let (mut held, mut taken) = (dataset.snapshot().unwrap(), 0);
    say("holds");
    let end = std::thread::spawn(|| drop(stdin().read_line(&mut String::new())));
    while !end.is_finished() {
        let next = dataset.snapshot().unwrap();
        let rows: u64 = held.scan().batches().unwrap().map(|batch| batch.unwrap().num_rows() as u64).sum();
        assert_eq!(rows, held.rows());
        (held, taken) = (next, taken + 1);
    }
    say(&taken.to_string());
}

/// Bytes of row group files under any name. Files that go meanwhile are not counted.
fn bytes(root: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(root.join("x")) else { return 0 };
    entries.filter_map(|entry| entry.ok()?.metadata().ok()).map(|metadata| metadata.len()).sum()
}

#[test]
fn endless_readers_and_writers_in_other_processes_need_a_bounded_number_of_bytes() {
    let folder = scratch();
    let root = folder.path();
    let dataset = dataset(root);
    dataset.write(rows(0..ROWS)).ordered_on("time").row_group_target(1_000).commit().unwrap();
    let one = bytes(root);
    let mut readers: Vec<Actor> = (0..READERS)
        .map(|number| Actor::start("long_held::process_that_always_holds_a_snapshot", root, number))
        .collect();
    readers.iter_mut().for_each(|reader| reader.until("holds"));
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| Actor::start("long_held::process_that_replaces_all_rows", root, number))
        .map(|mut writer| std::thread::spawn(move || writer.until("done")))
        .collect();
    let (mut most, mut looks) = (0, 0);
    while !writers.iter().all(|writer| writer.is_finished()) {
        (most, looks) = (most.max(bytes(root)), looks + 1);
    }
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    // A version may hold the rows of each writer between two deletions. Each reader holds two versions at most. Three
    // more are the newest, the one that is being made, and the files that the last commit could not delete yet.
    let bound = (2 * READERS + 3) * WRITERS * one;
    assert!(most <= bound, "{most} bytes, {bound} would do");
    let taken: u64 = readers
        .iter_mut()
        .map(|reader| {
            reader.tell("enough");
            reader.hear().unwrap().parse::<u64>().unwrap()
        })
        .sum();
    drop(readers);
    dataset.delete(..).commit().unwrap();
    dataset.write(rows(0..ROWS)).commit().unwrap();
    // Each file holds its commit number, which has more digits now.
    assert!(bytes(root) < one + 100, "when nobody reads, there is one version");
    let versions = dataset.version().unwrap().commit();
    assert!(versions as i64 > commits());
    println!(
        "{versions} versions, {taken} snapshots: at most {:.1} times the bytes of one, in {looks} looks",
        most as f64 / one as f64
    );
}
