//! One stage of a write ahead of the next.

use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread;

use crate::{Error, Result};

/// Batches that wait for the next stage, at most.
const WAITING: usize = 2;

/// Makes items in a thread of their own, a few ahead of `consume`, which gets them in order.
///
/// Where `consume` stops early, by an error, so do they. A panic in their making is one here, once `consume` has ended.
///
/// # Errors
///
/// Those of `consume`; [`Error::Io`] where no thread can be had.
pub(super) fn ahead<T: Send, R>(
    items: impl Iterator<Item = Result<T>> + Send,
    consume: impl FnOnce(&mut dyn Iterator<Item = Result<T>>) -> Result<R>,
) -> Result<R> {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(WAITING);
        let make = move || items.map(|item| sender.send(item)).take_while(Result::is_ok).for_each(drop);
        let thread = thread::Builder::new().name("oups merge".to_owned()).spawn_scoped(scope, make);
        let thread =
            thread.map_err(|source| Error::Io { action: "start a thread for", path: "a merge".into(), source })?;
        let mut items = receiver.into_iter();
        let result = consume(&mut items);
        drop(items);
        thread.join().map_err(|panic| resume_unwind(panic)).and(result)
    })
}
