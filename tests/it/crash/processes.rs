//! Real processes, killed at random moments.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use oups_core::{AnyKey, KeyFilter, Store};
use oups_tests::disk::draw;
use oups_tests::process::again;
use oups_tests::scratch;

use super::acts::{dataset, rows};
use super::state::{create, look, open};

const CHILD: &str = "OUPS_TESTS_KILLED_STORE";
const NAME: &str = "crash::processes::child_that_is_killed";

/// The number of killed processes: 200 in the long run.
fn rounds() -> u64 {
    std::env::var("OUPS_KILLS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(8)
}

/// Write `number`: some rows in the middle, some at the end.
fn write(store: &Store<AnyKey>, number: i64) {
    let new = [number % 50, number % 50, 1000 + number, 1000 + number].into_iter();
    let dataset = dataset(store).unwrap();
    dataset.write(rows(new, number)).ordered_on("time").row_group_target(16).max_off_target(3).commit().unwrap();
}

/// Not a test of its own: writes until it is killed.
#[test]
fn child_that_is_killed() {
    let Some(root) = std::env::var_os(CHILD) else { return };
    let store = open(None, Path::new(&root)).unwrap();
    let start = dataset(&store).unwrap().snapshot_if_there().unwrap().map_or(0, |snapshot| snapshot.version().commit());
    for number in start as i64.. {
        write(&store, number);
    }
}

#[test]
fn a_process_killed_at_any_moment_leaves_whole_commits_and_is_not_waited_for() {
    let folder = scratch();
    let root = folder.path().join("store");
    create(&root);
    let (mut commits, mut longest) = (0, Duration::ZERO);
    for round in 0..rounds() {
        let mut child = again(NAME).env(CHILD, &root).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(5_000 + draw(round, 9) % 60_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let start = Instant::now();
        let seen = look(&root).map(|(rows, ..)| rows).unwrap_or_default();
        longest = longest.max(start.elapsed());
        commits = check(&seen, commits);
        // Every third time the next process clears up, else this process does.
        if round % 3 > 0 {
            let start = Instant::now();
            let store = open(None, &root).unwrap();
            write(&store, commits as i64);
            longest = longest.max(start.elapsed());
            commits += 1;
            assert_eq!(store.verify(KeyFilter::all()).run().unwrap().findings, [], "round {round}");
        }
    }
    println!("{} processes killed, {commits} commits; the longest reopening took {longest:?}", rounds());
    assert!(longest < Duration::from_secs(5), "{longest:?}");
}

/// Checks that the rows are all four rows of each commit up to the last, in order. Returns the number of commits.
fn check(seen: &[(i64, i64)], at_least: usize) -> usize {
    assert!(seen.is_sorted_by_key(|(time, _)| *time));
    let commits = seen.iter().map(|(_, tag)| tag + 1).max().unwrap_or_default();
    let mut expected: Vec<(i64, i64)> =
        (0..commits).flat_map(|n| [(n % 50, n), (n % 50, n), (1000 + n, n), (1000 + n, n)]).collect();
    expected.sort();
    let mut found = seen.to_vec();
    found.sort();
    assert_eq!(found, expected);
    assert!(commits as usize >= at_least, "{commits} commits of {at_least}");
    commits as usize
}
