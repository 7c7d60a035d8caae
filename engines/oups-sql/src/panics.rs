//! Turns panics of the engine into errors: no user sees a panic.

use std::any::Any;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::sync::{Mutex, PoisonError};

/// The message and the place of the last panic. The panic of a worker thread reaches the main thread without its place.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// From now on a panic prints nothing.
pub(crate) fn listen() {
    set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map(|place| format!(" ({place})")).unwrap_or_default();
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(message(panic.payload()) + &place);
    }));
}

/// Runs the work. If it panics, the error is the message of the panic. The work must not leave a shared value half changed.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let last = LAST.lock().unwrap_or_else(PoisonError::into_inner).take();
        last.unwrap_or_else(|| message(&*payload))
    })
}

/// The text of an error that no statement should cause.
pub(crate) fn internal(what: &str) -> String {
    format!("internal error, please report: {what}")
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it has stopped".to_owned())
}
