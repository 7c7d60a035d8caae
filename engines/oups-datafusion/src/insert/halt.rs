//! Asks a running insert to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use datafusion::execution::TaskContext;
use tokio::sync::Notify;

/// Asks the inserts of a session to stop, as an extension of its configuration. Unlike an insert that is dropped, one that is
/// asked says what has become of it: it succeeds if all was written by then, and fails otherwise. Then
/// [`done_in_part`](crate::done_in_part) says which datasets are written; if it says nothing, none is, unless the error of oups
/// says that this is not known.
///
/// ```
/// # use std::sync::Arc;
/// let halt = Arc::new(oups_datafusion::Halt::default());
/// let config = oups_datafusion::session_config().with_extension(halt.clone());
/// // From a handler of Ctrl-C:
/// halt.ask();
/// assert!(halt.is_asked());
/// ```
#[derive(Debug, Default)]
pub struct Halt {
    is_asked: AtomicBool,
    told: Notify,
}

impl Halt {
    /// The one of the session; one that nobody asks if it has none.
    pub(super) fn of(context: &TaskContext) -> Arc<Self> {
        context.session_config().get_extension().unwrap_or_default()
    }

    /// Asks. There is no way back: the next statement needs another `Halt`.
    pub fn ask(&self) {
        self.is_asked.store(true, Ordering::Release);
        self.told.notify_waiters();
    }

    /// Whether somebody has asked.
    pub fn is_asked(&self) -> bool {
        self.is_asked.load(Ordering::Acquire)
    }

    /// Waits until somebody asks.
    pub async fn asked(&self) {
        // Made before the look, so that it is told of what comes after it.
        let told = self.told.notified();
        if !self.is_asked() {
            told.await;
        }
    }
}
