//! The progress of a change, a verification or an export. A listener may stop it.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::{Error, Result};

/// The progress of a change, a verification or an export.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The current phase.
    pub phase: Phase,
    /// The path text of the dataset; `None` if it is about all datasets together.
    pub dataset: Option<Arc<str>>,
    /// How much of the phase is done, in the units of the [`Phase`].
    pub done: u64,
    /// How much the whole phase has to do; `None` if that is not known.
    pub total: Option<u64>,
}

/// A phase of a change, a verification or an export, and the unit of its progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Waits while another writer has the dataset. Counts milliseconds; the total is the time-out. Reported every 50
    /// ms.
    Waiting,
    /// Reads and checks the input. Counts rows.
    Reading,
    /// Makes row groups of stored and new rows. Counts rows, also those that do not stay.
    Merging,
    /// Makes the new version visible. Counts row group files: reports 0 before the commit point, and all of them after
    /// it.
    Publishing,
    /// Copies row group files. Counts bytes.
    Copying,
    /// Reads and checks row group files. Counts bytes.
    Verifying,
}

type Told = Box<dyn FnMut(&Progress) -> ControlFlow<()> + Send>;

/// The listener, if the caller gave one. Clones share it, so that threads that share the work report to the same
/// listener.
#[derive(Clone, Default)]
pub(crate) struct Listener(Option<Arc<Shared>>);

struct Shared {
    told: Mutex<Told>,
    stopped: AtomicBool,
}

impl Listener {
    pub(crate) fn new(told: impl FnMut(&Progress) -> ControlFlow<()> + Send + 'static) -> Self {
        Self(Some(Arc::new(Shared { told: Mutex::new(Box::new(told)), stopped: AtomicBool::new(false) })))
    }

    pub(crate) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// Whether it has answered `Break`. Then it is not called again, and the remaining work is not done.
    pub(crate) fn has_stopped(&self) -> bool {
        self.0.as_ref().is_some_and(|shared| shared.stopped.load(Ordering::Acquire))
    }

    /// Reports progress. The answer says whether to go on.
    pub(crate) fn tell(
        &self,
        phase: Phase,
        dataset: Option<&Arc<str>>,
        done: u64,
        total: Option<u64>,
    ) -> ControlFlow<()> {
        let Some(shared) = &self.0 else { return ControlFlow::Continue(()) };
        let mut told = shared.told.lock().unwrap_or_else(PoisonError::into_inner);
        // Checked under the lock: another thread may have got a `Break` while this one waited for it.
        if self.has_stopped() {
            return ControlFlow::Break(());
        }
        let progress = Progress { phase, dataset: dataset.cloned(), done, total };
        let answer = told(&progress);
        if answer.is_break() {
            shared.stopped.store(true, Ordering::Release);
        }
        answer
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_there() { "Listener" } else { "nobody" })
    }
}

/// Reports the progress of one dataset.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    listener: Listener,
    dataset: Arc<str>,
}

impl Watch {
    pub(crate) fn new(listener: &Listener, dataset: &str) -> Self {
        Self { listener: listener.clone(), dataset: dataset.into() }
    }

    /// Reports progress before the commit point; for after it, see [`has_happened`](Self::has_happened).
    ///
    /// # Errors
    ///
    /// [`Error::Stopped`] if the answer is to stop.
    pub(crate) fn tell(&self, phase: Phase, done: u64, total: Option<u64>) -> Result<()> {
        match self.listener.tell(phase, Some(&self.dataset), done, total) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(self.stopped()),
        }
    }

    /// Reports that the new version is visible. A `Break` comes too late for this dataset.
    pub(crate) fn has_happened(&self, files: u64) {
        let _ = self.listener.tell(Phase::Publishing, Some(&self.dataset), files, Some(files));
    }

    pub(crate) fn has_stopped(&self) -> bool {
        self.listener.has_stopped()
    }

    pub(crate) fn stopped(&self) -> Error {
        Error::Stopped { dataset: self.dataset.to_string(), by: None }
    }

    /// Reports a wait for the lock. `None` without a listener; then the operating system can wait.
    pub(crate) fn waiting(&self, limit: Option<Duration>) -> Option<impl Fn(Duration) -> Result<()> + use<>> {
        let watch = self.clone();
        let told = move |waited| watch.tell(Phase::Waiting, in_millis(waited), limit.map(in_millis));
        self.listener.is_there().then_some(told)
    }
}

fn in_millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Counts the work on one dataset, and reports each step.
#[derive(Debug)]
pub(crate) struct Steps {
    watch: Watch,
    phase: Phase,
    /// Locked while it is reported, so that the reports of several threads ascend.
    done: Mutex<u64>,
    total: Option<u64>,
}

impl Steps {
    pub(crate) fn new(watch: &Watch, phase: Phase, total: Option<u64>) -> Self {
        Self { watch: watch.clone(), phase, done: Mutex::new(0), total }
    }

    /// Counts more work as done, and reports it.
    ///
    /// # Errors
    ///
    /// [`Error::Stopped`] if the answer is to stop.
    pub(crate) fn add(&self, more: u64) -> Result<()> {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        *done = done.saturating_add(more);
        self.watch.tell(self.phase, *done, self.total)
    }
}
