//! A mutex that nobody waits for.

use std::sync::{Mutex, TryLockError};

/// A value that several threads share and each can do without. A thread that finds it in use goes on without it.
/// Waiting could last for ever: in a forked child, the thread that held the mutex may not exist.
#[derive(Debug, Default)]
pub(crate) struct TryMutex<T>(Mutex<T>);

impl<T> TryMutex<T> {
    pub(crate) fn new(shared: T) -> Self {
        Self(Mutex::new(shared))
    }

    /// Runs `act` on the value. If another thread holds it, does nothing and returns `None`.
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> Option<R> {
        match self.0.try_lock() {
            Ok(mut shared) => Some(act(&mut shared)),
            Err(TryLockError::Poisoned(shared)) => Some(act(&mut shared.into_inner())),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}
