//! Ctrl-C.

#![cfg(target_os = "linux")]

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
