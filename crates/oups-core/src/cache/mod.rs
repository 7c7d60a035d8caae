//! What is kept in memory for the next call: bounded, never waited for, a miss is always correct.

pub(crate) mod recent;
pub(crate) mod try_mutex;
