//! Ctrl-C.

#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::yield_now;

use crate::sandbox::Sandbox;
use crate::session::store;

/// Starts the program while another holds the lock, waits until it has the lock file open, and interrupts it.
fn interrupted_at_the_lock(sandbox: &Sandbox, args: &[&str]) -> Output {
    let lock = File::options().read(true).write(true).open(sandbox.path("data/JFK.lock")).unwrap();
    fs2::FileExt::lock_exclusive(&lock).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_oups"))
        .args(args)
        .current_dir(sandbox.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let files = format!("/proc/{}/fd", child.id());
    let has_it_open = || {
        let files = std::fs::read_dir(Path::new(&files)).into_iter().flatten().flatten();
        files.filter_map(|file| std::fs::read_link(file.path()).ok()).any(|path| path.ends_with("JFK.lock"))
    };
    while !has_it_open() {
        yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    child.wait_with_output().unwrap()
}

/// Commands that change the dataset, and what the program says of it when they are interrupted at its lock.
const AT_THE_LOCK: [(&[&str], &str); 9] = [
    (
        &["write", "data", "JFK", "EWR.parquet"],
        "JFK is still at version 1, or completely changed: `oups info` tells; nothing needs repair",
    ),
    (
        &["ingest", "data", "more.csv"],
        "each dataset is as it was or completely changed: `oups ls data --long` tells. The same command completes it, but \
         stores the rows of a dataset that is changed once more where duplicates are kept: take those out of its input first",
    ),
    (
        &["ingest", "data", "more.csv", "--duplicates-on", "time"],
        "each dataset is as it was or completely changed: the same command completes it",
    ),
    (&["rm", "data", "JFK"], AS_IT_WAS),
    (&["delete", "data", "JFK", "--all"], AS_IT_WAS),
    (&["compact", "data", "origin=JFK", "--row-group-target", "QS"], AS_IT_WAS),
    (&["meta", "data", "JFK", "note=x"], AS_IT_WAS),
    (&["settings", "data", "JFK", "--row-group-target", "QS"], AS_IT_WAS),
    (&["repair", "data", "JFK"], AS_IT_WAS),
];

const AS_IT_WAS: &str = "each dataset is as it was or completely changed, and nothing needs repair";

#[test]
fn an_interrupted_change_says_what_has_become_of_the_data() {
    let sandbox = store();
    sandbox.file("more.csv", "origin,time,temp\nJFK,2013-01-02T06:00:00Z,50\n");
    let rows = sandbox.stdout("oups read data JFK --format csv");
    for (args, expected) in AT_THE_LOCK {
        let output = interrupted_at_the_lock(&sandbox, args);
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("oups: interrupted: {expected}\n"), "{args:?}");
        assert_eq!(sandbox.stdout("oups read data JFK --format csv"), rows, "{args:?}");
        // What a dead program left may lie about; nothing is damaged.
        let findings = sandbox.sh("oups verify data --json").stdout;
        assert!(!String::from_utf8_lossy(&findings).contains("\"damage\":true"), "{args:?}");
    }
    sandbox.stdout("oups write data JFK EWR.parquet");
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

fn started(sandbox: &Sandbox, args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oups"));
    command.args(args).current_dir(sandbox.path(""));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn before_all_is_read_nothing_is_changed() {
    /// More than a pipe holds: when all of it is written, the program has begun to read.
    const ROWS: usize = 20_000;
    let sandbox = store();
    for args in [
        &["write", "data", "JFK", "-", "--format", "csv"][..],
        &["ingest", "data", "-", "--format", "csv", "--ordered-on", "time"],
    ] {
        let mut child = started(&sandbox, args);
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"origin,time,temp\n").unwrap();
        input.write_all("JFK,2013-01-02T06:00:00Z,50\n".repeat(ROWS).as_bytes()).unwrap();
        interrupt(&child);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "oups: interrupted: nothing was changed\n");
    }
    assert!(sandbox.stdout("oups info data JFK").contains("version     1\n"));
}

#[test]
fn who_only_looks_changes_nothing() {
    let sandbox = store();
    for args in [&["read", "data", "JFK", "--format", "csv"][..], &["read", "data", "EWR", "JFK", "--format", "json"]] {
        let mut child = started(&sandbox, args);
        // It has begun, and then waits for somebody to read on.
        child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        interrupt(&child);
        let status = child.wait().unwrap();
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!((status.code(), told.as_str()), (Some(130), "oups: interrupted: nothing was changed\n"));
    }
}

#[test]
fn an_interrupted_export_is_complete_or_leaves_nothing() {
    let sandbox = store();
    let begun = || std::fs::read_dir(sandbox.path("")).unwrap().flatten().any(|file| is_copy(&file.file_name()));
    let mut child = started(&sandbox, &["export", "data", "copy"]);
    while !begun() && child.try_wait().unwrap().is_none() {
        yield_now();
    }
    interrupt(&child);
    match child.wait().unwrap().code() {
        Some(0) => drop(sandbox.stdout("oups verify copy")),
        code => assert_eq!((code, begun()), (Some(130), false)),
    }
}

fn is_copy(name: &std::ffi::OsStr) -> bool {
    name.to_string_lossy().starts_with("copy")
}
