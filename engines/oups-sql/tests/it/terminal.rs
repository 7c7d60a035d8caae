//! A program at a terminal, as a person has it.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::thread::spawn;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::termios::{LocalFlags, tcgetattr};
use regex::Regex;

use crate::program::until;
use crate::sandbox::Sandbox;

/// The limit of a wait: longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Keys.
pub(crate) const CTRL_C: &str = "\x03";
pub(crate) const CTRL_D: &str = "\x04";
pub(crate) const UP: &str = "\x1b[A";

/// A program that runs at a terminal of its own.
pub(crate) struct Terminal {
    keys: PtyMaster,
    /// Keeps the terminal once the program has ended, so that its mode can be looked at.
    slave: File,
    pub(crate) child: Child,
    output: Receiver<Vec<u8>>,
    bytes: Vec<u8>,
    /// What is shown, without what steers the terminal, and how much of it was waited for.
    shown: String,
    seen: usize,
}

impl Terminal {
    /// Runs a line of a shell at a terminal with 100 columns.
    pub(crate) fn run(sandbox: &Sandbox, line: &str) -> Self {
        let keys = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC).unwrap();
        grantpt(&keys).unwrap();
        unlockpt(&keys).unwrap();
        let flags = OFlag::O_NOCTTY.bits();
        let path = ptsname_r(&keys).unwrap();
        let slave = File::options().read(true).write(true).custom_flags(flags).open(path).unwrap();
        // A session of its own, with this terminal: without it, no key sends a signal.
        let mut command: Command = sandbox.program("setsid");
        command.args(["--ctty", "sh", "-c", &format!("stty cols 100 rows 40; exec {line}")]).env("TERM", "xterm");
        let stream = || slave.try_clone().unwrap();
        command.stdin(stream()).stdout(stream()).stderr(stream());
        let child = command.spawn().unwrap();
        let (sender, output) = channel();
        let mut reader = File::from(std::os::fd::AsFd::as_fd(&keys).try_clone_to_owned().unwrap());
        spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { keys, slave, child, output, bytes: Vec::new(), shown: String::new(), seen: 0 }
    }

    /// The shell on the weather, once its prompt is there.
    pub(crate) fn shell(sandbox: &Sandbox, options: &str) -> Self {
        let mut terminal = Self::run(sandbox, &format!("oups-sql weather {options}"));
        terminal.prompt();
        terminal
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Types a line.
    pub(crate) fn enter(&mut self, line: &str) -> &mut Self {
        self.press(line).press("\r")
    }

    /// Waits until the text is shown, behind all that was waited for before. Returns what is shown up to it.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.shown[self.seen..].find(text) {
                let found = self.shown[self.seen..][..at + text.len()].to_owned();
                self.seen += at + text.len();
                return found;
            }
            let rest = end.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(rest) {
                Ok(bytes) => self.show(&bytes),
                Err(error) => panic!("{text:?} is not shown ({error}): {:?}", &self.shown[self.seen..]),
            }
        }
    }

    /// Waits for the prompt. Returns what is shown before it.
    pub(crate) fn prompt(&mut self) -> String {
        self.wait_for("\noups> ")
    }

    /// Whether the text is shown within a moment. If not, a moment has passed.
    pub(crate) fn shows(&mut self, text: &str) -> bool {
        let end = Instant::now() + Duration::from_secs(1);
        while !self.shown[self.seen..].contains(text) {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.show(&bytes),
                Err(_) => return false,
            }
        }
        true
    }

    fn show(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        let steering = Regex::new(r"\x1b\[[0-9;?]*[A-Za-z]|\r").unwrap();
        self.shown = steering.replace_all(&String::from_utf8_lossy(&self.bytes), "").into_owned();
    }

    /// Whether a program edits lines, which is not the mode of other programs.
    pub(crate) fn is_edited(&self) -> bool {
        !tcgetattr(&self.slave).unwrap().local_flags.contains(LocalFlags::ISIG)
    }

    /// Waits for the end of the program. Returns its exit code.
    pub(crate) fn end(mut self) -> Option<i32> {
        let mut ended = None;
        let child = &mut self.child;
        until("the program ends", || {
            ended = child.try_wait().unwrap();
            ended.is_some()
        });
        ended.unwrap().code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Of a test that failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
