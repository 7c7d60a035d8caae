//! What the caller must do about an error: its kind, its dataset, the way out.

use super::Error;
use super::hint::io_hint;
use crate::paths;

/// What the caller must do about an error.
///
/// Programs decide by it; the variants of [`Error`] carry the details. Whether a change may have happened says
/// [`Error::outcome`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The store or the dataset is not there.
    NotFound,
    /// What was to be made is there already.
    AlreadyExists,
    /// The call is wrong: a key, a column, an option, a bound, a condition. Nothing about the data would help.
    InvalidArgument,
    /// The rows are wrong or do not fit: out of order, of another type, a rejected duplicate, a value that no type holds.
    InvalidData,
    /// The dataset is not at the expected version: read it again, then decide again.
    Conflict,
    /// Others held it for the whole time-out: try again later, or wait longer.
    Busy,
    /// A snapshot's file is gone: open the snapshot again.
    SnapshotGone,
    /// A file of the store is damaged, lost, foreign or in the wrong place: `repair`, or what the error says.
    Damaged,
    /// This version of oups cannot do it: a newer format, a type that it cannot keep.
    Unsupported,
    /// The file system failed; what was asked for has not happened.
    Io,
    /// The change has happened, and a power loss may undo it: do not repeat it blindly.
    NotDurable,
    /// Whether the change has happened is not known: look before repeating it.
    OutcomeUnknown,
    /// This handle cannot be used any more: open the store again.
    Reopen,
    /// The caller, or the error of another dataset, has stopped it; nothing of it has happened.
    Stopped,
}

impl Error {
    /// What the caller must do.
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
            Self::Query(error) => error.kind(),
        }
    }

    /// The path text of the dataset that it is about; none for an error of the store, of a file, or of the call as a whole.
    /// Of one about several datasets, the one that differs or that changed first.
    pub fn dataset(&self) -> Option<&str> {
        match self {
            Self::NotDurable { dataset, .. } | Self::OutcomeUnknown { dataset, .. } => dataset.as_deref(),
            Self::Poisoned { dataset }
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

    /// The way out, as a short sentence without a dataset's or file's name; none where only what the error's text says
    /// helps, such as the expected type.
    pub fn advice(&self) -> Option<&str> {
        Some(match self {
            Self::Io { source, .. } => return hint_of(io_hint(source)),
            Self::NotDurable { .. } => {
                "do not repeat it: check the disk, and after a power loss look whether it is still there"
            }
            Self::OutcomeUnknown { .. } => "do not repeat it blindly: look at the dataset's version first",
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

/// A hint as it stands at the end of a text, without what joins it.
fn hint_of(text: &'static str) -> Option<&'static str> {
    let hint = text.trim_start_matches("; ");
    (!hint.is_empty()).then_some(hint)
}
