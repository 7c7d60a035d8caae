//! A holder of the lock that sleeps keeps it. One that dies loses it, and its work is cleared away.

use std::io::stdin;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use oups_core::{Error, Resolver};
use oups_tests::scratch;
use oups_tests::tree::tree;
use tracing::Level;

use super::actor::{Actor, assignment, patience, say};
use super::{dataset, files, rows, seen};
use crate::listening::heard;

/// Not a test of its own: writes, and keeps the lock until it gets a line.
#[test]
fn process_that_holds_the_lock() {
    let Some((root, _)) = assignment() else { return };
    let held = Resolver::new(|run| {
        say("under the lock");
        stdin().read_line(&mut String::new()).unwrap();
        Ok(run.new_rows())
    });
    let new: Vec<i64> = (0..3_000).collect();
    let written = dataset(&root).write(rows(new)).row_group_target(10).keep(held).commit().unwrap();
    say(&format!("version {}", written.version.commit()));
}

const HOLDER: &str = "holders::process_that_holds_the_lock";

#[test]
fn a_killed_writer_is_in_nobodys_way() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    dataset.write(rows([100_000])).ordered_on("time").duplicates_on(["time"]).commit().unwrap();
    dataset.write(rows([2_999])).commit().unwrap();
    let mut holder = Actor::start(HOLDER, folder.path(), 0);
    holder.until("under the lock");
    let held = dataset.write(rows([1])).lock_timeout(Duration::ZERO).commit().unwrap_err();
    assert!(held.to_string().contains(&format!("by process {} on ", holder.pid())), "{held}");
    holder.kill();
    assert_eq!(seen(&dataset.snapshot().unwrap()), [2_999, 100_000]);
    dataset.write(rows([1])).lock_timeout(Duration::ZERO).commit().unwrap();
    assert_eq!(seen(&dataset.snapshot().unwrap()), [1, 2_999, 100_000]);
    assert_eq!(files(folder.path()), dataset.snapshot().unwrap().row_groups().len());
    assert!(tree(folder.path())["x.lock"].is_empty());
}

#[test]
fn a_sleeping_holder_keeps_its_lock_and_its_commit_lands() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    dataset.write(rows([2_999])).ordered_on("time").duplicates_on(["time"]).commit().unwrap();
    let mut holder = Actor::start(HOLDER, folder.path(), 0);
    holder.until("under the lock");
    holder.stop();
    let before = tree(folder.path());
    for timeout in [Duration::ZERO, Duration::from_millis(50)] {
        let error = dataset.write(rows([5_000])).lock_timeout(timeout).commit().unwrap_err();
        assert!(matches!(&error, Error::LockTimeout { waited, .. } if *waited >= timeout), "{error}");
        let text = error.to_string();
        let host = gethostname();
        assert!(text.contains(&format!("by process {} on {host} for ", holder.pid())), "{text}");
        let (_, age) = text.split_once(&format!("on {host} for ")).unwrap();
        assert!(age.split(' ').next().unwrap().parse::<f64>().is_ok(), "no age: {text}");
    }
    assert_eq!(tree(folder.path()), before, "writers that waited in vain have changed nothing");
    holder.wake();
    holder.tell("go on");
    holder.until("version 2");
    assert!(holder.wait().success());
    dataset.write(rows([5_000])).lock_timeout(Duration::ZERO).commit().unwrap();
    assert_eq!(seen(&dataset.snapshot().unwrap()), (0..3_000).chain([5_000]).collect::<Vec<_>>());
}

#[test]
fn who_waits_for_a_sleeping_holder_takes_over_when_it_is_killed() {
    let folder = scratch();
    let dataset = dataset(folder.path());
    dataset.write(rows([2_999])).ordered_on("time").duplicates_on(["time"]).commit().unwrap();
    for (timeout, value) in [(None, 5_000), (Some(Duration::from_secs(600)), 5_001)] {
        let before = dataset.version().unwrap();
        let mut holder = Actor::start(HOLDER, folder.path(), 0);
        holder.until("under the lock");
        holder.stop();
        let (sent, lines) = channel();
        thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                let write = dataset.write(rows([value]));
                let write = match timeout {
                    Some(timeout) => write.lock_timeout(timeout),
                    None => write,
                };
                heard(Level::DEBUG, sent, || assert_eq!(write.commit().unwrap().version.commit(), before.commit() + 1))
            });
            while !lines.recv_timeout(patience()).unwrap().contains("waiting for the writers' lock") {}
            assert!(!waiter.is_finished());
            holder.kill();
            let told = waiter.join().unwrap();
            assert!(told.contains("a writer died"), "{told}");
        });
    }
    assert_eq!(seen(&dataset.snapshot().unwrap()), [2_999, 5_000, 5_001]);
    assert_eq!(files(folder.path()), dataset.snapshot().unwrap().row_groups().len());
}

/// The host's name as the mark has it.
fn gethostname() -> String {
    let name = oups_tests::process::tool("uname").arg("-n").output().unwrap();
    String::from_utf8(name.stdout).unwrap().trim().to_owned()
}
