//! How a row group file is read, and the facts that it must agree with.

use std::ops::Range;

use crate::ordered::OrdValue;

/// The manifest's facts of a file. The file must agree with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowGroupFacts {
    /// The number of rows.
    pub rows: u64,
    /// The length of the file in bytes.
    pub bytes: u64,
    /// The smallest ordered value.
    pub min: OrdValue,
    /// The largest ordered value.
    pub max: OrdValue,
}

/// Which of a dataset's two Arrow schemas the rows are read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The stored one, with dictionaries: for readers.
    Stored,
    /// The plain one, without dictionaries: for merging.
    Plain,
}

/// The rows and columns to decode, and how many rows at a time.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The wanted columns by position, each at most once, in the wanted order; `None`: all columns.
    pub columns: Option<Vec<usize>>,
    /// The wanted ranges of rows, ascending and not overlapping; `None`: all rows.
    pub rows: Option<Vec<Range<u64>>>,
    /// The most rows of a batch.
    pub batch_rows: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { columns: None, rows: None, batch_rows: 32 << 10 }
    }
}
