//! The work of the writers of the stress test, and its expected result.
//!
//! Each writer has rows of its own, with the columns `writer` and `round`. `slot` is 0 for rows that later rounds
//! replace, else it is unique to the round. So the expected rows of a writer depend only on its number of rounds, not
//! on the other writers.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use arrow::array::{AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use oups_core::row_group::ReadOptions;
use oups_core::{AnyKey, Dataset, Result, Snapshot, Store};

/// Threads of each process. A thread's number gives its role.
pub(super) const THREADS: i64 = 8;

/// `[time, writer, slot, round]`.
pub(super) type Row = [i64; 4];

/// A commit that was acknowledged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Done {
    pub(super) writer: i64,
    pub(super) round: i64,
    pub(super) version: u64,
    pub(super) changed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Appends,
    Upserts,
    Deletes,
    Compacts,
    Changes,
    Removes,
    Reads,
}

pub(super) fn role(writer: i64) -> Role {
    match writer % THREADS {
        0 | 1 => Role::Appends,
        2 => Role::Upserts,
        3 => Role::Deletes,
        4 => Role::Compacts,
        5 => Role::Changes,
        6 => Role::Removes,
        _ => Role::Reads,
    }
}

/// The dataset that a writer works on: one of two shared ones, or one of its own.
pub(super) fn key(writer: i64) -> String {
    match role(writer) {
        Role::Removes => format!("own{writer}"),
        _ => format!("shared{}", writer / THREADS % 2),
    }
}

pub(super) fn dataset(store: &Store<AnyKey>, key: &str) -> Dataset {
    store.dataset(&store.parse_key(key).unwrap()).unwrap()
}

/// Runs all threads of one process for this number of rounds, and reports each acknowledged commit to `done`.
pub(super) fn work(root: &Path, process: i64, rounds: i64, done: &(dyn Fn(Done) + Sync)) {
    thread::scope(|scope| {
        for writer in process * THREADS..(process + 1) * THREADS {
            scope.spawn(move || {
                let store = super::store(root);
                let mut newest = 0;
                for round in 0..rounds {
                    let (version, changed) = act(&store, writer, round, &mut newest).unwrap();
                    done(Done { writer, round, version, changed });
                }
            });
        }
    });
}

/// Returns the version, and whether the call made it. A removal returns 0.
fn act(store: &Store<AnyKey>, writer: i64, round: i64, newest: &mut u64) -> Result<(u64, bool)> {
    let dataset = dataset(store, &key(writer));
    let size = [4, 16, 7][round as usize % 3];
    let write = |rows: &[Row]| dataset.write(batch(rows)).ordered_on("time").row_group_target(6).max_off_target(4);
    let new = rows_of(writer, round);
    let written = match role(writer) {
        Role::Appends => write(&new).commit(),
        Role::Upserts => write(&new).duplicates_on(["writer", "slot"]).commit(),
        Role::Deletes if round % 2 == 1 => dataset.delete(own_time(writer)..own_time(writer) + 10).commit(),
        Role::Deletes => write(&new).commit(),
        Role::Compacts => dataset.compact().row_group_target(size).commit(),
        Role::Changes => dataset.change_settings().row_group_target(size).max_off_target(3).commit(),
        Role::Removes if round % 3 == 2 => {
            store.dataset(&store.parse_key(&key(writer))?)?.remove().commit()?;
            return Ok((0, true));
        }
        Role::Removes => write(&new).duplicates_on(["writer", "slot"]).commit(),
        Role::Reads => {
            let snapshot = dataset.snapshot()?;
            let version = snapshot.version().commit();
            assert!(version >= *newest, "version {version} after {newest}");
            *newest = version;
            only_whole_commits(&rows_in(&snapshot));
            return Ok((version, false));
        }
    }?;
    Ok((written.version.commit(), written.changed))
}

/// Checks that the three rows of a round of a writer are stored together or not at all.
fn only_whole_commits(rows: &[Row]) {
    let mut commits: Vec<[i64; 2]> = rows.iter().map(|&[_, writer, _, round]| [writer, round]).collect();
    commits.sort_unstable();
    assert!(commits.chunk_by(|one, next| one == next).all(|rows| rows.len() == 3 || rows[0][0] < 0), "{rows:?}");
}

fn own_time(writer: i64) -> i64 {
    1_000 + 10 * writer
}

/// The three rows that a writer writes in a round, mostly far from each other.
fn rows_of(writer: i64, round: i64) -> Vec<Row> {
    match role(writer) {
        Role::Appends => [0, 50, 100].map(|time| [time + round % 5, writer, round + 1, round]).to_vec(),
        Role::Upserts | Role::Removes => [3, 53, 103].map(|time| [time, writer, 0, round]).to_vec(),
        Role::Deletes => [0, 4, 9].map(|time| [own_time(writer) + time, writer, round + 1, round]).to_vec(),
        Role::Compacts | Role::Changes | Role::Reads => Vec::new(),
    }
}

/// The stored rows of a writer after this number of rounds, in order. `None` if its dataset is removed.
pub(super) fn rows_after(writer: i64, rounds: i64) -> Option<Vec<Row>> {
    let last = rounds - 1;
    let mut rows = match role(writer) {
        Role::Appends => (0..rounds).flat_map(|round| rows_of(writer, round)).collect(),
        Role::Removes if last < 0 || last % 3 == 2 => return None,
        Role::Deletes if last % 2 == 1 => Vec::new(),
        _ if last < 0 => Vec::new(),
        _ => rows_of(writer, last),
    };
    rows.sort_by_key(|row: &Row| row[0]);
    Some(rows)
}

pub(super) fn batch(rows: &[Row]) -> RecordBatch {
    let column = |at: usize| Arc::new(rows.iter().map(|row| Some(row[at])).collect::<Int64Array>()) as _;
    RecordBatch::try_from_iter(["time", "writer", "slot", "round"].into_iter().zip((0..4).map(column))).unwrap()
}

/// The rows of a snapshot, with every byte verified.
pub(super) fn rows_in(snapshot: &Snapshot) -> Vec<Row> {
    let mut rows = Vec::new();
    for entry in snapshot.row_groups() {
        let file = snapshot.open_verified(entry).unwrap();
        for batch in file.batches(ReadOptions::default()).unwrap() {
            let batch = batch.unwrap();
            let column = |at: usize| batch.column(at).as_primitive::<Int64Type>().values().to_vec();
            let columns: [Vec<i64>; 4] = [0, 1, 2, 3].map(column);
            rows.extend((0..batch.num_rows()).map(|row| [0, 1, 2, 3].map(|at: usize| columns[at][row])));
        }
    }
    rows
}
