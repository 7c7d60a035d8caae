//! A mutex that is never waited for.

use std::sync::{Mutex, TryLockError};

/// Something that several threads share, and each can do without. Whoever finds it in use goes on without it: in a forked
/// child, the thread that held it may not be there to let it go.
#[derive(Debug, Default)]
pub(crate) struct TryMutex<T>(Mutex<T>);

impl<T> TryMutex<T> {
    pub(crate) fn new(shared: T) -> Self {
        Self(Mutex::new(shared))
    }

    /// `None`, and nothing is done, where another thread has it.
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> Option<R> {
        match self.0.try_lock() {
            Ok(mut shared) => Some(act(&mut shared)),
            Err(TryLockError::Poisoned(shared)) => Some(act(&mut shared.into_inner())),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}
