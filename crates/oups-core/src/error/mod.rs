//! The errors of oups. Each says what the caller can do.

pub(crate) mod hint;
pub(crate) mod kind;
pub(crate) mod outcome;
pub(crate) mod query;
pub(crate) mod text;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use arrow::error::ArrowError;

use crate::key::KeyError;
use crate::version::{Expected, Version};
use query::QueryError;

/// The result of a fallible operation of oups.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of oups.
///
/// [`kind`](Self::kind) says what the caller must do: fix the call, fix the data, wait and try again, repair the
/// dataset. [`outcome`](Self::outcome) says whether a change has happened, and [`advice`](Self::advice) what helps. The
/// fields of a variant have the path, dataset, column, row, and the expected and found values.
///
/// Iterators over batches return [`ArrowError`]s, as [`RecordBatchReader`](arrow::array::RecordBatchReader) requires.
/// They hold the errors of oups, and `Error::from(arrow_error)`, which `?` calls, takes these out again.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A key, a key's text or a key schema is not valid.
    Key(KeyError),

    /// An error that only queries have.
    Query(QueryError),

    /// An operation of the file system failed. The change has certainly not happened, and no reader sees it.
    Io {
        /// The operation, as a verb phrase.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },

    /// The change is visible to every reader, but a later operation failed, mostly an fsync. A power loss may undo the
    /// change.
    ///
    /// Do not repeat it blindly: look at the dataset's version first.
    NotDurable {
        /// The change: `commit`, `removal`, `repair`, `making the store`, `export`.
        what: &'static str,
        /// The dataset; `None` if a whole store was made.
        dataset: Option<String>,
        /// The version that is visible; [`Version::ABSENT`] after a removal, or if a whole store was made.
        version: Version,
        /// The failed operation.
        source: Box<Error>,
    },

    /// It is not known whether the change has happened: the rename that makes it visible failed, and so did the look
    /// whether it had happened all the same.
    ///
    /// Do not repeat it blindly: look at the dataset's version first. Nothing is damaged, and no reader sees half a
    /// change.
    OutcomeUnknown {
        /// The change: `commit`, `removal`, `repair`, `making the store`, `export`.
        what: &'static str,
        /// The dataset; `None` if a whole store was being made.
        dataset: Option<String>,
        /// The dataset's version if the change has happened; [`Version::ABSENT`] for a removal.
        attempted: Option<Version>,
        /// The caller's name for the change. Changes do not have names yet.
        token: Option<String>,
        /// The failed operation.
        source: Box<Error>,
    },

    /// A repair failed after it began to move files, and before the dataset was whole. Nothing is lost: repair again.
    RepairStopped {
        /// The dataset.
        dataset: String,
        /// The failed operation.
        source: Box<Error>,
    },

    /// An earlier fsync through this handle failed, so what the disk holds is unknown: open the store again.
    Poisoned {
        /// The dataset.
        dataset: String,
    },

    /// A file of the store is damaged, truncated, foreign, or differs from the manifest.
    Damaged {
        /// The damaged file.
        path: PathBuf,
        /// The check that failed, with the expected and the found value.
        detail: String,
    },

    /// Something else is at the path of a file or folder of the store.
    InTheWay {
        /// The path.
        path: PathBuf,
        /// What the store needs there.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },

    /// A newer version of oups wrote a file.
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: u64,
        /// The newest version that this library reads.
        supported: u64,
    },

    /// No store is at the path.
    NoStore {
        /// The path that was opened.
        path: PathBuf,
    },

    /// A store is at the path already.
    StoreExists {
        /// The path.
        path: PathBuf,
    },

    /// A store cannot be exported to the path: something is there, or the path is inside of the store.
    ExportTarget {
        /// The path.
        path: PathBuf,
        /// What is there.
        found: &'static str,
    },

    /// The caller has stopped an export. Nothing is left of it.
    ExportStopped {
        /// The destination of the export.
        path: PathBuf,
    },

    /// The store's keys have another schema than the caller's key type.
    StoreSchema {
        /// The store.
        path: PathBuf,
        /// The caller's key schema.
        expected: String,
        /// The store's key schema.
        found: String,
    },

    /// No dataset has this key.
    NoDataset {
        /// The dataset.
        dataset: String,
        /// The store.
        store: PathBuf,
    },

    /// The dataset's folder holds row group files, but its manifest is gone. Nothing is overwritten.
    ManifestLost {
        /// The dataset.
        dataset: String,
        /// The number of row group files in its folder.
        files: usize,
    },

    /// The folder belongs to another key: it was copied or renamed, or the file system folds both names into one.
    KeyFolded {
        /// The dataset asked for.
        dataset: String,
        /// The dataset that the folder belongs to.
        found: String,
    },

    /// The first write of a dataset must name its ordered column.
    NoOrderedColumn {
        /// The dataset.
        dataset: String,
    },

    /// The dataset does not have a column.
    UnknownColumn {
        /// The dataset.
        dataset: String,
        /// The column asked for.
        column: String,
        /// The dataset's columns.
        columns: Vec<String>,
    },

    /// A column's type or nullability does not fit the dataset's.
    Schema {
        /// The dataset.
        dataset: String,
        /// The column.
        column: String,
        /// The dataset's type, or what it accepts.
        expected: String,
        /// The input's type, or what is wrong.
        found: String,
    },

    /// A column's type cannot be stored, or cannot be ordered on.
    UnsupportedType {
        /// The dataset.
        dataset: String,
        /// The column.
        column: String,
        /// The Arrow type.
        found: String,
        /// Why it is refused, and what to use.
        reason: &'static str,
    },

    /// A row group of a dictionary column would hold more values than the dictionary's keys can number.
    ///
    /// [`Change::evolve_schema`](crate::write::change::Change::evolve_schema) widens the keys instead.
    DictionaryFull {
        /// The dataset.
        dataset: String,
        /// The column.
        column: String,
        /// The column's Arrow type.
        found: String,
        /// How many values its keys can number.
        limit: usize,
        /// The first ordered value of the row group.
        row_group: String,
    },

    /// The rows are not sorted by the ordered column.
    Unsorted {
        /// The dataset.
        dataset: String,
        /// The ordered column.
        column: String,
        /// The first row that is smaller than the one before it, counted from 0 over the whole input (the text counts from 1).
        row: u64,
        /// The value of the row before.
        previous: String,
        /// The row's value.
        value: String,
    },

    /// The ordered column holds a null or NaN.
    Unorderable {
        /// The dataset.
        dataset: String,
        /// The ordered column.
        column: String,
        /// The row, counted from 0 over the whole input (the text counts from 1).
        row: u64,
        /// `null` or `NaN`.
        value: &'static str,
    },

    /// A bound cannot be compared with the ordered column.
    Bound {
        /// The dataset.
        dataset: String,
        /// The ordered column.
        column: String,
        /// The bounds that the column takes.
        expected: String,
        /// What was given.
        found: String,
    },

    /// The write brings a duplicate, and the rule for duplicates is to reject them.
    Duplicate {
        /// The dataset.
        dataset: String,
        /// The ordered column.
        column: String,
        /// The ordered value of both rows.
        value: String,
        /// The new row, counted from 0 over the whole input (the text counts from 1).
        row: u64,
        /// The row of the input that it is a duplicate of; `None` if that is a stored row.
        of: Option<u64>,
    },

    /// The program's rule for duplicates failed, or returned rows that cannot replace the duplicates.
    Resolution {
        /// The dataset.
        dataset: String,
        /// The ordered value of the duplicates.
        value: String,
        /// What is wrong with the answer.
        found: String,
    },

    /// An option or argument is not valid.
    InvalidOption {
        /// The option's name.
        option: &'static str,
        /// The valid values.
        expected: String,
        /// What was given.
        found: String,
    },

    /// The caller's reader of record batches failed.
    Input {
        /// The dataset.
        dataset: String,
        /// The number of rows read before the failure.
        rows: u64,
        /// The reader's error.
        source: ArrowError,
    },

    /// A key column of an ingest does not hold values of the field.
    KeyColumn {
        /// The column, which is named as the field.
        column: String,
        /// The row, counted from 0 over the whole input (the text counts from 1); `None` if the error is about the
        /// whole column.
        row: Option<u64>,
        /// The values that the field takes.
        expected: String,
        /// What the input has.
        found: String,
    },

    /// A change or a verification was stopped before it changed this dataset. The dataset is as it was, and nothing is
    /// left behind.
    Stopped {
        /// The dataset.
        dataset: String,
        /// The dataset whose error stopped an ingest; `None` if the caller's progress function stopped the work.
        by: Option<String>,
    },

    /// Other writers held the dataset's lock for the whole time-out.
    LockTimeout {
        /// The dataset.
        dataset: String,
        /// The holder of the lock: pid, host, and for how long.
        holder: Option<String>,
        /// How long the caller waited.
        waited: Duration,
    },

    /// One moment of several datasets was demanded, and writers did not pause long enough to find one in time.
    Busy {
        /// The datasets that had changed at the last look.
        datasets: Vec<String>,
        /// How long the search took.
        waited: Duration,
    },

    /// The dataset is not at the version that the caller expected.
    VersionConflict {
        /// The dataset.
        dataset: String,
        /// The version that the caller expected.
        expected: Expected,
        /// The current version; [`Version::ABSENT`] if the dataset does not exist.
        found: Version,
    },

    /// A file of a snapshot is gone: the reader could not pin the snapshot, and a writer deleted the file; or the store
    /// was moved or replaced by another one.
    SnapshotGone {
        /// The dataset.
        dataset: String,
        /// The snapshot's version.
        version: Version,
        /// The vanished file.
        path: PathBuf,
    },

    /// A guard made by the parent process was used in a forked child.
    Forked {
        /// The process that took the lock.
        owner: u32,
        /// The process that used it.
        user: u32,
    },

    /// Arrow or Parquet refused the caller's data.
    Arrow {
        /// The dataset.
        dataset: String,
        /// The library's error.
        source: ArrowError,
    },
}

#[cfg(test)]
mod tests;
