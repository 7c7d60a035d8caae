//! Other processes: this binary again, with one test that does what they are for.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio, exit};
use std::time::Duration;
use std::{env, thread};

const STORE: &str = "OUPS_TESTS_ACTOR_STORE";
const NUMBER: &str = "OUPS_TESTS_ACTOR_NUMBER";

/// A process that is killed at the latest when this is dropped.
pub(super) struct Actor {
    child: Child,
    /// Kept apart: waiting for the child would close it, and those that the child leaves behind read from it too.
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

/// For the process: the store and the number that it was given. In the run of all tests, there is none.
pub(super) fn assignment() -> Option<(PathBuf, u64)> {
    let number = env::var(NUMBER).ok()?.parse().unwrap();
    Some((env::var_os(STORE)?.into(), number))
}

/// For the process: tells those who started it.
pub(super) fn say(line: &str) {
    // libtest may have begun a line.
    println!("\n> {line}");
}

/// For the process: it fails when it has not ended after so long that it must hang; what it does takes a second or two.
pub(super) fn fail_if_hanging() {
    thread::spawn(|| {
        thread::sleep(Duration::from_secs(120));
        println!("it hangs");
        exit(1);
    });
}

impl Actor {
    /// Runs a test of this folder.
    pub(super) fn start(test: &str, root: &Path, number: u64) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", &format!("concurrency::{test}"), "--nocapture"])
            .env(STORE, root)
            .env(NUMBER, number.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let input = child.stdin.take().unwrap();
        Self { child, input, lines }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next thing that it says; `None` once it has ended.
    pub(super) fn hear(&mut self) -> Option<String> {
        self.lines.by_ref().find_map(|line| Some(line.ok()?.strip_prefix("> ")?.to_owned()))
    }

    /// Waits until it has said just this.
    pub(super) fn until(&mut self, said: &str) {
        while self.hear().unwrap_or_else(|| panic!("it ended and did not say `{said}`")) != said {}
    }

    /// Gives it a line to read.
    pub(super) fn tell(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    /// Sends it to sleep, as Ctrl-Z does, and waits until it sleeps.
    pub(super) fn stop(&self) {
        self.signal("STOP");
        while !self.is_stopped() {
            thread::yield_now();
        }
    }

    pub(super) fn wake(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.pid())]).status().unwrap();
        assert!(sent.success());
    }

    fn is_stopped(&self) -> bool {
        let state = Command::new("ps").args(["-o", "stat=", "-p", &self.pid().to_string()]).output().unwrap();
        state.stdout.starts_with(b"T")
    }

    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Until it ends by itself.
    pub(super) fn wait(mut self) -> ExitStatus {
        while self.hear().is_some() {}
        self.child.wait().unwrap()
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
