//! The kind of an error, its dataset, and advice.

use super::Error;
use super::hint::io_hint;
use crate::paths;

/// The kind of an error, by what the caller must do.
///
/// Programs decide by the kind; the variants of [`Error`] have the details. [`Error::outcome`] says whether a change
/// may have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The store or the dataset does not exist.
    NotFound,
    /// The store or the destination exists already.
    AlreadyExists,
    /// The call is wrong: a key, a column, an option, a bound, a condition. Other data would not help.
    InvalidArgument,
    /// The rows are wrong or do not fit: out of order, of another type, a rejected duplicate, a value out of a type's
    /// range.
    InvalidData,
    /// The dataset is not at the expected version: read it again, then decide again.
    Conflict,
    /// Other writers were at work for the whole time-out: try again later, or wait longer.
    Busy,
    /// A snapshot's file is gone: open the snapshot again.
    SnapshotGone,
    /// A file of the store is damaged, lost, foreign or in the wrong place: `repair` it, or do what the error says.
    Damaged,
    /// This version of oups cannot do it: a newer format, a type that it cannot store.
    Unsupported,
    /// The file system failed. The change has not happened.
    Io,
    /// The change has happened, and a power loss may undo it: do not repeat it blindly.
    NotDurable,
    /// It is not known whether the change has happened: look before repeating it.
    OutcomeUnknown,
    /// This handle cannot be used any more: open the store again.
    Reopen,
    /// The caller, or the error of another dataset, has stopped the work. Nothing of it has happened.
    Stopped,
}

impl Error {
    /// The kind of the error, by what the caller must do.
    ///
    /// ```
    /// use oups_core::{Error, ErrorKind};
    ///
    /// fn is_worth_another_try(error: &Error) -> bool {
    ///     matches!(error.kind(), ErrorKind::Busy | ErrorKind::Conflict | ErrorKind::SnapshotGone)
    /// }
    /// # assert!(!is_worth_another_try(&Error::Forked { owner: 1, user: 2 }));
    /// ```
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoStore { .. } | Self::NoDataset { .. } => ErrorKind::NotFound,
            Self::StoreExists { .. } | Self::ExportTarget { .. } => ErrorKind::AlreadyExists,
            Self::Key(_)
            | Self::StoreSchema { .. }
            | Self::NoOrderedColumn { .. }
            | Self::UnknownColumn { .. }
            | Self::Bound { .. }
            | Self::InvalidOption { .. } => ErrorKind::InvalidArgument,
            Self::Schema { .. }
            | Self::DictionaryFull { .. }
            | Self::Unsorted { .. }
            | Self::Unorderable { .. }
            | Self::Duplicate { .. }
            | Self::Resolution { .. }
            | Self::Input { .. }
            | Self::KeyColumn { .. }
            | Self::Arrow { .. } => ErrorKind::InvalidData,
            Self::VersionConflict { .. } => ErrorKind::Conflict,
            Self::LockTimeout { .. } | Self::Busy { .. } => ErrorKind::Busy,
            Self::SnapshotGone { .. } => ErrorKind::SnapshotGone,
            Self::Damaged { .. } | Self::ManifestLost { .. } | Self::InTheWay { .. } | Self::KeyFolded { .. } => {
                ErrorKind::Damaged
            }
            Self::NewerFormat { .. } | Self::UnsupportedType { .. } => ErrorKind::Unsupported,
            Self::Io { .. } => ErrorKind::Io,
            Self::NotDurable { .. } => ErrorKind::NotDurable,
            Self::OutcomeUnknown { .. } => ErrorKind::OutcomeUnknown,
            Self::Poisoned { .. } | Self::Forked { .. } => ErrorKind::Reopen,
            Self::ExportStopped { .. } | Self::Stopped { .. } => ErrorKind::Stopped,
            Self::RepairStopped { source, .. } => source.kind(),
            Self::Query(error) => error.kind(),
        }
    }

    /// The path text of the dataset that the error is about; `None` for an error of the store, of a file, or of the
    /// whole call. For an error about several datasets, it is the one that differs, or that changed first.
    pub fn dataset(&self) -> Option<&str> {
        match self {
            Self::NotDurable { dataset, .. } | Self::OutcomeUnknown { dataset, .. } => dataset.as_deref(),
            Self::Poisoned { dataset }
            | Self::RepairStopped { dataset, .. }
            | Self::NoDataset { dataset, .. }
            | Self::ManifestLost { dataset, .. }
            | Self::KeyFolded { dataset, .. }
            | Self::NoOrderedColumn { dataset }
            | Self::UnknownColumn { dataset, .. }
            | Self::Schema { dataset, .. }
            | Self::UnsupportedType { dataset, .. }
            | Self::DictionaryFull { dataset, .. }
            | Self::Unsorted { dataset, .. }
            | Self::Unorderable { dataset, .. }
            | Self::Bound { dataset, .. }
            | Self::Duplicate { dataset, .. }
            | Self::Resolution { dataset, .. }
            | Self::Input { dataset, .. }
            | Self::Stopped { dataset, .. }
            | Self::LockTimeout { dataset, .. }
            | Self::VersionConflict { dataset, .. }
            | Self::SnapshotGone { dataset, .. }
            | Self::Arrow { dataset, .. } => Some(dataset),
            Self::Busy { datasets, .. } => datasets.first().map(String::as_str),
            Self::Query(error) => error.dataset(),
            Self::Key(_)
            | Self::Io { .. }
            | Self::Damaged { .. }
            | Self::InTheWay { .. }
            | Self::NewerFormat { .. }
            | Self::NoStore { .. }
            | Self::StoreExists { .. }
            | Self::ExportTarget { .. }
            | Self::ExportStopped { .. }
            | Self::StoreSchema { .. }
            | Self::InvalidOption { .. }
            | Self::KeyColumn { .. }
            | Self::Forked { .. } => None,
        }
    }

    /// Advice, as a short sentence without the name of a dataset or a file. `None` if the error's text says all that
    /// helps, such as the expected type.
    pub fn advice(&self) -> Option<&str> {
        Some(match self {
            Self::Io { source, .. } => return hint_of(io_hint(source)),
            Self::NotDurable { .. } => {
                "do not repeat it: check the disk, and after a power loss look whether it is still there"
            }
            Self::OutcomeUnknown { .. } => "do not repeat it blindly: look at the dataset's version first",
            Self::RepairStopped { .. } => "repair it again: it goes on where it stopped",
            Self::Poisoned { .. } | Self::Forked { .. } => "open the store again",
            Self::Damaged { path, .. } if path.ends_with(paths::STORE_FILE) => {
                "put back the `oups.json` of a store that was made with the same key schema"
            }
            Self::Damaged { .. } => "`oups repair` or `Dataset::repair` saves what is intact",
            Self::ManifestLost { .. } => "`oups repair` or `Dataset::repair` rebuilds the manifest from the files",
            Self::InTheWay { .. } => "move it away",
            Self::NewerFormat { .. } => "use a newer oups",
            Self::NoStore { .. } => "create a store first",
            Self::StoreExists { .. } => "open it instead",
            Self::ExportTarget { .. } => "name a folder that does not exist yet, outside of the store",
            Self::KeyFolded { .. } => "use the other name, or move the folder and its side files away",
            Self::NoOrderedColumn { .. } => "name the ordered column (`ordered_on`)",
            Self::DictionaryFull { .. } => "write with `evolve_schema` to widen the keys, or in smaller row groups",
            Self::Unsorted { .. } => "sort the rows first",
            Self::LockTimeout { .. } => "try again later, or wait longer (`lock_timeout`)",
            Self::Busy { .. } => "wait longer, or do without `at_one_moment`",
            Self::VersionConflict { .. } => "read it again before writing",
            Self::SnapshotGone { .. } => "open the snapshot again",
            Self::Stopped { .. } => "mend the dataset whose error stopped the ingest, and write both again",
            Self::Query(error) => return error.advice(),
            Self::Key(_)
            | Self::ExportStopped { .. }
            | Self::StoreSchema { .. }
            | Self::NoDataset { .. }
            | Self::UnknownColumn { .. }
            | Self::Schema { .. }
            | Self::UnsupportedType { .. }
            | Self::Unorderable { .. }
            | Self::Bound { .. }
            | Self::Duplicate { .. }
            | Self::Resolution { .. }
            | Self::InvalidOption { .. }
            | Self::Input { .. }
            | Self::KeyColumn { .. }
            | Self::Arrow { .. } => return None,
        })
    }
}

/// A hint without the `; ` that joins it to a text.
fn hint_of(text: &'static str) -> Option<&'static str> {
    let hint = text.trim_start_matches("; ");
    (!hint.is_empty()).then_some(hint)
}
