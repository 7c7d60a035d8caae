//! Reads of one dataset: scan tasks are decoded, filtered and handed out as batches.

pub(crate) mod batches;
pub(crate) mod collect;
pub(crate) mod dataset;
pub(crate) mod decode;
pub(crate) mod filtered;
pub(crate) mod gather;
pub(crate) mod prefetch;
pub(crate) mod task;
