//! What can go wrong in reading, beyond what the core already says.

use std::fmt;

use arrow::error::ArrowError;

use super::Error;
use crate::words::{short, shortened, words_of};

/// Everything that a query can refuse or fail at.
///
/// The iterators over batches give [`ArrowError`]s, as [`RecordBatchReader`](arrow::array::RecordBatchReader) demands;
/// ours travel inside them, and `QueryError::from(arrow_error)`, which `?` calls, takes them out again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The store refused or failed: no such dataset or column, a damaged file, a snapshot that is gone.
    #[error(transparent)]
    Core(#[from] Error),

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

    /// Datasets of one query are ordered on columns of different names or types.
    #[error("{first}, but {other}: a query needs one ordered column, name and type, for all")]
    OrderedColumns {
        /// The first dataset of the query.
        first: Box<OrderedOn>,
        /// The first one that differs.
        other: Box<OrderedOn>,
    },

    /// Datasets of one query have columns of one name, and no type holds the values of both.
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

    /// A column of the rows has the name of a column that the query adds.
    #[error(
        "column `{column}` has the name of a key field, which the rows get as a column: leave it out with `columns`, or the fields of the keys by `without_keys`"
    )]
    KeyColumn {
        /// The column.
        column: String,
    },

    /// Two columns of a result would have one name.
    #[error("two columns of the result would be named `{column}`: ask for each once, or in a join for another prefix")]
    SameName {
        /// The name.
        column: String,
    },

    /// A tolerance does not suit the ordered column, or is missing.
    #[error("the tolerance on column {column} is to be {expected}, not {found}")]
    Tolerance {
        /// The ordered column and its type.
        column: String,
        /// What would do.
        expected: String,
        /// What was given.
        found: String,
    },

    /// A period does not suit the ordered column.
    #[error("period `{found}` on column {column}: expected {expected}")]
    Period {
        /// The ordered column and its type.
        column: String,
        /// What would do.
        expected: String,
        /// What was given.
        found: String,
    },

    /// A column cannot be aggregated so.
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

    /// The rows cannot be one batch: a text column of over 2 GiB, or a dictionary with more values than its key type
    /// can name. Read them batch by batch.
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
        /// Where in it, in characters from 1.
        at: usize,
        /// What would do there.
        expected: String,
        /// What is there.
        found: String,
        /// The columns there are, where one was expected.
        columns: Box<[String]>,
    },

    /// A filter's function does not answer for each row that it is given.
    #[error("a filter was given {expected} rows and answered for {found}")]
    TestLength {
        /// The rows that it was given.
        expected: usize,
        /// The answers that it gave.
        found: usize,
    },

    /// Arrow failed.
    #[error("{}", words_of(.0))]
    Arrow(ArrowError),
}

/// A column of one dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnOf {
    /// The dataset.
    pub dataset: String,
    /// The column's type there.
    pub column_type: String,
}

/// What a dataset is ordered on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderedOn {
    /// The dataset.
    pub dataset: String,
    /// Its ordered column.
    pub column: String,
    /// The column's type.
    pub column_type: String,
}

impl fmt::Display for OrderedOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dataset {} is ordered on `{}` ({})", self.dataset, self.column, short(&self.column_type))
    }
}

impl From<ArrowError> for QueryError {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::ExternalError(inner) => match inner.downcast::<Self>() {
                Ok(own) => *own,
                Err(inner) => Self::Arrow(ArrowError::ExternalError(inner)),
            },
            other => Self::Arrow(other),
        }
    }
}

impl From<QueryError> for ArrowError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Arrow(error) => error,
            own => Self::ExternalError(Box::new(own)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_errors_survive_the_way_through_arrow() {
        let arrow = ArrowError::from(QueryError::DuplicateColumn { column: "a".to_owned() });
        assert!(matches!(QueryError::from(arrow), QueryError::DuplicateColumn { column } if column == "a"));
        let foreign = ArrowError::from(QueryError::from(ArrowError::DivideByZero));
        assert!(matches!(foreign, ArrowError::DivideByZero));
    }
}
