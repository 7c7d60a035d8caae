//! What a change did.

use crate::version::Version;

/// What a write, a deletion or another commit did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommitReport {
    /// The dataset's version afterwards.
    pub version: Version,
    /// Whether there was anything to change: without, there is no commit.
    pub changed: bool,
    /// Rows in the row group files that were written: new rows, and stored rows that were merged with them.
    pub rows_written: u64,
    /// Rows that a deletion removed.
    pub rows_deleted: u64,
    /// Rows, new and stored ones, that were merged and are not there afterwards because they are duplicates:
    /// `docs/duplicates.md` says which are counted. A step without new rows drops none.
    pub duplicates_dropped: u64,
    /// Row group files that were written.
    pub files_written: usize,
    /// Row group files that were replaced.
    pub files_replaced: usize,
}

impl CommitReport {
    /// Nothing was changed.
    pub(crate) fn nothing(version: Version) -> Self {
        Self { version, ..Self::default() }
    }
}
