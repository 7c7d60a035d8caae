//! Rows to one Parquet file with one row group. The encoder decides nothing about which rows belong together.

mod distinct;
mod props;
mod sample;
mod sink;
mod writer;

#[cfg(test)]
mod tests;

pub(crate) use writer::{Encoded, RowGroupWriter};
