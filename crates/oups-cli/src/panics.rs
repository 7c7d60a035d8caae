//! Catches panics of decoders. A decoder that panics on a damaged file reports an error of the file, not of the
//! program.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

thread_local! {
    /// Whether a panic of this thread is going to be caught.
    static CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// From now on, a panic that is caught prints nothing. All others print as before.
pub(crate) fn listen() {
    let print = take_hook();
    set_hook(Box::new(move |panic| {
        if !CAUGHT.get() {
            print(panic);
        }
    }));
}

/// The result of the work; `None` if it panicked. The work must not leave a shared value half changed; decoders are
/// dropped after a panic.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = CAUGHT.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    CAUGHT.set(before);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_panics_gives_nothing() {
        assert_eq!(caught(|| 1), Some(1));
        assert_eq!(caught(|| caught(|| -> u8 { panic!("inner") }).unwrap_or(2)), Some(2));
        assert!(!CAUGHT.get());
    }
}
