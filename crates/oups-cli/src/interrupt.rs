//! Ctrl-C, and the other signals that ask a program to end. The program ends at once and says what has become of the
//! data.
//!
//! A store can be left at any moment: a commit has happened or has not, and the next writer clears away what a dead one
//! left. So the program waits for nothing. What has become of the data depends on how far the command is. The command
//! notes that here, and the message is printed with the note locked, so that the command cannot go on meanwhile.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::exit;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tempfile::NamedTempFile;

use crate::terminal::message::message;

const MAYBE: &str = "each dataset is as it was or completely changed, and nothing needs repair";

static NOTE: Mutex<Note> = Mutex::new(Note { phase: Phase::Changing(None), unfinished: None });
/// The signal that asked the program to stop; 0 without one.
static ASKED: AtomicI32 = AtomicI32::new(0);

struct Note {
    phase: Phase,
    /// A temporary file that is removed on the way out: before it is complete, it is useless.
    unfinished: Option<PathBuf>,
}

enum Phase {
    /// Nothing has been changed yet.
    Unchanged,
    /// A commit may have happened. The text says what is known of it.
    Changing(Option<String>),
    /// The command itself looks whether it must stop, and clears up.
    Stopping,
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
    let second = ASKED.swap(signal, Ordering::AcqRel) != 0;
    let what = match &note.phase {
        Phase::Unchanged => "nothing was changed",
        Phase::Changing(what) => what.as_deref().unwrap_or(MAYBE),
        Phase::Stopping if !second => return,
        Phase::Stopping => "what is unfinished stays under the name of an incomplete copy, and may be deleted",
    };
    if io::stderr().is_terminal() {
        // The progress bar and the terminal's `^C` stand on this line.
        let _ = writeln!(io::stderr());
    }
    message(format_args!("interrupted: {what}"));
    if let Some(file) = &note.unfinished {
        let _ = std::fs::remove_file(file);
    }
    exit(code_of(signal).into());
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
    note().phase = Phase::Unchanged;
}

/// Notes that a commit may happen from now on, and what to say then.
pub(crate) fn changing(what: String) {
    note().phase = Phase::Changing(Some(what));
}

/// Notes that the command looks at [`was_asked`] from now on.
pub(crate) fn stopping() {
    note().phase = Phase::Stopping;
}

/// Whether a signal has asked the program to stop.
pub(crate) fn was_asked() -> bool {
    code().is_some()
}

/// The exit code of a command that stopped because a signal asked for it; `None` if none did.
pub(crate) fn code() -> Option<u8> {
    let signal = ASKED.load(Ordering::Acquire);
    (signal != 0).then(|| code_of(signal))
}

/// Rows that are read before a commit can happen.
pub(crate) struct UntilRead<R> {
    inner: R,
    then: String,
}

/// Notes that nothing is changed until all rows are read. From then on, `then` says what is known.
pub(crate) fn until_read<R>(inner: R, then: String) -> UntilRead<R> {
    unchanged();
    UntilRead { inner, then }
}

impl<R: RecordBatchReader> Iterator for UntilRead<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.inner.next();
        if next.is_none() {
            changing(self.then.clone());
        }
        next
    }
}

impl<R: RecordBatchReader> RecordBatchReader for UntilRead<R> {
    fn schema(&self) -> SchemaRef {
        self.inner.schema()
    }
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
