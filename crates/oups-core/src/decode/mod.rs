//! Stored bytes to rows: one Parquet file with one row group, checked against what the manifest says of it.
//!
//! Everything that decodes stored bytes goes through [`guard`]: the parquet crate panics on some damaged files, and a
//! damaged file must be an error.

mod adapt;
mod batches;
mod bounds;
mod bytes;
mod file;
mod footers;
mod guard;
mod pages;
mod part;
mod prune;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use batches::Batches;
pub use bounds::ValueBounds;
pub(crate) use file::footer_pairs;
pub use file::{FileFacts, ReadOptions, RowGroupFile, View};
pub(crate) use footers::Footers;
pub(crate) use guard::DecodeError;
pub use guard::guard;
pub use part::ColumnPart;
pub use prune::OrdRange;
