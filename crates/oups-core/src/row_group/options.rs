//! What is asked of a row group file, and what it must agree with.

use std::ops::Range;

use crate::ordered::OrdValue;

/// What the manifest says of a file, and the file must agree with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowGroupFacts {
    /// Rows.
    pub rows: u64,
    /// Length in bytes.
    pub bytes: u64,
    /// The smallest ordered value.
    pub min: OrdValue,
    /// The largest ordered value.
    pub max: OrdValue,
}

/// In which of a dataset's two Arrow schemas the rows are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The dataset's own, dictionaries kept: for readers.
    Stored,
    /// Dictionaries unpacked: for merging.
    Plain,
}

/// Which rows and columns are to be decoded, and how many rows at a time.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The wanted columns by position, each at most once, in the wanted order; `None` is all of them.
    pub columns: Option<Vec<usize>>,
    /// The wanted ranges of rows, ascending and not overlapping; `None` is all rows.
    pub rows: Option<Vec<Range<u64>>>,
    /// Rows of a batch, at most.
    pub batch_rows: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { columns: None, rows: None, batch_rows: 32 << 10 }
    }
}
