//! Interrupts: Ctrl-C and other signals that end the program.

#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Output, Stdio};

use crate::program::{output, signal, until};
use crate::sandbox::Sandbox;
use crate::session::store;

fn started(sandbox: &Sandbox, args: &[&str]) -> Child {
    let mut command = sandbox.program("oups");
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Starts the program while another holds the lock, waits until it has the lock file open, and sends it the signal.
fn interrupted_at_the_lock(sandbox: &Sandbox, args: &[&str], name: &str) -> Output {
    let lock = File::options().read(true).write(true).open(sandbox.path("data/JFK.lock")).unwrap();
    fs2::FileExt::lock_exclusive(&lock).unwrap();
    let mut child = started(sandbox, args);
    let files = format!("/proc/{}/fd", child.id());
    let has_it_open = || {
        let files = std::fs::read_dir(Path::new(&files)).into_iter().flatten().flatten();
        files.filter_map(|file| std::fs::read_link(file.path()).ok()).any(|path| path.ends_with("JFK.lock"))
    };
    until(&format!("{args:?} opens the lock or ends"), || has_it_open() || child.try_wait().unwrap().is_some());
    signal(name, &child);
    output(child, &format!("{args:?} after SIG{name}"))
}

/// Commands that change the dataset, and the message if they are interrupted at its lock.
const AT_THE_LOCK: [(&[&str], &str); 9] = [
    (&["write", "data", "JFK", "EWR.parquet"], "nothing was changed"),
    (&["ingest", "data", "more.csv"], "nothing was changed"),
    (&["ingest", "data", "more.csv", "--duplicates-on", "time"], "nothing was changed"),
    (&["compact", "data", "origin=JFK", "--row-group-target", "QS"], "nothing was changed"),
    (&["rm", "data", "JFK"], AS_IT_WAS),
    (&["delete", "data", "JFK", "--all"], AS_IT_WAS),
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
        let output = interrupted_at_the_lock(&sandbox, args, "INT");
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("oups: interrupted: {expected}\n"), "{args:?}");
        assert_eq!(sandbox.stdout("oups read data JFK --format csv"), rows, "{args:?}");
        // Leftovers of a dead program may remain, but nothing is damaged.
        let findings = sandbox.sh("oups verify data --json").stdout;
        assert!(!String::from_utf8_lossy(&findings).contains("\"damage\":true"), "{args:?}");
    }
    sandbox.stdout("oups write data JFK EWR.parquet");
}

/// More rows than a pipe holds: once all are written, the program has begun to read.
const ROWS: usize = 20_000;

#[test]
fn before_all_is_read_nothing_is_changed() {
    let sandbox = store();
    for args in [
        &["write", "data", "JFK", "-", "--format", "csv"][..],
        &["ingest", "data", "-", "--format", "csv", "--ordered-on", "time"],
    ] {
        let mut child = started(&sandbox, args);
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"origin,time,temp\n").unwrap();
        input.write_all("JFK,2013-01-02T06:00:00Z,50\n".repeat(ROWS).as_bytes()).unwrap();
        signal("INT", &child);
        let output = output(child, &format!("{args:?} after SIGINT"));
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "oups: interrupted: nothing was changed\n");
    }
    assert!(sandbox.stdout("oups info data JFK").contains("version     1\n"));
}

/// Rows in so many row groups that a signal comes while they are made.
#[test]
fn a_change_that_is_interrupted_at_work_is_complete_or_leaves_nothing() {
    let sandbox = store();
    let rows = (0..200_000).map(|row| format!("{row},{}\n", row % 7)).collect::<String>();
    sandbox.file("big.csv", format!("at,n\n{rows}"));
    sandbox.file(
        "keyed.csv",
        format!("origin,at,n\n{}", rows.lines().map(|row| format!("BIG,{row}\n")).collect::<String>()),
    );
    let cut = ["--ordered-on", "at", "--row-group-target", "500"];
    for (command, input) in [("write", "big.csv"), ("ingest", "keyed.csv"), ("compact", "")] {
        let mut args = vec![command, "data"];
        match command {
            "write" => args.extend(["BIG", input].iter().chain(&cut)),
            "ingest" => args.extend([input].iter().chain(&cut)),
            _ => {
                sandbox.stdout("oups write data BIG big.csv --ordered-on at --row-group-target 100000");
                args.extend(["origin=BIG", "--row-group-target", "500"]);
            }
        }
        let before = sandbox.sh("oups read data BIG --format csv").stdout;
        let names = || {
            let folder = std::fs::read_dir(sandbox.path("data/BIG")).into_iter().flatten().flatten();
            folder.map(|file| file.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        let is_made = |name: &String| name.ends_with(".tmp");
        let mut child = started(&sandbox, &args);
        until(&format!("{args:?} begins or ends"), || {
            names().iter().any(is_made) || child.try_wait().unwrap().is_some()
        });
        signal("INT", &child);
        let ended = output(child, &format!("{args:?} after SIGINT"));
        let told = String::from_utf8_lossy(&ended.stderr);
        if ended.status.success() {
            sandbox.stdout("oups rm data BIG");
            continue;
        }
        assert_eq!(ended.status.code(), Some(130), "{args:?}: {told}");
        if told == "oups: interrupted: nothing was changed\n" {
            assert!(!names().iter().any(is_made), "{args:?}: {:?}", names());
            assert_eq!(sandbox.sh("oups read data BIG --format csv").stdout, before, "{args:?}");
        } else {
            // It was behind its last look for a signal.
            assert!(told.contains("or completely changed"), "{args:?}: {told}");
        }
        sandbox.sh("oups rm data BIG");
    }
    assert!(!String::from_utf8_lossy(&sandbox.sh("oups verify data --json").stdout).contains("\"damage\":true"));
}

/// Standard error, already so full that a program waits before it writes a byte more; and its other end.
fn full() -> (UnixStream, UnixStream) {
    let (told, mut full) = UnixStream::pair().unwrap();
    full.set_nonblocking(true).unwrap();
    for length in [4096, 1] {
        while full.write(&[b' '; 4096][..length]).is_ok() {}
    }
    full.set_nonblocking(false).unwrap();
    (told, full)
}

/// The signal comes while the program tells of its last dataset. It was once told as interrupted.
#[test]
fn a_compaction_that_was_done_before_the_signal_is_not_interrupted() {
    let sandbox = store();
    let (mut told, full) = full();
    let mut command = sandbox.program("oups");
    command.args(["compact", "data", "origin=JFK", "--row-group-target", "QS"]).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(OwnedFd::from(full)).spawn().unwrap();
    // The command has an end of the connection open, too.
    drop(command);
    let is_unlocked = || std::fs::read(sandbox.path("data/JFK.lock")).unwrap().is_empty();
    until("the compaction is done", || {
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none(), "it did not wait: {ended:?}");
        is_unlocked() && sandbox.stdout("oups info data JFK").contains("version     2\n")
    });
    signal("INT", &child);
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        told.read_to_string(&mut text).map(|_| text)
    });
    let ended = output(child, "oups compact after SIGINT");
    let text = reader.join().unwrap().unwrap();
    let lines: Vec<_> = text.trim_start().lines().collect();
    assert_eq!((ended.status.code(), lines.len()), (Some(0), 2), "{text}");
    assert!(lines[1].starts_with("oups: compacted 1 of 1 dataset: "), "{text}");
}

#[test]
fn who_only_looks_changes_nothing() {
    let sandbox = store();
    for args in [&["read", "data", "JFK", "--format", "csv"][..], &["read", "data", "EWR", "JFK", "--format", "json"]] {
        let mut child = started(&sandbox, args);
        // The program has begun to write, and then waits for a reader.
        child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        signal("INT", &child);
        let output = output(child, &format!("{args:?} after SIGINT"));
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), told.as_str()), (Some(130), "oups: interrupted: nothing was changed\n"));
    }
}

/// The signals that ask a program to end, and its exit codes.
const SIGNALS: [(&str, i32); 3] = [("INT", 130), ("TERM", 143), ("HUP", 129)];

/// Interrupts a command once it has made a file whose name begins with `prefix`. Returns whether it still succeeded. If
/// not, checks that nothing is left of what it made.
fn succeeds_or_leaves_nothing(sandbox: &Sandbox, args: &[&str], prefix: &str, (name, code): (&str, i32)) -> bool {
    let names = || std::fs::read_dir(sandbox.path("")).unwrap().map(|file| file.unwrap().file_name());
    let has_begun = || names().any(|file| file.to_string_lossy().starts_with(prefix));
    let mut child = started(sandbox, args);
    until(&format!("{args:?} begins or ends"), || has_begun() || child.try_wait().unwrap().is_some());
    signal(name, &child);
    let ended = output(child, &format!("{args:?} after SIG{name}")).status.code();
    assert!(ended == Some(0) || (ended, has_begun()) == (Some(code), false), "{args:?}: {ended:?}");
    ended == Some(0)
}

#[test]
fn an_interrupted_export_is_complete_or_leaves_nothing() {
    for signal in SIGNALS {
        let sandbox = store();
        if succeeds_or_leaves_nothing(&sandbox, &["export", "data", "copy"], "copy", signal) {
            sandbox.stdout("oups verify copy");
        }
    }
}

#[test]
fn an_interrupted_output_is_complete_or_leaves_nothing() {
    let sandbox = store();
    let rows = sandbox.stdout("oups read data EWR JFK LGA --format csv");
    let read = ["read", "data", "EWR", "JFK", "LGA", "--output", "all.csv"];
    for signal in SIGNALS {
        if succeeds_or_leaves_nothing(&sandbox, &read, ".oups-", signal) {
            assert_eq!(std::fs::read_to_string(sandbox.path("all.csv")).unwrap(), rows);
            std::fs::remove_file(sandbox.path("all.csv")).unwrap();
        }
    }
}

#[test]
fn every_signal_that_asks_for_an_end_is_told_of() {
    let sandbox = store();
    for (name, code) in SIGNALS {
        let output = interrupted_at_the_lock(&sandbox, &["rm", "data", "JFK"], name);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("oups: interrupted: {AS_IT_WAS}\n"));
    }
}

/// `nohup` starts programs so, and so do scripts their background jobs.
#[test]
fn a_signal_that_is_ignored_from_the_start_stays_so() {
    let sandbox = store();
    for (name, _) in SIGNALS {
        let line = format!("trap '' {name}; exec oups write data {name} - --format csv --ordered-on time");
        let mut child = sandbox.shell(&line).stdin(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"time,temp\n").unwrap();
        input.write_all("2013-01-02T06:00:00Z,50\n".repeat(ROWS).as_bytes()).unwrap();
        signal(name, &child);
        input.write_all(b"2013-01-02T07:00:00Z,51\n").unwrap();
        drop(input);
        let output = output(child, &line);
        assert!(output.status.success(), "{output:?}");
        let rows = sandbox.stdout(&format!("oups read data {name} --format csv")).lines().count() - 1;
        assert_eq!(rows, ROWS + 1, "SIG{name}");
    }
}
