//! What a scan will read, decided before it reads: no data page is decoded but those at the two edges of a range.

pub(crate) mod explain;
pub(crate) mod scan;
pub(crate) mod task;
