//! Ctrl-C, and the other signals that ask a program to end: it does, and says what has become of the data.
//!
//! A store can be left at any moment: a commit has happened or it has not, and the next writer clears away what a dead one
//! left. So nothing is waited for. What has become of the data depends on how far the command is, which it notes here;
//! whoever tells of it holds the note, so that the command cannot go on in between.

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
/// The signal that asked the program to stop; 0 if none has.
static ASKED: AtomicI32 = AtomicI32::new(0);

struct Note {
    phase: Phase,
    /// A file that is worth nothing before it is complete.
    unfinished: Option<PathBuf>,
}

enum Phase {
    /// Nothing is changed yet.
    Unchanged,
    /// A commit may have happened, with what there is to say of it.
    Changing(Option<String>),
    /// The command looks whether it is to stop, and clears up.
    Stopping,
}

/// From now on, the end that a signal asks for is told of. Who started the program so that a signal is ignored, as `nohup`
/// and the background jobs of scripts do, wants it so: it stays ignored.
pub(crate) fn watch() {
    // Where no handler can be had, the program just dies.
    let _ = ctrlc::try_set_handler(|| end(SIGINT));
    let others: Vec<i32> = [SIGTERM, SIGHUP].into_iter().filter(|&signal| !is_ignored(signal)).collect();
    let (listening, is_listening) = mpsc::channel();
    let listen = move || {
        // In the thread that listens: without one, the signals must stay as they are.
        let Ok(mut signals) = Signals::new(others) else { return };
        drop(listening);
        signals.forever().for_each(end);
    };
    if thread::Builder::new().name("signals".to_owned()).spawn(listen).is_ok() {
        let _: Result<(), _> = is_listening.recv();
    }
}

/// Whether the program was started so that the signal is ignored. Where the system does not tell, hanging up is taken to be:
/// it is what `nohup` is for.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.map_or(signal == SIGHUP, |mask| mask >> (signal - 1) & 1 == 1)
}

/// Ends the program as the signal asks, or leaves that to a command that looks for it.
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
        // After the bar, and the `^C` that the terminal shows.
        let _ = writeln!(io::stderr());
    }
    message(format_args!("interrupted: {what}"));
    if let Some(file) = &note.unfinished {
        let _ = std::fs::remove_file(file);
    }
    exit(code_of(signal).into());
}

/// The exit code, as shells have it for a program that died of the signal: 130 for Ctrl-C.
fn code_of(signal: i32) -> u8 {
    128_u8.saturating_add(u8::try_from(signal).unwrap_or_default())
}

fn note() -> MutexGuard<'static, Note> {
    NOTE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The command changes nothing, or has not begun to.
pub(crate) fn unchanged() {
    note().phase = Phase::Unchanged;
}

/// From now on a commit may happen.
pub(crate) fn changing(what: String) {
    note().phase = Phase::Changing(Some(what));
}

/// From now on the command looks at [`was_asked`].
pub(crate) fn stopping() {
    note().phase = Phase::Stopping;
}

/// Whether the program is to stop.
pub(crate) fn was_asked() -> bool {
    code().is_some()
}

/// The exit code of a command that has stopped because it was asked to.
pub(crate) fn code() -> Option<u8> {
    let signal = ASKED.load(Ordering::Acquire);
    (signal != 0).then(|| code_of(signal))
}

/// Rows that are read before a commit can happen.
pub(crate) struct UntilRead<R> {
    inner: R,
    then: String,
}

/// Notes that nothing is changed until all rows are read; what there is to say afterwards is `then`.
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

/// As long as it lives, an interrupted program removes the file.
pub(crate) struct Unfinished;

/// Makes a file that is worth nothing before it is complete. It is noted from its first moment: who ends the program waits
/// for the note.
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
