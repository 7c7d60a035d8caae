//! Ctrl-C.

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::Read;
use std::process::{Child, Stdio};

use crate::program::{output, signal, until};
use crate::sandbox::Sandbox;
use crate::weather::weather;

fn started(sandbox: &Sandbox, args: &[&str]) -> Child {
    let mut command = sandbox.program("oups-sql");
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Rows without end, as far as a test is concerned.
const ENDLESS: &str = "select value as n from generate_series(1, 1000000000000)";

const TOLD: &str = "oups-sql: interrupted: nothing was changed\n";

#[test]
fn a_statement_that_gives_rows_is_interrupted() {
    let sandbox = weather();
    for (name, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let mut child = started(&sandbox, &["weather", "--format", "csv", "-c", ENDLESS]);
        child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        signal(name, &child);
        let ended = output(child, name);
        assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(code), TOLD));
    }
}

#[test]
fn a_statement_that_only_computes_is_interrupted() {
    let sandbox = weather();
    let sum = format!("select sum(n % 7) from ({ENDLESS})");
    let mut child = started(&sandbox, &["weather", "-o", "begun.txt", "-c", &sum]);
    let has_begun = || {
        std::fs::read_dir(sandbox.path(""))
            .unwrap()
            .flatten()
            .any(|file| file.file_name().to_string_lossy().starts_with(".oups-"))
    };
    until("the output is begun", || has_begun() || child.try_wait().unwrap().is_some());
    signal("INT", &child);
    let ended = output(child, "SIGINT");
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(130), TOLD));
    assert!(!has_begun() && !sandbox.path("begun.txt").exists(), "nothing of the output is left");
}

/// Starts an insert while another holds the lock of the dataset JFK/1h.
fn insert_without_the_lock(sandbox: &Sandbox, statement: &str) -> (Child, File) {
    let lock = File::options().read(true).write(true).open(sandbox.path("weather/JFK/1h.lock")).unwrap();
    lock.lock().unwrap();
    (started(sandbox, &["weather", "--write", "-c", statement]), lock)
}

/// Waits until the program writes, which it does in a thread of its own, or ends.
fn writes(child: &mut Child) {
    let threads = format!("/proc/{}/task", child.id());
    let writes = || {
        let threads = fs::read_dir(&threads).into_iter().flatten().flatten();
        threads
            .filter_map(|of| fs::read_to_string(of.path().join("comm")).ok())
            .any(|name| name.trim() == "oups-insert")
    };
    until("the insert writes or ends", || writes() || child.try_wait().unwrap().is_some());
}

fn rows(sandbox: &Sandbox, key: &str) -> String {
    sandbox.stdout(&format!("oups-sql weather --format csv -c 'select count(*) as n from store.\"{key}\"'"))
}

#[test]
fn an_insert_that_is_interrupted_says_that_nothing_was_changed() {
    let sandbox = weather();
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let statement = "insert into store.\"JFK/1h\" (time, temp) values ('2014-07-01', 90)";
        let (mut child, lock) = insert_without_the_lock(&sandbox, statement);
        writes(&mut child);
        signal(name, &child);
        let ended = output(child, name);
        drop(lock);
        assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(code), TOLD));
        assert_eq!(rows(&sandbox, "JFK/1h"), "n\n8706\n");
    }
}

#[test]
fn an_insert_that_is_interrupted_says_which_datasets_are_written() {
    let sandbox = weather();
    let statement = "insert into store (airport, frequency, time, temp) select airport, frequency, '2014-07-01', 90 \
                     from store where time = '2013-07-01' and airport in ('EWR', 'JFK')";
    let (child, lock) = insert_without_the_lock(&sandbox, statement);
    until("the other dataset is written", || rows(&sandbox, "EWR/1h") == "n\n8704\n");
    signal("INT", &child);
    let ended = output(child, "SIGINT");
    drop(lock);
    let told =
        "oups-sql: interrupted: the insert has written 1 of 2 datasets (EWR/1h), and has not changed the other 1\n";
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(130), told));
    assert_eq!(rows(&sandbox, "JFK/1h"), "n\n8706\n");
}

#[test]
fn what_was_inserted_before_an_interruption_is_not_denied() {
    let sandbox = weather();
    let insert = "insert into store.\"JFK/1h\" (time, temp) values ('2014-07-01', 90)";
    let statements = format!("{insert}; {ENDLESS}");
    let mut child = started(&sandbox, &["weather", "--write", "--format", "csv", "-c", &statements]);
    child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    signal("INT", &child);
    let ended = output(child, "SIGINT");
    let told = "oups-sql: inserted 1 row\n\
                oups-sql: interrupted: what was inserted before stays, and nothing else was changed\n";
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(130), told));
}
