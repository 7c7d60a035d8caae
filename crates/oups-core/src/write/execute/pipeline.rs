//! Runs one stage of a write ahead of the next.

use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread;

use crate::{Error, Result};

/// The most items that wait for the next stage.
const WAITING: usize = 2;

/// Makes items in a thread of their own, a few ahead of `consume`, which gets them in order.
///
/// If `consume` stops early with an error, the thread stops too. If the thread panics, this function panics as well,
/// once `consume` has ended.
///
/// # Errors
///
/// An error of `consume`; [`Error::Io`] if the thread cannot be started.
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
