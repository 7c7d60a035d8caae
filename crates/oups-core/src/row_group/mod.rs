//! One row group file: a Parquet file with one row group, read, written, and checked against the manifest's facts.
//!
//! Everything that decodes stored bytes goes through `guard`: the parquet crate panics on some damaged
//! files, and a damaged file must be an error.

mod adapter;
mod batches;
mod column_size;
mod column_statistics;
mod file;
mod footer_cache;
pub(crate) mod options;
mod pages;
pub(crate) mod projection;
mod pruning;
mod statistics;
mod stored_bytes;
pub(crate) mod writer;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use batches::RowGroupBatches;
pub use column_size::ColumnPart;
pub use column_statistics::{ColumnStatistics, Known};
pub use file::RowGroupFile;
pub use options::ReadOptions;
pub use statistics::ValueBounds;

pub(crate) use file::footer_pairs;
pub(crate) use footer_cache::Footers;
pub(crate) use options::{RowGroupFacts, View};
