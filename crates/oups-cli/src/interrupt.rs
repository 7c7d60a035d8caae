//! Ctrl-C: the program ends, and says what has become of the data.
//!
//! A store can be left at any moment: a commit has happened or it has not, and the next writer clears away what a dead one
//! left. So nothing is waited for. What has become of the data depends on how far the command is, which it notes here;
//! whoever tells of it holds the note, so that the command cannot go on in between.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use crate::exit::message;

/// The exit code, as shells have it for a program that died of Ctrl-C.
pub(crate) const CODE: u8 = 130;

const MAYBE: &str = "each dataset is as it was or completely changed, and nothing needs repair";

static NOTE: Mutex<Note> = Mutex::new(Note { phase: Phase::Changing(None), unfinished: None });
static ASKED: AtomicBool = AtomicBool::new(false);

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

/// From now on, Ctrl-C is told of.
pub(crate) fn watch() {
    // Who started the program so that Ctrl-C is ignored wants it so. Without a handler, the program just dies.
    let _ = ctrlc::try_set_handler(|| {
        let note = note();
        let second = ASKED.swap(true, Ordering::AcqRel);
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
        exit(CODE.into());
    });
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
    ASKED.load(Ordering::Acquire)
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

/// Notes a file that is worth nothing before it is complete.
pub(crate) fn unfinished(file: &Path) -> Unfinished {
    note().unfinished = Some(file.to_owned());
    Unfinished
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        note().unfinished = None;
    }
}
