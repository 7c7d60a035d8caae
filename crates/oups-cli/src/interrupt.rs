//! Ctrl-C, and the other signals that ask a program to end. The program says what has become of the data, and ends.
//!
//! A store can be left at any moment: a commit has happened or has not, and the next writer clears away what a dead one
//! left. So most commands end at once. What has become of the data depends on how far the command is. The command
//! notes that here, and the message is printed with the note locked, so that the command cannot go on meanwhile.
//!
//! A command that the library asks whether to go on need not leave anything for the next writer: until its commit point
//! it answers no, and the library clears up.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::exit;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tempfile::NamedTempFile;

use crate::terminal::message::message;

const MAYBE: &str = "each dataset is as it was or completely changed, and nothing needs repair";

/// What a signal leaves of a command that only reads.
pub const UNCHANGED: &str = "nothing was changed";

static NOTE: Mutex<Note> = Mutex::new(Note { phase: Phase::AtOnce(None), unfinished: None, restore: None });
/// The signal that asked the program to stop; 0 without one.
static ASKED: AtomicI32 = AtomicI32::new(0);

struct Note {
    phase: Phase,
    /// A temporary file that is removed on the way out: before it is complete, it is useless.
    unfinished: Option<PathBuf>,
    /// Gives the terminal back as it was.
    restore: Option<Box<dyn Fn() + Send>>,
}

enum Phase {
    /// A signal ends the program at once. The text says what has become of the data.
    AtOnce(Option<String>),
    /// The command itself looks whether it must stop, and clears up. A second signal ends the program at once, with this
    /// text. The first one calls `wake`, for commands that wait instead of looking.
    Stopping { at_once: String, wake: Option<Box<dyn Fn() + Send>> },
    /// A person types, and Ctrl-C is for the line. Other signals end the program at once, with this text.
    Typing(String),
}

/// From now on, a signal ends the program with a message. A signal that was ignored when the program started, as by
/// `nohup` and in background jobs of scripts, stays ignored.
pub fn watch() {
    // Without a handler, the signal kills the program without a message.
    let _ = ctrlc::try_set_handler(|| end(SIGINT));
    let others: Vec<i32> = [SIGTERM, SIGHUP].into_iter().filter(|&signal| !is_ignored(signal)).collect();
    let (listening, is_listening) = mpsc::channel();
    let listen = move || {
        // In the listening thread: if that cannot be started, the signals must stay as they are.
        let Ok(mut signals) = Signals::new(others) else { return };
        drop(listening);
        signals.forever().for_each(end);
    };
    if thread::Builder::new().name("signals".to_owned()).spawn(listen).is_ok() {
        let _: Result<(), _> = is_listening.recv();
    }
}

/// Whether the signal was ignored when the program started. If the system does not say, SIGHUP is taken to be ignored:
/// `nohup` sets it so.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.map_or(signal == SIGHUP, |mask| mask >> (signal - 1) & 1 == 1)
}

/// Ends the program, or leaves that to a command that looks at [`was_asked`]. A second signal always ends it.
fn end(signal: i32) {
    let note = note();
    if matches!(note.phase, Phase::Typing(_)) && signal == SIGINT {
        return;
    }
    let second = ASKED.swap(signal, Ordering::AcqRel) != 0;
    let what = match &note.phase {
        Phase::AtOnce(what) => what.as_deref().unwrap_or(MAYBE),
        Phase::Stopping { wake, .. } if !second => {
            if let Some(wake) = wake {
                wake();
            }
            return;
        }
        Phase::Stopping { at_once: what, .. } | Phase::Typing(what) => what,
    };
    if let Some(restore) = &note.restore {
        restore();
    }
    tell(what);
    if let Some(file) = &note.unfinished {
        let _ = std::fs::remove_file(file);
    }
    exit(code_of(signal).into());
}

fn tell(what: &str) {
    if io::stderr().is_terminal() {
        // The progress bar and the terminal's `^C` stand on this line.
        let _ = writeln!(io::stderr());
    }
    message(format_args!("interrupted: {what}"));
}

/// The exit code that shells give a program that died of the signal: 130 for Ctrl-C.
fn code_of(signal: i32) -> u8 {
    128_u8.saturating_add(u8::try_from(signal).unwrap_or_default())
}

fn note() -> MutexGuard<'static, Note> {
    NOTE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes that the command has not changed anything yet.
pub fn unchanged() {
    changing(UNCHANGED.to_owned());
}

/// Notes what to say if a signal ends the program from now on.
pub fn changing(what: String) {
    note().phase = Phase::AtOnce(Some(what));
}

/// Notes that the command looks at [`goes_on`] from now on, and what to say if a second signal ends the program all the
/// same.
pub(crate) fn stopping(at_once: impl Into<String>) {
    note().phase = Phase::Stopping { at_once: at_once.into(), wake: None };
}

/// Notes that a person types, so that Ctrl-C does not end the program, and what to say if another signal does.
pub fn typing(what: impl Into<String>) {
    note().phase = Phase::Typing(what.into());
}

/// As [`stopping`], for a command that waits: a signal calls `wake`, and so does one that came before.
pub fn waking(wake: impl Fn() + Send + 'static) {
    let mut note = note();
    if code().is_some() {
        wake();
    }
    note.phase = Phase::Stopping { at_once: MAYBE.to_owned(), wake: Some(Box::new(wake)) };
}

/// Forgets a Ctrl-C that stopped what the program did, so that it goes on with something else. False if another signal asked
/// for the end of the program.
pub fn answered() -> bool {
    ASKED.compare_exchange(SIGINT, 0, Ordering::AcqRel, Ordering::Acquire).is_ok() || code().is_none()
}

/// What to do before a signal ends the program, so that the terminal is left as it was.
pub fn restoring(restore: impl Fn() + Send + 'static) {
    note().restore = Some(Box::new(restore));
}

/// Whether the command goes on: `Break` if a signal has asked it to stop.
pub(crate) fn goes_on() -> ControlFlow<()> {
    if code().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// As [`goes_on`], for the last time before a commit. If it goes on, a signal ends the program at once again, and says
/// this.
pub(crate) fn commits(in_doubt: &str) -> ControlFlow<()> {
    // Under the lock, a signal either came before or finds the note.
    let mut note = note();
    goes_on()?;
    note.phase = Phase::AtOnce(Some(in_doubt.to_owned()));
    ControlFlow::Continue(())
}

/// The error of a command that has stopped because a signal asked for it: what has become of the data.
#[derive(Debug)]
pub struct Interrupted(String);

impl Interrupted {
    /// Nothing was changed.
    pub fn unchanged() -> Self {
        Self(UNCHANGED.to_owned())
    }

    /// What was changed, and what was not.
    pub fn with(what: String) -> Self {
        Self(what)
    }

    /// The error of a change: if a signal has stopped it before it did anything, that.
    pub(crate) fn or(error: oups::Error) -> anyhow::Error {
        match (&error, code()) {
            (oups::Error::Stopped { by: None, .. }, Some(_)) => Self::unchanged().into(),
            _ => error.into(),
        }
    }

    /// Prints it.
    pub fn tell(&self) {
        tell(&self.0);
    }
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "interrupted: {}", self.0)
    }
}

impl std::error::Error for Interrupted {}

/// The exit code of a command that stopped because a signal asked for it; `None` if none did.
pub fn code() -> Option<u8> {
    let signal = ASKED.load(Ordering::Acquire);
    (signal != 0).then(|| code_of(signal))
}

/// As long as this lives, an interrupted program removes the file.
pub(crate) struct Unfinished;

/// Makes a file that is useless before it is complete. The note is locked meanwhile, so that a signal either comes
/// before the file is made or finds it noted.
pub(crate) fn unfinished(make: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<(NamedTempFile, Unfinished)> {
    let mut note = note();
    let file = make()?;
    note.unfinished = Some(file.path().to_owned());
    Ok((file, Unfinished))
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        note().unfinished = None;
    }
}
