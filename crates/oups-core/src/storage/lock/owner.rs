//! The owner of a guard: the process that made it.

use crate::{Error, Result};

/// The process that took a lock. A forked child inherits the guard's memory and its open file, but must not use them:
/// unlocking or unlinking there would take the lock from the parent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner(u32);

impl Owner {
    pub(crate) fn this_process() -> Self {
        Self(std::process::id())
    }

    pub(crate) fn is_here(self) -> bool {
        self.0 == std::process::id()
    }

    /// Fails in a forked child.
    ///
    /// # Errors
    ///
    /// [`Error::Forked`] in any process but the owner.
    pub(crate) fn check(self) -> Result<()> {
        if self.is_here() { Ok(()) } else { Err(Error::Forked { owner: self.0, user: std::process::id() }) }
    }
}
