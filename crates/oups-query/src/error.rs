//! What can go wrong in reading, beyond what the core already says.

use arrow::error::ArrowError;

/// The result of a fallible operation of reading.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that a query can refuse or fail at.
///
/// The iterators over batches give [`ArrowError`]s, as [`RecordBatchReader`](arrow::array::RecordBatchReader) demands;
/// ours travel inside them, and `Error::from(arrow_error)`, which `?` calls, takes them out again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store refused or failed: no such dataset, a damaged file, a snapshot that is gone.
    #[error(transparent)]
    Core(#[from] oups_core::Error),

    /// A bound of a range is no value that can be compared with the ordered column's.
    #[error("dataset {dataset}: a bound on column `{column}` is to be {expected}, not {found}")]
    Bound {
        /// The dataset.
        dataset: String,
        /// Its ordered column.
        column: String,
        /// What would do.
        expected: String,
        /// What was given.
        found: String,
    },

    /// A named column is not there.
    #[error("dataset {dataset}: there is no column `{column}`; the columns are {columns}")]
    UnknownColumn {
        /// The dataset.
        dataset: String,
        /// The column asked for.
        column: String,
        /// The columns there are, comma separated.
        columns: String,
    },

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
    #[error(
        "dataset {dataset} is ordered on `{column}` ({column_type}), but dataset {other} on `{other_column}` \
         ({other_type}): a query needs one ordered column, name and type, for all"
    )]
    OrderedColumns {
        /// A dataset.
        dataset: String,
        /// Its ordered column.
        column: String,
        /// Its type.
        column_type: String,
        /// The first dataset that differs.
        other: String,
        /// Its ordered column.
        other_column: String,
        /// Its type.
        other_type: String,
    },

    /// The rows cannot be one batch: a text column of over 2 GiB, or a dictionary with more values than its key type
    /// can name. Read them batch by batch.
    #[error("dataset {dataset}: the rows do not fit into one batch ({source}): read them batch by batch")]
    TooLarge {
        /// The dataset.
        dataset: String,
        /// Arrow's error.
        source: ArrowError,
    },

    /// Arrow failed.
    #[error(transparent)]
    Arrow(ArrowError),
}

impl From<ArrowError> for Error {
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

impl From<Error> for ArrowError {
    fn from(error: Error) -> Self {
        match error {
            Error::Arrow(error) => error,
            own => Self::ExternalError(Box::new(own)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_errors_survive_the_way_through_arrow() {
        let arrow = ArrowError::from(Error::DuplicateColumn { column: "a".to_owned() });
        assert!(matches!(Error::from(arrow), Error::DuplicateColumn { column } if column == "a"));
        let foreign = ArrowError::from(Error::from(ArrowError::DivideByZero));
        assert!(matches!(foreign, ArrowError::DivideByZero));
    }
}
