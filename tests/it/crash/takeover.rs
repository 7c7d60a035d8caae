//! A writer is killed while it holds the lock. Measures how long another, which waits, needs to take over.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use oups_core::{AnyKey, DuplicateRun, DuplicatesOn, Resolver, Store};
use oups_tests::process::again;
use oups_tests::scratch;

use super::acts::{dataset, first, rows};
use super::state::{create, open};
use crate::concurrency::actor::{Actor, patience, say};

const CHILD: &str = "OUPS_TESTS_HOLDING_STORE";
const NAME: &str = "crash::takeover::child_that_holds_the_lock";
const HELD: &str = "the lock is held";

/// The number of takeovers of each kind: 100 in the long run.
fn rounds() -> usize {
    std::env::var("OUPS_TAKEOVERS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(2)
}

/// A write with this rule, which runs under the lock.
fn write(store: &Store<AnyKey>, timeout: Option<Duration>, rule: impl Fn() + Send + Sync + 'static) {
    let rule = Resolver::new(move |run: &DuplicateRun| {
        rule();
        Ok(run.rows().slice(0, 1))
    });
    let dataset = dataset(store).unwrap();
    let write = dataset.write(rows([5].into_iter(), 6)).keep(rule);
    let write = write.duplicates_on(DuplicatesOn::Columns(vec!["time".to_owned()]));
    match timeout {
        None => write.commit().unwrap(),
        Some(timeout) => write.lock_timeout(timeout).commit().unwrap(),
    };
}

/// Not a test of its own: says that it has the lock, and never releases it.
#[test]
fn child_that_holds_the_lock() {
    let Some(root) = std::env::var_os(CHILD) else { return };
    let hold = || {
        say(HELD);
        loop {
            std::thread::park();
        }
    };
    write(&open(None, Path::new(&root)).unwrap(), None, hold);
}

fn holder(root: &Path) -> Actor {
    let mut command = again(NAME);
    command.env(CHILD, root);
    let mut holder = Actor::of(command, NAME);
    holder.until(HELD);
    holder
}

/// The time from the kill until the rule of the waiting writer runs. By then that writer has the lock, has cleared up
/// after the dead one, and has read the row group that it merges.
fn takeover(root: &Path, timeout: Option<Duration>) -> Duration {
    let mut child = holder(root);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        let store = open(None, root).unwrap();
        scope.spawn(move || write(&store, timeout, move || sender.send(Instant::now()).unwrap()));
        // The other writer probably waits by now. If not, the measured time is only longer.
        std::thread::sleep(Duration::from_millis(5));
        let killed = Instant::now();
        child.kill();
        let asked = receiver.recv_timeout(patience()).expect("the waiting writer took over");
        asked.checked_duration_since(killed).expect("the lock was held until the kill")
    })
}

#[test]
fn a_waiting_writer_takes_over_from_a_killed_one() {
    for (how, timeout) in [("without a time-out", None), ("with one", Some(Duration::from_secs(600)))] {
        let folder = scratch();
        first(&create(folder.path())).unwrap();
        let mut took: Vec<Duration> = (0..rounds()).map(|_| takeover(folder.path(), timeout)).collect();
        took.sort();
        let (least, median, most) = (took[0], took[took.len() / 2], took[took.len() - 1]);
        println!("{} takeovers {how}: {least:?} at least, {median:?} in the middle, {most:?} at most", took.len());
    }
}
