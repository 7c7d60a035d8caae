//! How far a change, a verification or an export is; who listens may stop it.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::{Error, Result};

/// How far a change, a verification or an export is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// The path text of the dataset; none where it is about all of them.
    pub dataset: Option<Arc<str>>,
    /// How much of the phase is done, in what [`Phase`] counts.
    pub done: u64,
    /// How much there is to do, where that is known.
    pub total: Option<u64>,
}

/// What a change, a verification or an export is doing, and what it counts meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Another writer has the dataset. Counts milliseconds; the total is the time-out. Told every 50 ms.
    Waiting,
    /// The input is read and checked. Counts rows.
    Reading,
    /// Stored and new rows become row groups. Counts rows, those that do not stay too.
    Merging,
    /// The new version is made visible. Counts row group files: 0 is told before the commit point, all of them after it.
    Publishing,
    /// Row group files are copied. Counts bytes.
    Copying,
    /// Row group files are read and checked. Counts bytes.
    Verifying,
}

type Told = Box<dyn FnMut(&Progress) -> ControlFlow<()> + Send>;

/// Who is told of progress, if anybody is. Clones are one: threads that share the work tell the same.
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

    /// Whether it has answered `Break`. It is not asked again then: what is still to be done is not.
    pub(crate) fn has_stopped(&self) -> bool {
        self.0.as_ref().is_some_and(|shared| shared.stopped.load(Ordering::Acquire))
    }

    /// Tells it; the answer is whether to go on.
    pub(crate) fn tell(
        &self,
        phase: Phase,
        dataset: Option<&Arc<str>>,
        done: u64,
        total: Option<u64>,
    ) -> ControlFlow<()> {
        let Some(shared) = &self.0 else { return ControlFlow::Continue(()) };
        let mut told = shared.told.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked at under the lock: another thread may have had its `Break` while this one waited.
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

/// What is told of one dataset.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    listener: Listener,
    dataset: Arc<str>,
}

impl Watch {
    pub(crate) fn new(listener: &Listener, dataset: &str) -> Self {
        Self { listener: listener.clone(), dataset: dataset.into() }
    }

    /// # Errors
    ///
    /// [`Error::Stopped`] if the answer is to stop. Before the commit point only: see [`has_happened`](Self::has_happened).
    pub(crate) fn tell(&self, phase: Phase, done: u64, total: Option<u64>) -> Result<()> {
        match self.listener.tell(phase, Some(&self.dataset), done, total) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(self.stopped()),
        }
    }

    /// The new version is visible: for this dataset, an answer comes too late.
    pub(crate) fn has_happened(&self, files: u64) {
        let _ = self.listener.tell(Phase::Publishing, Some(&self.dataset), files, Some(files));
    }

    pub(crate) fn has_stopped(&self) -> bool {
        self.listener.has_stopped()
    }

    pub(crate) fn stopped(&self) -> Error {
        Error::Stopped { dataset: self.dataset.to_string(), by: None }
    }

    /// What a wait for the lock tells; none where nobody listens, which lets the operating system wait.
    pub(crate) fn waiting(&self, limit: Option<Duration>) -> Option<impl Fn(Duration) -> Result<()> + use<>> {
        let watch = self.clone();
        let told = move |waited| watch.tell(Phase::Waiting, in_millis(waited), limit.map(in_millis));
        self.listener.is_there().then_some(told)
    }
}

fn in_millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Work on one dataset that is told in steps.
#[derive(Debug)]
pub(crate) struct Steps {
    watch: Watch,
    phase: Phase,
    /// Held while it is told, so that of several threads none tells less than one before.
    done: Mutex<u64>,
    total: Option<u64>,
}

impl Steps {
    pub(crate) fn new(watch: &Watch, phase: Phase, total: Option<u64>) -> Self {
        Self { watch: watch.clone(), phase, done: Mutex::new(0), total }
    }

    /// So much more is done.
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
