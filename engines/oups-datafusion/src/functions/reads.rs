//! Reads of the library that table functions are made of.

use std::fmt;

use datafusion::arrow::array::RecordBatchReader;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use oups::{AnyKey, Store};

use crate::keys::KeyCondition;
use crate::statement::Read;

/// Rows of the library, batch by batch.
pub(super) type Rows = Box<dyn RecordBatchReader + Send>;

/// What a table function reads of a store.
pub(super) trait Reads: fmt::Debug + fmt::Display + Send + Sync {
    /// The datasets that it reads.
    fn condition(&self) -> KeyCondition;

    /// Begins to read these datasets. The rows have the columns that are asked for, and may have more.
    ///
    /// # Errors
    ///
    /// If a dataset is missing, or the call does not suit its columns.
    fn begin(&self, store: &Store<AnyKey>, read: Vec<Read>, asked: Asked<'_>) -> Result<Rows>;

    /// The columns of the table, for those of the rows.
    fn shown(&self, rows: &SchemaRef) -> SchemaRef;

    /// The orders that its rows have, as names of columns.
    fn orders(&self, read: &[Read]) -> Vec<Vec<String>>;
}

/// What a plan wants of the rows.
pub(super) struct Asked<'a> {
    /// The columns; `None` for all of them.
    pub(super) columns: Option<&'a [String]>,
    /// So many rows will do.
    pub(super) limit: Option<u64>,
    /// Says whether nobody waits for the rows any more.
    pub(super) stop: Box<dyn Fn() -> bool + Send + Sync>,
}

impl Asked<'_> {
    /// Everything.
    pub(super) fn all() -> Self {
        Self { columns: None, limit: None, stop: Box::new(|| false) }
    }

    /// Whether the plan wants a column.
    pub(super) fn wants(&self, column: &str) -> bool {
        self.columns.is_none_or(|columns| columns.iter().any(|wanted| wanted == column))
    }
}
