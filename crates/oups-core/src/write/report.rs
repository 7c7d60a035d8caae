//! The report of a change.

use crate::version::Version;

/// What a write, a deletion or another commit did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommitReport {
    /// The dataset's version afterwards.
    pub version: Version,
    /// Whether the change made a commit. If there was nothing to change, it did not.
    pub changed: bool,
    /// The number of rows in the row group files that were written: new rows, and stored rows that were merged with
    /// them.
    pub rows_written: u64,
    /// The number of rows that a deletion removed.
    pub rows_deleted: u64,
    /// The number of rows, new and stored ones, that were merged and dropped as duplicates. `docs/duplicates.md` says
    /// which rows count. Merging without new rows drops none.
    pub duplicates_dropped: u64,
    /// The number of row group files that were written.
    pub files_written: usize,
    /// The number of row group files that were replaced.
    pub files_replaced: usize,
}

impl CommitReport {
    /// The report of a change that had nothing to do.
    pub(crate) fn nothing(version: Version) -> Self {
        Self { version, ..Self::default() }
    }
}
