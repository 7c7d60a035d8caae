//! What an error says, and what caused it. A test looks that every variant has a text.

use std::error::Error as Cause;
use std::fmt;

use super::Error;
use super::hint::{attempt, found_version, in_seconds, io_hint, repair_hint, some_of};
use super::query::QueryError;
use crate::key::KeyError;
use crate::words::{columns as listed, short, words_of};

/// The number of a row in messages: the first row is 1, as the first line of a file is 1.
pub(crate) fn shown_row(row: u64) -> u64 {
    row.saturating_add(1)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = [Self::of_store, Self::of_change, Self::of_columns, Self::of_rows];
        f.write_str(&groups.iter().find_map(|text| text(self)).unwrap_or_default())
    }
}

impl Cause for Error {
    fn source(&self) -> Option<&(dyn Cause + 'static)> {
        match self {
            // Their texts are the text of this error.
            Self::Key(error) => error.source(),
            Self::Query(error) => error.source(),
            Self::Io { source, .. } => Some(source),
            Self::NotDurable { source, .. }
            | Self::OutcomeUnknown { source, .. }
            | Self::RepairStopped { source, .. } => Some(&**source),
            Self::Input { source, .. } | Self::Arrow { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl From<QueryError> for Error {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

impl Error {
    /// About a store and its files.
    fn of_store(&self) -> Option<String> {
        Some(match self {
            Self::Key(error) => error.to_string(),
            Self::Io { action, path, source } => {
                format!("cannot {action} {}: {source}{}", path.display(), io_hint(source))
            }
            Self::Damaged { path, detail } => {
                format!("damaged file {}: {detail}{}", path.display(), repair_hint(path))
            }
            Self::InTheWay { path, expected, found } => {
                format!("{} is {found}, where a store has {expected}: move it away", path.display())
            }
            Self::NewerFormat { path, found, supported } => {
                let path = path.display();
                format!("{path} has format version {found}; this oups reads up to {supported}: use a newer oups")
            }
            Self::NoStore { path } => format!("no store at {}: it has no oups.json (create one first)", path.display()),
            Self::StoreExists { path } => format!("{} is a store already: open it instead", path.display()),
            Self::ExportTarget { path, found } => {
                let what_to_do = "name a folder that does not exist yet, outside of the store";
                format!("cannot export to {}: {found}; {what_to_do}", path.display())
            }
            Self::StoreSchema { path, expected, found } => {
                format!("the store at {} has keys `{found}`, not `{expected}`", path.display())
            }
            Self::NoDataset { dataset, store } => {
                format!("there is no dataset {dataset} in the store at {}", store.display())
            }
            Self::ManifestLost { dataset, files } => format!(
                "dataset {dataset}: its folder holds {files} row group files, but its manifest is gone: \
                 `oups repair` or `Dataset::repair` rebuilds it from them"
            ),
            Self::KeyFolded { dataset, found } => format!(
                "the folder of dataset {dataset} belongs to dataset {found}: it was copied or renamed by hand, or this \
                 file system folds the two names into one; use the other name, or move the folder and its side files away"
            ),
            _ => return None,
        })
    }

    /// About a change as a whole, those who were in its way, and handles.
    fn of_change(&self) -> Option<String> {
        Some(match self {
            Self::NotDurable { what, dataset, version, source } => {
                let attempt = attempt(what, dataset.as_deref(), Some(*version));
                format!("{attempt}: it is visible, but possibly not durable: {source}")
            }
            Self::OutcomeUnknown { what, dataset, attempted, source, .. } => {
                let attempt = attempt(what, dataset.as_deref(), *attempted);
                format!("{attempt}: it is not known whether it has happened: {source}")
            }
            Self::RepairStopped { dataset, source } => {
                format!(
                    "dataset {dataset}: the repair stopped before its end: {source}; nothing is lost: repair it again"
                )
            }
            Self::Poisoned { dataset } => {
                format!(
                    "dataset {dataset}: an earlier fsync of this handle failed; open the store again before writing"
                )
            }
            Self::Stopped { dataset, by: Some(by) } => {
                format!("dataset {dataset}: not written, because the ingest was stopped by the error of {by}")
            }
            Self::Stopped { dataset, by: None } => {
                format!("dataset {dataset}: stopped by the caller before anything was changed")
            }
            Self::ExportStopped { path } => {
                format!("the export to {} was stopped: nothing is left of it", path.display())
            }
            Self::LockTimeout { dataset, holder, waited } => {
                let by = holder.as_ref().map(|holder| format!(" by {holder}")).unwrap_or_default();
                format!("dataset {dataset} is locked{by}; waited {} for it", in_seconds(*waited))
            }
            Self::Busy { datasets, waited } => format!(
                "no one moment of these datasets was found in {}: {} changed meanwhile; wait longer, or do without \
                 `at_one_moment`",
                in_seconds(*waited),
                some_of(datasets)
            ),
            Self::VersionConflict { dataset, expected, found } => {
                let found = found_version(expected, *found);
                format!("dataset {dataset} {found}, not {expected}: read it again before writing")
            }
            Self::SnapshotGone { dataset, version, path } => {
                let (version, path) = (version.commit(), path.display());
                format!(
                    "dataset {dataset}: the snapshot of version {version} is gone ({path} is not there any more): open it again"
                )
            }
            Self::Forked { owner, user } => {
                format!("a lock of process {owner} was used in process {user}: open the store again after fork")
            }
            _ => return None,
        })
    }

    /// About columns, options and ranges.
    fn of_columns(&self) -> Option<String> {
        Some(match self {
            Self::Query(error) => error.to_string(),
            Self::NoOrderedColumn { dataset } => {
                format!("dataset {dataset}: the first write must name the ordered column (`ordered_on`)")
            }
            Self::UnknownColumn { dataset, column, columns } => {
                let (listed, column) = (listed(column, columns), short(column));
                format!("dataset {dataset}: there is no column `{column}`; {listed}")
            }
            Self::Schema { dataset, column, expected, found } => {
                let column = if column.is_empty() { String::new() } else { format!(", column `{}`", short(column)) };
                format!("dataset {dataset}{column}: expected {}, found {}", short(expected), short(found))
            }
            Self::UnsupportedType { dataset, column, found, reason } => {
                format!("dataset {dataset}, column `{}`: {reason} (type {})", short(column), short(found))
            }
            Self::DictionaryFull { dataset, column, found, limit, row_group } => format!(
                "dataset {dataset}, column `{column}`: the row group that begins at {row_group} holds more than the {limit} \
                 values that the keys of {} can name; write with `evolve_schema` to widen the keys, or in smaller row groups",
                short(found)
            ),
            Self::Bound { dataset, column, expected, found } => {
                format!("dataset {dataset}: a bound on column `{column}` must be {expected}, not {}", short(found))
            }
            Self::InvalidOption { option, expected, found } => {
                format!("{option}: {} is not valid; expected {}", short(found), short(expected))
            }
            Self::KeyColumn { column, row, expected, found } => {
                let row = row.map(|row| format!(", row {}", shown_row(row))).unwrap_or_default();
                format!("key column `{column}`{row}: expected {}, found {}", short(expected), short(found))
            }
            _ => return None,
        })
    }

    /// About the rows of a write.
    fn of_rows(&self) -> Option<String> {
        Some(match self {
            Self::Unsorted { dataset, column, row, previous, value } => {
                let (row, value, previous) = (shown_row(*row), short(value), short(previous));
                format!("dataset {dataset}, column `{column}`: row {row} is out of order: {value} after {previous}")
            }
            Self::Unorderable { dataset, column, row, value } => {
                let row = shown_row(*row);
                format!("dataset {dataset}, column `{column}`: row {row} is {value}, which has no place in an order")
            }
            Self::Duplicate { dataset, column, value, row, of } => {
                let of = of.map_or_else(|| "a stored row".to_owned(), |row| format!("row {}", shown_row(row)));
                let (row, value) = (shown_row(*row), short(value));
                format!("dataset {dataset}, column `{column}`: row {row} at {value} is a duplicate of {of}")
            }
            Self::Resolution { dataset, value, found } => format!(
                "dataset {dataset}: the rule for duplicates at {} answered with {}; expected rows with the columns and the \
                 ordered value of the duplicates",
                short(value),
                short(found)
            ),
            Self::Input { dataset, rows, source } => {
                format!("dataset {dataset}: the input failed after {rows} rows: {}", words_of(source))
            }
            Self::Arrow { dataset, source } => format!("dataset {dataset}: {}", words_of(source)),
            _ => return None,
        })
    }
}
