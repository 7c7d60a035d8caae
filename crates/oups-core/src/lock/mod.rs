//! Locks: one writer a dataset, any number of readers, none of them stolen and none that outlives its process.

mod mark;
mod open;
mod pin;
mod process;
mod writer;

pub(crate) use open::{Take, open_locked};
pub(crate) use pin::{Pin, pinned_commits};
pub(crate) use process::Owner;
pub(crate) use writer::{Left, WriterLock};
