//! The formats of `docs/format.md`, as values and bytes. Nothing here opens a file of a store.

pub(crate) mod checksum;
pub(crate) mod footer;
pub(crate) mod manifest;
pub(crate) mod mark;
pub(crate) mod pin_text;
pub(crate) mod schema_text;
pub(crate) mod seal;
pub(crate) mod store_file;

/// The format version that this library writes, and the newest that it reads.
pub(crate) const FORMAT: u64 = 1;
