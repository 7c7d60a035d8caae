//! Plans of scans: what a scan will read, decided before it reads. Planning decodes only the pages at the two edges of
//! a range.

pub(crate) mod explain;
pub(crate) mod scan;
pub(crate) mod task;
