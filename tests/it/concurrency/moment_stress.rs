//! A process writes two datasets in turn, and threads and processes read them. They never see an older state of one
//! with a newer state of the other.

use std::path::Path;
use std::thread;

use oups_core::{AnyKey, Durability, Moment, Store};
use oups_tests::scratch;

use super::actor::{Actor, assignment, say};
use super::{is_long, rows, seen, store};

const WRITER: u64 = 1;
const READER: u64 = 2;
const PROCESS: &str = "moment_stress::process_that_writes_or_reads";

fn looks() -> u64 {
    if is_long() { 20_000 } else { 400 }
}

/// The key of a dataset by its number. The last row of each dataset is the round that wrote it.
fn key(store: &Store<AnyKey>, number: usize) -> AnyKey {
    store.parse_key(&format!("d{number:03}")).unwrap()
}

fn write(store: &Store<AnyKey>, number: usize, round: i64) {
    let dataset = store.dataset(&key(store, number)).unwrap();
    let write = dataset.write(rows([round])).ordered_on("time");
    write.max_off_target(None).durability(Durability::Unsynced).commit().unwrap();
}

/// The rounds of both datasets; `None` if they are not of one moment.
fn look(store: &Store<AnyKey>) -> Option<[i64; 2]> {
    let snapshots = store.snapshots(&[key(store, 0), key(store, 1)]).unwrap();
    let round = |at: usize| *seen(&snapshots[at]).last().unwrap();
    (snapshots.moment() == Moment::Exact).then(|| [round(0), round(1)])
}

/// Looks `times` times, and checks that each state of one moment existed. Returns the number of looks of one moment.
fn read(root: &Path, times: u64) -> u64 {
    let store = Store::<AnyKey>::open(root).unwrap();
    let mut before = 0;
    let mut exact = 0;
    for _ in 0..times {
        if let Some([first, second]) = look(&store) {
            assert!(first == second || first == second + 1, "{first} with {second}");
            assert!(second >= before, "back from {before} to {second}");
            (before, exact) = (second, exact + 1);
        }
    }
    exact
}

/// Not a test of its own.
#[test]
fn process_that_writes_or_reads() {
    let Some((root, number)) = assignment() else { return };
    if number == READER {
        say(&format!("{} exact", read(&root, looks())));
        return;
    }
    let store = Store::<AnyKey>::open(&root).unwrap();
    for round in 1.. {
        for number in [0, 1] {
            write(&store, number, round);
        }
        if round == 1 {
            say("begun");
        }
        // Each round appends a file, so the older rows are deleted now and then.
        if round % 64 == 0 {
            for number in [0, 1] {
                store
                    .dataset(&key(&store, number))
                    .unwrap()
                    .delete(..round)
                    .durability(Durability::Unsynced)
                    .commit()
                    .unwrap();
            }
        }
    }
}

#[test]
fn of_two_datasets_that_are_written_in_turn_none_is_of_before_the_other() {
    let folder = scratch();
    let root = folder.path();
    let store = store(root);
    for number in [0, 1] {
        write(&store, number, 0);
    }
    let mut writer = Actor::start(PROCESS, root, WRITER);
    writer.until("begun");
    let mut process = Actor::start(PROCESS, root, READER);
    let exact: u64 = thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(|| read(root, looks()))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    let said = process.hear().expect("the reading process ended and said nothing: a look of it failed");
    assert!(process.wait().success());
    writer.kill();
    assert!(exact > 0, "no look was of one moment");
    println!("{exact} of {} looks of threads were of one moment, of another process {said}", 2 * looks());
}
