//! The workloads, one a file.

pub(crate) mod append;
pub(crate) mod asof;
pub(crate) mod bounded;
pub(crate) mod bulk;
pub(crate) mod cross;
pub(crate) mod discover;
pub(crate) mod groups;
pub(crate) mod ingest;
pub(crate) mod keys;
pub(crate) mod limits;
pub(crate) mod ordered;
pub(crate) mod range;
pub(crate) mod scan;
pub(crate) mod upsert;
