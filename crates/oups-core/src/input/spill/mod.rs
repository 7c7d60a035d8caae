//! Rows in an unnamed temporary file, in blocks.

pub(crate) mod blocks;
pub(crate) mod file;
pub(crate) mod writer;
