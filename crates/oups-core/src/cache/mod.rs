//! Caches in memory. They are bounded, a forked child does not wait for one, and a miss is always correct.

pub(crate) mod recent;
pub(crate) mod try_mutex;
