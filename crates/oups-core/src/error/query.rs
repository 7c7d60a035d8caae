//! Errors that only queries have.

use std::fmt;

use arrow::error::ArrowError;

use super::Error;
use super::kind::ErrorKind;
use crate::words::{short, shortened, words_of};

/// An error that only queries have, inside of [`Error::Query`]. All others are variants of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// A column is named twice.
    #[error("column `{column}` is asked for twice")]
    DuplicateColumn {
        /// The column.
        column: String,
    },

    /// A key is named twice.
    #[error("dataset {dataset} is asked for twice")]
    DuplicateKey {
        /// The dataset.
        dataset: String,
    },

    /// Datasets of one query are ordered on columns with different names or types.
    #[error("{first}, but {other}: a query needs one ordered column, name and type, for all")]
    OrderedColumns {
        /// The first dataset of the query.
        first: Box<OrderedOn>,
        /// The first one that differs.
        other: Box<OrderedOn>,
    },

    /// Two datasets of one query have a column of the same name, and no type holds the values of both.
    #[error("column `{column}` is {} in dataset {}, but {} in dataset {}: leave it out with `columns`, or read them apart",
        short(&.first.column_type), .first.dataset, short(&.other.column_type), .other.dataset)]
    ColumnTypes {
        /// The column.
        column: String,
        /// The first dataset that has it.
        first: Box<ColumnOf>,
        /// The first one that differs.
        other: Box<ColumnOf>,
    },

    /// A column of the rows has the name of a key field, which the query adds as a column.
    #[error(
        "column `{column}` has the name of a key field, which the rows get as a column: leave it out with `columns`, or the fields of the keys by `without_keys`"
    )]
    KeyColumn {
        /// The column.
        column: String,
    },

    /// Two columns of a result would have the same name.
    #[error("two columns of the result would be named `{column}`: ask for each once, or in a join for another prefix")]
    SameName {
        /// The name.
        column: String,
    },

    /// A tolerance does not suit the ordered column, or is missing.
    #[error("the tolerance on column {column} must be {expected}, not {found}")]
    Tolerance {
        /// The ordered column and its type.
        column: String,
        /// The tolerances that the column takes.
        expected: String,
        /// What was given.
        found: String,
    },

    /// A period does not suit the ordered column.
    #[error("period `{found}` on column {column}: expected {expected}")]
    Period {
        /// The ordered column and its type.
        column: String,
        /// The periods that the column takes.
        expected: String,
        /// What was given.
        found: String,
    },

    /// A column does not have the aggregate.
    #[error("column `{column}` ({}) has no {aggregate}", short(.column_type))]
    Aggregate {
        /// The column.
        column: String,
        /// The aggregate.
        aggregate: String,
        /// The column's type.
        column_type: String,
    },

    /// A sum does not fit its type.
    #[error(
        "dataset {dataset}: the sum of column `{column}` over one period does not fit its type: take a shorter period"
    )]
    Overflow {
        /// The dataset.
        dataset: String,
        /// The column.
        column: String,
    },

    /// The rows cannot be one batch: a text column is larger than 2 GiB, or a dictionary has more values than its keys
    /// can number. Read them batch by batch.
    #[error("dataset {dataset}: the rows do not fit into one batch ({}): read them batch by batch", words_of(.source))]
    TooLarge {
        /// The dataset.
        dataset: String,
        /// Arrow's error.
        source: ArrowError,
    },

    /// The text of a condition cannot be read, or does not fit the columns of the dataset.
    #[error("dataset {dataset}: condition `{}`, character {at}: expected {}, found {}", short(.text), shortened(.expected, 400), short(.found))]
    Condition {
        /// The dataset.
        dataset: String,
        /// The condition.
        text: String,
        /// The character of the condition, from 1, at which reading failed.
        at: usize,
        /// What was expected there.
        expected: String,
        /// What is there.
        found: String,
        /// The dataset's columns, if a column was expected.
        columns: Box<[String]>,
    },

    /// The read has an option that its last method does not take.
    #[error("`{verb}` does not take `{option}`: leave it out")]
    NotTaken {
        /// The last method of the read: `count`.
        verb: &'static str,
        /// The method that set it: `batch_size`.
        option: &'static str,
    },

    /// A filter's function returned another number of answers than it was given rows.
    #[error("a filter was given {expected} rows and answered for {found}")]
    TestLength {
        /// The number of rows that it was given.
        expected: usize,
        /// The number of answers that it returned.
        found: usize,
    },

    /// Arrow failed.
    #[error("{}", words_of(.0))]
    Arrow(ArrowError),
}

/// A column of one dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ColumnOf {
    /// The dataset.
    pub dataset: String,
    /// The column's type there.
    pub column_type: String,
}

/// The ordered column of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderedOn {
    /// The dataset.
    pub dataset: String,
    /// The name of the ordered column.
    pub column: String,
    /// The column's type.
    pub column_type: String,
}

impl ColumnOf {
    #[doc(hidden)]
    pub fn new(dataset: &str, column_type: String) -> Self {
        Self { dataset: dataset.to_owned(), column_type }
    }
}

impl OrderedOn {
    #[doc(hidden)]
    pub fn new(dataset: &str, column: &str, column_type: String) -> Self {
        Self { dataset: dataset.to_owned(), column: column.to_owned(), column_type }
    }
}

impl fmt::Display for OrderedOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dataset {} is ordered on `{}` ({})", self.dataset, self.column, short(&self.column_type))
    }
}

impl QueryError {
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::DuplicateColumn { .. }
            | Self::DuplicateKey { .. }
            | Self::OrderedColumns { .. }
            | Self::ColumnTypes { .. }
            | Self::KeyColumn { .. }
            | Self::SameName { .. }
            | Self::Tolerance { .. }
            | Self::Period { .. }
            | Self::Aggregate { .. }
            | Self::Condition { .. }
            | Self::NotTaken { .. }
            | Self::TestLength { .. } => ErrorKind::InvalidArgument,
            Self::Overflow { .. } | Self::TooLarge { .. } | Self::Arrow(_) => ErrorKind::InvalidData,
        }
    }

    pub(super) fn dataset(&self) -> Option<&str> {
        match self {
            Self::DuplicateKey { dataset }
            | Self::Overflow { dataset, .. }
            | Self::TooLarge { dataset, .. }
            | Self::Condition { dataset, .. } => Some(dataset),
            Self::OrderedColumns { other, .. } => Some(&other.dataset),
            Self::ColumnTypes { other, .. } => Some(&other.dataset),
            Self::DuplicateColumn { .. }
            | Self::KeyColumn { .. }
            | Self::SameName { .. }
            | Self::Tolerance { .. }
            | Self::Period { .. }
            | Self::Aggregate { .. }
            | Self::NotTaken { .. }
            | Self::TestLength { .. }
            | Self::Arrow(_) => None,
        }
    }

    pub(super) fn advice(&self) -> Option<&str> {
        match self {
            Self::DuplicateColumn { .. } | Self::DuplicateKey { .. } => Some("name it once"),
            Self::NotTaken { .. } => Some("leave the option out, or use another method"),
            Self::OrderedColumns { .. } => Some("query only datasets that are ordered on the same column"),
            Self::ColumnTypes { .. } => Some("leave the column out with `columns`, or read the datasets apart"),
            Self::KeyColumn { .. } => {
                Some("leave the column out with `columns`, or the fields of the keys by `without_keys`")
            }
            Self::SameName { .. } => Some("ask for each column once, or in a join for another prefix"),
            Self::Overflow { .. } => Some("take a shorter period"),
            Self::TooLarge { .. } => Some("read the rows batch by batch"),
            Self::Tolerance { .. }
            | Self::Period { .. }
            | Self::Aggregate { .. }
            | Self::Condition { .. }
            | Self::TestLength { .. }
            | Self::Arrow(_) => None,
        }
    }
}

/// Errors of oups go through Arrow's iterators inside of an [`ArrowError`]; `?` takes them out again.
impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::ExternalError(inner) => match inner.downcast::<Self>() {
                Ok(own) => *own,
                Err(inner) => QueryError::Arrow(ArrowError::ExternalError(inner)).into(),
            },
            other => QueryError::Arrow(other).into(),
        }
    }
}

impl From<Error> for ArrowError {
    fn from(error: Error) -> Self {
        match error {
            Error::Query(QueryError::Arrow(error)) => error,
            own => Self::ExternalError(Box::new(own)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_errors_survive_the_way_through_arrow() {
        let own = || Error::from(QueryError::DuplicateColumn { column: "a".to_owned() });
        let back = Error::from(ArrowError::from(own()));
        assert!(matches!(back, Error::Query(QueryError::DuplicateColumn { column }) if column == "a"));
        let core = Error::Forked { owner: 1, user: 2 };
        assert!(matches!(Error::from(ArrowError::from(core)), Error::Forked { owner: 1, user: 2 }));
        let foreign = ArrowError::from(Error::from(ArrowError::DivideByZero));
        assert!(matches!(foreign, ArrowError::DivideByZero));
    }
}
