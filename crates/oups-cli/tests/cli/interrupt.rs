//! Ctrl-C.

#![cfg(target_os = "linux")]

use std::fs::File;
use std::path::Path;
use std::process::{Command, Output, Stdio};
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

#[test]
fn an_interrupted_change_says_what_has_become_of_the_data() {
    let sandbox = store();
    let rows = sandbox.stdout("oups read data JFK --format csv");
    for (args, expected) in [
        (
            &["write", "data", "JFK", "EWR.parquet"][..],
            "interrupted: JFK is still at version 1, or completely changed: `oups info` tells; nothing needs repair",
        ),
        (
            &["rm", "data", "JFK"][..],
            "interrupted: each dataset is as it was or completely changed, and nothing needs repair",
        ),
    ] {
        let output = interrupted_at_the_lock(&sandbox, args);
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("oups: {expected}\n"));
        assert_eq!(sandbox.stdout("oups read data JFK --format csv"), rows);
        sandbox.stdout("oups verify data");
    }
    sandbox.stdout("oups write data JFK EWR.parquet");
}
