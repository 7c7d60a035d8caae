//! Caches in memory. They are bounded, nobody waits for one, and a miss is always correct.

pub(crate) mod recent;
pub(crate) mod try_mutex;
