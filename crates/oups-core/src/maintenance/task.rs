//! Tasks that do not change a store: verifications and exports.

use std::ops::ControlFlow;

use crate::write::progress::{Listener, Progress};

/// A task that has not begun yet, and does not change the store. Its `run` does it. `W` is the kind of task.
///
/// It owns all that it needs, so it can be sent to another thread.
#[derive(Debug)]
#[must_use = "nothing happens before `run`"]
pub struct Task<W> {
    /// The kind of task, with its own options.
    pub(crate) of: W,
    pub(crate) listener: Listener,
}

impl<W> Task<W> {
    pub(crate) fn new(of: W) -> Self {
        Self { of, listener: Listener::default() }
    }

    /// Calls `each` with the progress of the task after every few row groups. A `Break` stops the task with an error,
    /// and leaves nothing behind. The error is [`Error::Stopped`](crate::Error::Stopped) for a verification, and
    /// [`Error::ExportStopped`](crate::Error::ExportStopped) for an export.
    pub fn progress(mut self, each: impl FnMut(&Progress) -> ControlFlow<()> + Send + 'static) -> Self {
        self.listener = Listener::new(each);
        self
    }
}
