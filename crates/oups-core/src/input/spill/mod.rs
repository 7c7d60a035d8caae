//! Rows in an unnamed temporary file, block after block.

pub(crate) mod blocks;
pub(crate) mod file;
pub(crate) mod writer;
