//! How a row group file is read, and the facts that it must agree with.

use std::ops::Range;

use crate::ordered::OrdValue;

/// The manifest's facts of a file. The file must agree with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowGroupFacts {
    /// The number of rows.
    pub(crate) rows: u64,
    /// The length of the file in bytes.
    pub(crate) bytes: u64,
    /// The smallest ordered value.
    pub(crate) min: OrdValue,
    /// The largest ordered value.
    pub(crate) max: OrdValue,
}

/// Which of a dataset's two Arrow schemas the rows are read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// The stored one, with dictionaries: for readers.
    Stored,
    /// The plain one, without dictionaries: for merging.
    Plain,
}

/// The rows and columns to decode, and how many rows at a time: for [`RowGroupFile::batches`]. The default is all rows of
/// all columns, 32,768 rows at a time.
///
/// ```
/// # use oups_core::row_group::ReadOptions;
/// let options = ReadOptions::new().columns([2, 0]).rows([10..20, 500..600]).batch_rows(64);
/// ```
///
/// [`RowGroupFile::batches`]: super::RowGroupFile::batches
#[derive(Clone, Debug)]
#[must_use]
pub struct ReadOptions {
    pub(crate) columns: Option<Vec<usize>>,
    pub(crate) rows: Option<Vec<Range<u64>>>,
    pub(crate) batch_rows: usize,
}

impl ReadOptions {
    /// All rows and columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// The wanted columns by their position in the dataset's schema, in the wanted order.
    pub fn columns(mut self, positions: impl Into<Vec<usize>>) -> Self {
        self.columns = Some(positions.into());
        self
    }

    /// The wanted ranges of rows, ascending and not overlapping, counted from the row group's first row.
    pub fn rows(mut self, ranges: impl Into<Vec<Range<u64>>>) -> Self {
        self.rows = Some(ranges.into());
        self
    }

    /// The most rows of a batch.
    pub fn batch_rows(mut self, at_most: usize) -> Self {
        self.batch_rows = at_most;
        self
    }
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { columns: None, rows: None, batch_rows: 32 << 10 }
    }
}
