//! Every form of query while others write, delete and compact: each result is of exactly one version of each dataset.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use oups_core::{AnyKey, Dataset, Durability, KeyFilter, Store};
use oups_query::{Aggregate, QueryStore, ReadDataset};
use oups_tests::disk::draw;

use super::{batch, dataset, numbers, store_of};

/// Time and number of each row, in stored order.
type State = Vec<(i64, i64)>;

/// All states of one dataset from its first version on. A state is added before it is committed.
#[derive(Default)]
struct History {
    states: RwLock<Vec<State>>,
    /// The number of acknowledged states.
    acknowledged: AtomicUsize,
    /// The state of each version, once its commit has returned.
    versions: Mutex<BTreeMap<u64, State>>,
}

const KEYS: usize = 3;
const COMMITS: u64 = 40;
const TIMES: i64 = 60;

impl History {
    fn commit(&self, state: State, commit: impl FnOnce() -> u64) {
        self.states.write().unwrap().push(state.clone());
        let version = commit();
        self.versions.lock().unwrap().insert(version, state);
        self.acknowledged.fetch_add(1, Ordering::SeqCst);
    }

    /// The states that a reader may see that began when `acknowledged` states were acknowledged.
    fn since(&self, acknowledged: usize) -> Vec<State> {
        self.states.read().unwrap()[acknowledged.saturating_sub(1)..].to_vec()
    }

    /// The state of a version, whose commit may not have returned yet.
    fn of(&self, version: u64) -> State {
        loop {
            if let Some(state) = self.versions.lock().unwrap().get(&version) {
                return state.clone();
            }
            thread::yield_now();
        }
    }
}

fn work(dataset: &Dataset, history: &History, key: u64) {
    let mut state = State::new();
    for round in 0..COMMITS {
        let any = |what: u64, of: i64| (draw(key * 1000 + round, what) % of as u64) as i64;
        match if round == 0 { 0 } else { any(0, 5) } {
            3 => {
                let start = any(1, TIMES);
                let end = start + any(2, 20);
                state.retain(|(time, _)| !(start..end).contains(time));
                let delete = dataset.delete(start..end).durability(Durability::Unsynced);
                history.commit(state.clone(), || delete.commit().unwrap().version.commit());
            }
            4 => {
                let compact = dataset.compact().row_group_target(3 + any(1, 9) as u64).durability(Durability::Unsynced);
                history.commit(state.clone(), || compact.commit().unwrap().version.commit());
            }
            _ => {
                let mut times: Vec<i64> = (0..1 + any(1, 12)).map(|at| any(10 + at as u64, TIMES)).collect();
                times.sort_unstable();
                let first = round as i64 * 100;
                state.extend(times.iter().zip(first..).map(|(time, number)| (*time, number)));
                state.sort_by_key(|(time, _)| *time);
                let write = dataset.write(batch(&times, first)).ordered_on("t").row_group_target(4);
                let write = write.max_off_target(2).durability(Durability::Unsynced);
                history.commit(state.clone(), || write.commit().unwrap().version.commit());
            }
        }
    }
}

fn rows(batch: &RecordBatch) -> State {
    numbers(batch, "t").into_iter().zip(numbers(batch, "n")).collect()
}

struct Reader<'a> {
    store: &'a Store<AnyKey>,
    keys: &'a [AnyKey],
    histories: &'a [History],
}

impl Reader<'_> {
    fn acknowledged(&self) -> Vec<usize> {
        self.histories.iter().map(|history| history.acknowledged.load(Ordering::SeqCst)).collect()
    }

    /// Checks that the result for each key comes from one of the states that the reader may see.
    fn check<T: PartialEq + std::fmt::Debug>(&self, before: &[usize], found: Vec<T>, of: impl Fn(&State) -> T) {
        for (key, found) in found.into_iter().enumerate() {
            let states = self.histories[key].since(before[key]);
            assert!(states.iter().any(|state| of(state) == found), "key {key}: {found:?} is from none of {states:?}");
        }
    }

    fn scan(&self) {
        let snapshot = dataset(self.store, "1").snapshot().unwrap();
        let state = self.histories[1].of(snapshot.version().commit());
        let wanted: State = state.iter().copied().filter(|(time, n)| *time >= 20 && n % 2 == 0).rev().collect();
        let even = |rows: &RecordBatch| {
            Ok(rows.column(0).as_primitive::<Int64Type>().iter().map(|n| Some(n? % 2 == 0)).collect())
        };
        let scan = snapshot.scan().range(20..).filter(["n"], even).batch_size(3);
        let found: State = scan.reverse().batches().unwrap().flat_map(|batch| rows(&batch.unwrap())).collect();
        assert_eq!(found, wanted);
        assert_eq!(rows(&snapshot.scan().collect().unwrap()), state);
    }

    fn ordered(&self, reverse: bool) {
        let before = self.acknowledged();
        let query = self.store.query_where(KeyFilter::all()).batch_size(7).matching("t < 50");
        let query = if reverse { query.reverse() } else { query };
        let mut of_keys = vec![State::new(); KEYS];
        let mut times = Vec::new();
        for batch in query.ordered().unwrap() {
            let batch = batch.unwrap();
            for (key, row) in numbers(&batch, "key").into_iter().zip(rows(&batch)) {
                times.push(row.0);
                of_keys[key as usize].push(row);
            }
        }
        if reverse {
            times.reverse();
            of_keys.iter_mut().for_each(|rows| rows.reverse());
        }
        assert!(times.is_sorted());
        self.check(&before, of_keys, |state| state.iter().copied().filter(|(time, _)| *time < 50).collect::<State>());
    }

    fn chunks(&self) {
        let before = self.acknowledged();
        let mut of_keys = vec![State::new(); KEYS];
        for chunk in self.store.query(self.keys).range(5..).intersections().unwrap() {
            let chunk = chunk.unwrap();
            of_keys.iter_mut().zip(chunk.iter()).for_each(|(of_key, (_, batch))| of_key.extend(rows(batch)));
        }
        self.check(&before, of_keys, |state| state.iter().copied().filter(|(time, _)| *time >= 5).collect::<State>());
    }

    fn periods(&self) {
        let before = self.acknowledged();
        let resample = self.store.query(self.keys).batch_size(2).resample(10);
        let mut of_keys = vec![Vec::new(); KEYS];
        for batch in resample.aggregate("n", [Aggregate::Count, Aggregate::Last]).batches().unwrap() {
            let batch = batch.unwrap();
            let columns = ["key", "t", "n_count", "n_last"].map(|name| numbers(&batch, name));
            for row in 0..batch.num_rows() {
                of_keys[columns[0][row] as usize].push([columns[1][row], columns[2][row], columns[3][row]]);
            }
        }
        self.check(&before, of_keys, |state| {
            let periods = state.chunk_by(|a, b| a.0 / 10 == b.0 / 10);
            periods.map(|rows| [rows[0].0 / 10 * 10, rows.len() as i64, rows[rows.len() - 1].1]).collect()
        });
    }

    fn join(&self) {
        let before = self.acknowledged();
        let join = self.store.asof(&self.keys[0]).right_as(&self.keys[1], "r_").batch_size(5).batches().unwrap();
        let mut found = Vec::new();
        for batch in join {
            let batch = batch.unwrap();
            let matches = batch.column_by_name("r_n").unwrap().as_primitive::<Int64Type>();
            found.extend(rows(&batch).into_iter().zip(matches));
        }
        let left: State = found.iter().map(|(row, _)| *row).collect();
        self.check(&before[..1], vec![left], Clone::clone);
        let is_of = |right: &State| {
            found.iter().all(|((time, _), matched)| {
                right.iter().rev().find(|(other, _)| other <= time).map(|(_, n)| *n) == *matched
            })
        };
        let rights = self.histories[1].since(before[1]);
        assert!(rights.iter().any(is_of), "{found:?} is a join with none of {rights:?}");
    }

    fn answers(&self) {
        let before = self.acknowledged();
        let latest = self.store.query(self.keys).range(..40).latest().unwrap();
        let latest: Vec<_> = latest.iter().map(|(_, row)| row.as_ref().map(|row| rows(row)[0])).collect();
        self.check(&before, latest, |state| state.iter().rev().find(|(time, _)| *time < 40).copied());
        let before = self.acknowledged();
        let counts = self.store.query_where(KeyFilter::all()).range(9..30).counts().unwrap();
        let counts: Vec<_> = counts.into_iter().map(|(_, rows)| rows).collect();
        self.check(&before, counts, |state| state.iter().filter(|(time, _)| (9..30).contains(time)).count() as u64);
    }
}

#[test]
fn each_result_is_of_one_version() {
    let (_folder, store) = store_of("key:int");
    let histories: Vec<History> = (0..KEYS).map(|_| History::default()).collect();
    let datasets: Vec<Dataset> = (0..KEYS).map(|key| dataset(&store, &key.to_string())).collect();
    let done = AtomicBool::new(false);
    let read = AtomicUsize::new(0);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..KEYS)
            .map(|key| {
                let (dataset, history) = (&datasets[key], &histories[key]);
                scope.spawn(move || work(dataset, history, key as u64))
            })
            .collect();
        while histories.iter().any(|history| history.acknowledged.load(Ordering::SeqCst) == 0) {
            thread::yield_now();
        }
        let keys = store.keys(..).unwrap();
        for start in 0..2 {
            let (keys, histories, store, done, read) = (keys.clone(), &histories, &store, &done, &read);
            scope.spawn(move || {
                let reader = Reader { store, keys: &keys, histories };
                for round in start.. {
                    match round % 7 {
                        0 => reader.scan(),
                        1 => reader.ordered(false),
                        2 => reader.chunks(),
                        3 => reader.periods(),
                        4 => reader.join(),
                        5 => reader.answers(),
                        _ => reader.ordered(true),
                    }
                    read.fetch_add(1, Ordering::SeqCst);
                    if round > 7 && done.load(Ordering::SeqCst) {
                        break;
                    }
                }
            });
        }
        for writer in writers {
            if let Err(panic) = writer.join() {
                done.store(true, Ordering::SeqCst);
                std::panic::resume_unwind(panic);
            }
        }
        done.store(true, Ordering::SeqCst);
    });
    let commits: usize = histories.iter().map(|history| history.versions.lock().unwrap().len()).sum();
    println!("{commits} versions, {} results", read.load(Ordering::SeqCst));
}
