//! Locks: one writer a dataset, any number of readers, none of them stolen and none that outlives its process.

mod idle;
mod mark;
mod open;
mod pin;
mod pinned;
mod process;
mod writer;

pub(crate) use idle::Idle;
pub(crate) use mark::Mark;
pub(crate) use open::{Take, open_locked};
pub(crate) use pin::{IdlePins, Pin};
pub(crate) use pinned::{SeenPin, is_read, pin_files, pinned_commits};
pub(crate) use process::Owner;
pub(crate) use writer::{Left, Patience, WriterLock, is_marked};
