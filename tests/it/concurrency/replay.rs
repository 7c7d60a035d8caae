//! Threads at one dataset do drawn operations. The version of each commit gives its place in the order. The naive model
//! repeats them in that order, and gets every version that a reader saw, and the final one.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use oups_core::CommitReport;
use oups_tests::stored::row_groups;
use oups_tests::table::{Row, from_batches};
use proptest::collection::vec;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::histories::history::{Op, Options, Ordered, Rule, op};
use crate::histories::run::World;

const THREADS: usize = 5;
const ORDERED: Ordered = Ordered::Int;

/// Whether an operation has a version. A removal has none, and an operation with a rule that may refuse has none
/// either.
fn has_version(op: &Op) -> bool {
    let fits = |options: &Options| !matches!(options.keep, Some(Rule::Reject | Rule::Sum));
    match op {
        Op::Write { options, .. } | Op::Rewrite { options, .. } | Op::Settings(options) => fits(options),
        Op::Remove => false,
        _ => true,
    }
}

/// Operations drawn from a seed.
fn draw(seed: u8, operations: usize) -> Vec<Vec<Op>> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let ops = op(ORDERED, true).prop_filter("has a version", has_version);
    vec(vec(ops, operations), THREADS).new_tree(&mut runner).unwrap().current()
}

/// Acknowledged operations: the report of each, and the operation.
type Log = Vec<(CommitReport, Op)>;

/// Does all operations at once. Returns those that were acknowledged, and the versions that readers saw.
fn at_once(world: &World, ops: Vec<Vec<Op>>) -> (Log, Vec<(u64, Vec<Row>)>) {
    let (log, seen, is_over) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()), AtomicBool::new(false));
    thread::scope(|scope| {
        let writers: Vec<_> = ops
            .into_iter()
            .map(|ops| {
                scope.spawn(|| {
                    for op in ops {
                        let written = world.act(&op).unwrap_or_else(|error| panic!("{op:?}: {error}"));
                        log.lock().unwrap().push((written, op));
                    }
                })
            })
            .collect();
        let reader = scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let snapshot = world.dataset.snapshot().unwrap();
                let rows = from_batches(&world.columns, &row_groups(&snapshot).concat()).unwrap();
                seen.lock().unwrap().push((snapshot.version().commit(), rows));
            }
        });
        let ended: Vec<_> = writers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        is_over.store(true, Ordering::Relaxed);
        reader.join().unwrap();
        ended.into_iter().for_each(|writer| writer.unwrap());
    });
    (log.into_inner().unwrap(), seen.into_inner().unwrap())
}

/// Returns the number of replayed commits, and of compared versions of readers.
fn replay(world: &mut World, mut log: Log, seen: &[(u64, Vec<Row>)]) -> (usize, usize) {
    // An operation that changed nothing comes after the commit whose version it found.
    log.sort_by_key(|(written, _)| (written.version.commit(), !written.changed));
    let mut versions = BTreeMap::from([(1, world.model.rows())]);
    for (written, op) in &log {
        let before = (world.model.groups.clone(), world.model.metadata.clone(), world.settings.settings());
        let (rows_written, rows_deleted) = world.expect(op).unwrap();
        let at = format!("version {}: {op:?}", written.version.commit());
        assert_eq!((written.rows_written, written.rows_deleted), (rows_written as u64, rows_deleted as u64), "{at}");
        let newest = *versions.last_key_value().unwrap().0;
        if written.changed {
            assert_eq!(written.version.commit(), newest + 1, "{at}");
            versions.insert(written.version.commit(), world.model.rows());
        } else {
            assert_eq!(written.version.commit(), newest, "{at}");
            assert_eq!(
                (world.model.groups.clone(), world.model.metadata.clone(), world.settings.settings()),
                before,
                "{at}"
            );
        }
    }
    for (version, rows) in seen {
        assert_eq!(rows, &versions[version], "what a reader saw of version {version}");
    }
    let snapshot = world.dataset.snapshot().unwrap();
    assert_eq!(snapshot.version().commit(), *versions.last_key_value().unwrap().0);
    let rows = from_batches(&world.columns, &row_groups(&snapshot).concat()).unwrap();
    assert_eq!(rows, world.model.rows(), "at the end");
    assert_eq!(*snapshot.metadata(), world.model.metadata);
    assert_eq!(*snapshot.settings(), world.settings.settings());
    (versions.len(), seen.len())
}

#[test]
fn what_threads_did_at_once_is_what_they_do_one_after_the_other_in_the_order_of_versions() {
    let (seeds, operations) = if super::is_long() { (40, 30) } else { (8, 12) };
    let (mut commits, mut looks) = (0, 0);
    for seed in 0..seeds {
        let mut world = World::new(ORDERED);
        let options = Options { target: None, duplicates_on: None, keep: None, max_off_target: None };
        let first = Op::Write { rows: vec![], options, metadata: vec![], unsynced: false };
        world.expect(&first).unwrap();
        assert_eq!(world.act(&first).unwrap().version.commit(), 1);
        let (log, seen) = at_once(&world, draw(seed, operations));
        let (more, looked) = replay(&mut world, log, &seen);
        (commits, looks) = (commits + more, looks + looked);
    }
    println!(
        "{seeds} times {THREADS} threads with {operations} operations each: {commits} versions, read {looks} times"
    );
}
