//! A mutex that a forked child does not wait for.

use std::process;
use std::sync::{Mutex, PoisonError, TryLockError};

/// A value that several threads share and each can do without.
///
/// Threads of the process that made it take turns. In a forked child, the thread that held the mutex may not exist, and
/// waiting could last for ever: a thread that finds it in use there goes on without it.
#[derive(Debug)]
pub(crate) struct TryMutex<T> {
    shared: Mutex<T>,
    maker: u32,
}

impl<T: Default> Default for TryMutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> TryMutex<T> {
    pub(crate) fn new(shared: T) -> Self {
        Self { shared: Mutex::new(shared), maker: process::id() }
    }

    /// Runs `act` on the value. Does nothing and returns `None` if it is in use, in a process other than the maker's.
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut shared = if process::id() == self.maker {
            self.shared.lock().unwrap_or_else(PoisonError::into_inner)
        } else {
            match self.shared.try_lock() {
                Ok(shared) => shared,
                Err(TryLockError::Poisoned(shared)) => shared.into_inner(),
                Err(TryLockError::WouldBlock) => return None,
            }
        };
        Some(act(&mut shared))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier, mpsc};
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// The limit of a wait: longer than anything takes on a busy machine.
    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn threads_take_turns() {
        let (counted, begin) = (TryMutex::new(0), Barrier::new(4));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    begin.wait();
                    (0..20_000).for_each(|_| counted.with(|count| *count += 1).unwrap());
                });
            }
        });
        assert_eq!(counted.with(|count| *count), Some(80_000), "nobody has gone on without it");
    }

    #[test]
    fn a_forked_child_goes_on_without() {
        let of_parent = Arc::new(TryMutex { shared: Mutex::new(7), maker: process::id() + 1 });
        assert_eq!(of_parent.with(|count| *count), Some(7), "nobody has it");
        let beside = of_parent.clone();
        of_parent.with(|_| {
            let (sender, receiver) = mpsc::channel();
            thread::spawn(move || sender.send(beside.with(|count| *count)));
            assert_eq!(receiver.recv_timeout(PATIENCE), Ok(None), "it is in use");
        });
    }

    #[test]
    fn a_panic_of_one_who_has_it_is_in_nobodys_way() {
        for maker in [process::id(), process::id() + 1] {
            let shared = TryMutex { shared: Mutex::new(7), maker };
            let act = || shared.with(|_| panic!("in the midst"));
            assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(act)).is_err());
            assert_eq!(shared.with(|count| *count), Some(7));
        }
    }
}
