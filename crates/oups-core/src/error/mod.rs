//! The errors of oups. Each says what the caller can do.

pub(crate) mod hint;
pub(crate) mod kind;
pub(crate) mod outcome;
pub(crate) mod query;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use arrow::error::ArrowError;

use crate::key::KeyError;
use crate::version::{Expected, Version};
use crate::words::{columns as listed, short, words_of};
use hint::{attempt, found_version, in_seconds, io_hint, repair_hint, some_of};
use query::QueryError;

/// The result of a fallible operation of oups.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The number of a row in messages: the first row is 1, as the first line of a file is 1.
pub(crate) fn shown_row(row: u64) -> u64 {
    row.saturating_add(1)
}

/// An error of oups.
///
/// [`kind`](Self::kind) says what the caller must do: fix the call, fix the data, wait and try again, repair the
/// dataset. [`outcome`](Self::outcome) says whether a change has happened, and [`advice`](Self::advice) what helps. The
/// fields of a variant have the path, dataset, column, row, and the expected and found values.
///
/// Iterators over batches return [`ArrowError`]s, as [`RecordBatchReader`](arrow::array::RecordBatchReader) requires.
/// They hold the errors of oups, and `Error::from(arrow_error)`, which `?` calls, takes these out again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A key, a key's text or a key schema is not valid.
    #[error(transparent)]
    Key(#[from] KeyError),

    /// An error that only queries have.
    #[error(transparent)]
    Query(#[from] QueryError),

    /// An operation of the file system failed. The change has certainly not happened, and no reader sees it.
    #[error("cannot {action} {}: {source}{}", path.display(), io_hint(source))]
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
    #[error("{}: it is visible, but possibly not durable: {source}", attempt(what, dataset.as_deref(), Some(*version)))]
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
    #[error("{}: it is not known whether it has happened: {source}", attempt(what, dataset.as_deref(), *attempted))]
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

    /// An earlier fsync through this handle failed, so what the disk holds is unknown: open the store again.
    #[error("dataset {dataset}: an earlier fsync of this handle failed; open the store again before writing")]
    Poisoned {
        /// The dataset.
        dataset: String,
    },

    /// A file of the store is damaged, truncated, foreign, or differs from the manifest.
    #[error("damaged file {}: {detail}{}", path.display(), repair_hint(path))]
    Damaged {
        /// The damaged file.
        path: PathBuf,
        /// The check that failed, with the expected and the found value.
        detail: String,
    },

    /// Something else is at the path of a file or folder of the store.
    #[error("{} is {found}, where a store has {expected}: move it away", path.display())]
    InTheWay {
        /// The path.
        path: PathBuf,
        /// What the store needs there.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },

    /// A newer version of oups wrote a file.
    #[error("{} has format version {found}; this oups reads up to {supported}: use a newer oups", path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: u64,
        /// The newest version that this library reads.
        supported: u64,
    },

    /// No store is at the path.
    #[error("no store at {}: it has no oups.json (create one first)", path.display())]
    NoStore {
        /// The path that was opened.
        path: PathBuf,
    },

    /// A store is at the path already.
    #[error("{} is a store already: open it instead", path.display())]
    StoreExists {
        /// The path.
        path: PathBuf,
    },

    /// A store cannot be exported to the path: something is there, or the path is inside of the store.
    #[error("cannot export to {}: {found}; name a folder that does not exist yet, outside of the store", path.display())]
    ExportTarget {
        /// The path.
        path: PathBuf,
        /// What is there.
        found: &'static str,
    },

    /// The caller has stopped an export. Nothing is left of it.
    #[error("the export to {} was stopped: nothing is left of it", path.display())]
    ExportStopped {
        /// The destination of the export.
        path: PathBuf,
    },

    /// The store's keys have another schema than the caller's key type.
    #[error("the store at {} has keys `{found}`, not `{expected}`", path.display())]
    StoreSchema {
        /// The store.
        path: PathBuf,
        /// The caller's key schema.
        expected: String,
        /// The store's key schema.
        found: String,
    },

    /// No dataset has this key.
    #[error("there is no dataset {dataset} in the store at {}", store.display())]
    NoDataset {
        /// The dataset.
        dataset: String,
        /// The store.
        store: PathBuf,
    },

    /// The dataset's folder holds row group files, but its manifest is gone. Nothing is overwritten.
    #[error(
        "dataset {dataset}: its folder holds {files} row group files, but its manifest is gone: `oups repair` or `Dataset::repair` rebuilds it from them"
    )]
    ManifestLost {
        /// The dataset.
        dataset: String,
        /// The number of row group files in its folder.
        files: usize,
    },

    /// The folder belongs to another key: it was copied or renamed, or the file system folds both names into one.
    #[error(
        "the folder of dataset {dataset} belongs to dataset {found}: it was copied or renamed by hand, or this file system folds the two names into one; use the other name, or move the folder and its side files away"
    )]
    KeyFolded {
        /// The dataset asked for.
        dataset: String,
        /// The dataset that the folder belongs to.
        found: String,
    },

    /// The first write of a dataset must name its ordered column.
    #[error("dataset {dataset}: the first write must name the ordered column (`ordered_on`)")]
    NoOrderedColumn {
        /// The dataset.
        dataset: String,
    },

    /// The dataset does not have a column.
    #[error("dataset {dataset}: there is no column `{}`; {}", short(.column), listed(.column, .columns))]
    UnknownColumn {
        /// The dataset.
        dataset: String,
        /// The column asked for.
        column: String,
        /// The dataset's columns.
        columns: Vec<String>,
    },

    /// A column's type or nullability does not fit the dataset's.
    #[error("dataset {dataset}{}: expected {}, found {}", if column.is_empty() { String::new() } else { format!(", column `{}`", short(column)) }, short(.expected), short(.found))]
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
    #[error("dataset {dataset}, column `{}`: {reason} (type {})", short(.column), short(.found))]
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
    #[error(
        "dataset {dataset}, column `{column}`: the row group that begins at {row_group} holds more than the {limit} values that the keys of {} can name; write with `evolve_schema` to widen the keys, or in smaller row groups", short(.found)
    )]
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
    #[error("dataset {dataset}, column `{column}`: row {} is out of order: {} after {}", shown_row(*row), short(.value), short(.previous))]
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
    #[error("dataset {dataset}, column `{column}`: row {} is {value}, which has no place in an order", shown_row(*row))]
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
    #[error("dataset {dataset}: a bound on column `{column}` must be {expected}, not {}", short(.found))]
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
    #[error("dataset {dataset}, column `{column}`: row {} at {} is a duplicate of {}", shown_row(*row), short(.value), of.map_or_else(|| "a stored row".to_owned(), |row| format!("row {}", shown_row(row))))]
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
    #[error(
        "dataset {dataset}: the rule for duplicates at {} answered with {}; expected rows with the columns and the ordered value of the duplicates", short(.value), short(.found)
    )]
    Resolution {
        /// The dataset.
        dataset: String,
        /// The ordered value of the duplicates.
        value: String,
        /// What is wrong with the answer.
        found: String,
    },

    /// An option or argument is not valid.
    #[error("{option}: {} is not valid; expected {}", short(.found), short(.expected))]
    InvalidOption {
        /// The option's name.
        option: &'static str,
        /// The valid values.
        expected: String,
        /// What was given.
        found: String,
    },

    /// The caller's reader of record batches failed.
    #[error("dataset {dataset}: the input failed after {rows} rows: {}", words_of(.source))]
    Input {
        /// The dataset.
        dataset: String,
        /// The number of rows read before the failure.
        rows: u64,
        /// The reader's error.
        source: ArrowError,
    },

    /// A key column of an ingest does not hold values of the field.
    #[error("key column `{column}`{}: expected {}, found {}", row.map(|row| format!(", row {}", shown_row(row))).unwrap_or_default(), short(.expected), short(.found))]
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
    #[error("dataset {dataset}: {}", match by {
        Some(by) => format!("not written, because the ingest was stopped by the error of {by}"),
        None => "stopped by the caller before anything was changed".to_owned(),
    })]
    Stopped {
        /// The dataset.
        dataset: String,
        /// The dataset whose error stopped an ingest; `None` if the caller's progress function stopped the work.
        by: Option<String>,
    },

    /// Other writers held the dataset's lock for the whole time-out.
    #[error("dataset {dataset} is locked{}; waited {} for it", holder.as_ref().map(|h| format!(" by {h}")).unwrap_or_default(), in_seconds(*waited))]
    LockTimeout {
        /// The dataset.
        dataset: String,
        /// The holder of the lock: pid, host, and for how long.
        holder: Option<String>,
        /// How long the caller waited.
        waited: Duration,
    },

    /// One moment of several datasets was demanded, and writers did not pause long enough to find one in time.
    #[error(
        "no one moment of these datasets was found in {}: {} changed meanwhile; wait longer, or do without `at_one_moment`",
        in_seconds(*waited), some_of(datasets)
    )]
    Busy {
        /// The datasets that had changed at the last look.
        datasets: Vec<String>,
        /// How long the search took.
        waited: Duration,
    },

    /// The dataset is not at the version that the caller expected.
    #[error("dataset {dataset} {}, not {expected}: read it again before writing", found_version(expected, *found))]
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
    #[error("dataset {dataset}: the snapshot of version {} is gone ({} is not there any more): open it again", version.commit(), path.display())]
    SnapshotGone {
        /// The dataset.
        dataset: String,
        /// The snapshot's version.
        version: Version,
        /// The vanished file.
        path: PathBuf,
    },

    /// A guard made by the parent process was used in a forked child.
    #[error("a lock of process {owner} was used in process {user}: open the store again after fork")]
    Forked {
        /// The process that took the lock.
        owner: u32,
        /// The process that used it.
        user: u32,
    },

    /// Arrow or Parquet refused the caller's data.
    #[error("dataset {dataset}: {}", words_of(.source))]
    Arrow {
        /// The dataset.
        dataset: String,
        /// The library's error.
        source: ArrowError,
    },
}

#[cfg(test)]
mod tests;
