//! Work on a store that changes nothing in it: verifications and exports.

use std::ops::ControlFlow;

use crate::write::progress::{Listener, Progress};

/// Work on a store that has not begun yet, and changes nothing in it: its `run` does it. `W` says which.
///
/// It owns all that it needs, so it can go to another thread.
#[derive(Debug)]
#[must_use = "nothing happens before `run`"]
pub struct Task<W> {
    /// What is to be done.
    pub(crate) of: W,
    pub(crate) listener: Listener,
}

impl<W> Task<W> {
    pub(crate) fn new(of: W) -> Self {
        Self { of, listener: Listener::default() }
    }

    /// Is told after every few row groups how far it is. A `Break` stops it with an error, and leaves nothing behind:
    /// [`Error::Stopped`](crate::Error::Stopped) for a verification, [`Error::ExportStopped`](crate::Error::ExportStopped)
    /// for an export.
    pub fn progress(mut self, each: impl FnMut(&Progress) -> ControlFlow<()> + Send + 'static) -> Self {
        self.listener = Listener::new(each);
        self
    }
}
