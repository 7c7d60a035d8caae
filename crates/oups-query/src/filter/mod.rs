//! Which rows are wanted beyond the range: conditions on the values of any columns.
//!
//! A [`Condition`] is what the caller gave; a [`Filter`] is all of a scan's conditions, their columns found in one dataset.

use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, BooleanArray, RecordBatch};
use arrow::compute::{and, prep_null_mask_filter};
use arrow::error::ArrowError;
use oups_core::schema::DatasetSchema;

use crate::columns::Columns;
use crate::error::{Error, Result};

/// A test of rows: for each row of a batch of the columns that it asked for, whether the row is wanted; null is not.
pub(crate) type Test = dyn Fn(&RecordBatch) -> Result<BooleanArray, ArrowError> + Send + Sync;

/// A condition on rows as the caller gave it.
#[derive(Clone)]
pub(crate) enum Condition {
    Test { columns: Vec<String>, test: Arc<Test> },
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Test { columns, .. } => f.debug_struct("Test").field("columns", columns).finish_non_exhaustive(),
        }
    }
}

/// The conditions of a scan, all of which must hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    tests: Vec<Resolved>,
    /// The columns that the conditions look at, by position in the dataset's schema, ascending.
    pub(crate) columns: Vec<usize>,
}

/// One condition, its columns found.
#[derive(Clone)]
struct Resolved {
    columns: Columns,
    test: Arc<Test>,
}

impl fmt::Debug for Resolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolved").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl Filter {
    /// Finds the columns of the conditions.
    ///
    /// # Errors
    ///
    /// [`oups_core::Error::UnknownColumn`], [`Error::DuplicateColumn`].
    pub(crate) fn resolve(conditions: &[Condition], schema: &DatasetSchema) -> Result<Self> {
        let mut tests = Vec::with_capacity(conditions.len());
        for condition in conditions {
            match condition {
                Condition::Test { columns, test } => {
                    tests.push(Resolved { columns: Columns::find(Some(columns), schema)?, test: test.clone() });
                }
            }
        }
        let mut columns: Vec<usize> = tests.iter().flat_map(|test| test.columns.positions.clone()).collect();
        columns.sort_unstable();
        columns.dedup();
        Ok(Self { tests, columns })
    }

    /// Whether every row is wanted.
    pub(crate) fn is_empty(&self) -> bool {
        self.tests.is_empty()
    }

    /// Which rows of a batch of [`columns`](Self::columns) are wanted; without nulls.
    ///
    /// # Errors
    ///
    /// What a test fails with; [`Error::TestLength`] if it does not answer for every row.
    pub(crate) fn mask(&self, batch: &RecordBatch) -> Result<BooleanArray> {
        let mut mask: Option<BooleanArray> = None;
        for test in &self.tests {
            let answer = test.answer(&self.columns, batch)?;
            mask = Some(match mask {
                Some(mask) => and(&mask, &answer).map_err(Error::from)?,
                None => answer,
            });
        }
        Ok(mask.unwrap_or_else(|| BooleanArray::from(vec![true; batch.num_rows()])))
    }
}

impl Resolved {
    fn answer(&self, available: &[usize], batch: &RecordBatch) -> Result<BooleanArray> {
        let places = self.columns.positions.iter().filter_map(|at| available.binary_search(at).ok());
        let batch = batch.project(&places.collect::<Vec<_>>())?.with_schema(self.columns.schema.clone())?;
        let answer = (self.test)(&batch)?;
        if answer.len() != batch.num_rows() {
            return Err(Error::TestLength { expected: batch.num_rows(), found: answer.len() });
        }
        Ok(if answer.null_count() > 0 { prep_null_mask_filter(&answer) } else { answer })
    }
}
