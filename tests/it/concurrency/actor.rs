//! Other processes: this binary again, running the one test that holds their work.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio, exit};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use std::{env, thread};

use oups_tests::process::{again, tool};

const STORE: &str = "OUPS_TESTS_ACTOR_STORE";
const NUMBER: &str = "OUPS_TESTS_ACTOR_NUMBER";

/// The longest time between two lines of a process. It is far more than the work takes, so a process that hangs fails
/// the test.
pub(crate) fn patience() -> Duration {
    Duration::from_secs(if super::is_long() { 3_600 } else { 300 })
}

/// A process that is killed at the latest when this is dropped.
pub(crate) struct Actor {
    /// The test that it runs.
    test: String,
    child: Child,
    /// Kept apart from the child: waiting for the child would close it, and processes that the child leaves behind read
    /// it too.
    input: ChildStdin,
    /// Its lines, until no process is left that could write one.
    said: Receiver<String>,
}

/// For the process: its store and its number. `None` in the run of all tests.
pub(super) fn assignment() -> Option<(PathBuf, u64)> {
    let number = env::var(NUMBER).ok()?.parse().unwrap();
    Some((env::var_os(STORE)?.into(), number))
}

/// For the process: sends a line to the test that started it.
pub(crate) fn say(line: &str) {
    // libtest may have begun a line.
    println!("\n> {line}");
}

/// For the process: exits with a failure after two minutes. The work takes a second or two, so by then it hangs.
///
/// # Panics
///
/// In the run of all tests, which it would end in the middle.
pub(super) fn fail_if_hanging() {
    assert!(assignment().is_some(), "only a process that a test started may end itself");
    thread::spawn(|| {
        thread::sleep(Duration::from_secs(120));
        println!("it hangs");
        exit(1);
    });
}

impl Actor {
    /// Runs a test of this folder.
    pub(super) fn start(test: &str, root: &Path, number: u64) -> Self {
        let test = format!("concurrency::{test}");
        let mut command = again(&test);
        command.env(STORE, root).env(NUMBER, number.to_string());
        Self::of(command, test)
    }

    /// Runs a command, which runs the test.
    pub(crate) fn of(mut command: Command, test: impl Into<String>) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let input = child.stdin.take().unwrap();
        let (sender, said) = channel();
        thread::spawn(move || {
            let mut said = lines.filter_map(|line| Some(line.strip_prefix("> ")?.to_owned()));
            said.try_for_each(|line| sender.send(line))
        });
        Self { test: test.into(), child, input, said }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its next line; `None` once it has ended.
    pub(super) fn hear(&mut self) -> Option<String> {
        match self.said.recv_timeout(patience()) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("{} has said nothing for {:?}", self.test, patience()),
        }
    }

    /// Waits until it has said exactly this line.
    pub(crate) fn until(&mut self, said: &str) {
        while self.hear().unwrap_or_else(|| panic!("{} ended and did not say `{said}`", self.test)) != said {}
    }

    /// Sends it a line.
    pub(super) fn tell(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    /// Stops it, as Ctrl-Z does, and waits until it is stopped.
    pub(super) fn stop(&self) {
        self.signal("STOP");
        let begun = Instant::now();
        while !self.is_stopped() {
            assert!(begun.elapsed() < patience(), "{} has not stopped", self.test);
            thread::yield_now();
        }
    }

    pub(super) fn wake(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let sent = tool("sh").args(["-c", &format!("kill -{name} {}", self.pid())]).status().unwrap();
        assert!(sent.success());
    }

    fn is_stopped(&self) -> bool {
        let state = tool("ps").args(["-o", "stat=", "-p", &self.pid().to_string()]).output().unwrap();
        state.stdout.starts_with(b"T")
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it ends by itself.
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
