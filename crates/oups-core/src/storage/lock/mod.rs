//! Locks: one writer of a dataset, any number of readers. No lock is ever stolen, and none outlives its process.

mod open;
mod owner;
mod pin;
mod quiet;
mod seen;
mod writer;

pub(crate) use open::{Take, open_locked};
pub(crate) use pin::{IdlePins, Pin};
pub(crate) use quiet::Quiet;
pub(crate) use seen::{SeenPin, is_read, pin_files, pinned_commits};
pub(crate) use writer::{Left, Patience, WriterLock, is_marked};
