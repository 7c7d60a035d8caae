//! Rows that the library streams, as a table of the engine: a leaf of one partition.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::RecordBatchReader;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use oups::{AnyKey, Store, Together};

use super::leaf::Leaf;
use crate::attached::Attached;
use crate::error::Raised;
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
    /// If a dataset is missing, or what is to be read does not suit its columns.
    fn begin(&self, store: &Store<AnyKey>, read: Vec<Read>, asked: Asked<'_>) -> Result<Rows>;

    /// The columns of the table, for those of the rows.
    fn shown(&self, rows: &SchemaRef) -> SchemaRef;

    /// The orders that its rows have, as names of columns.
    fn orders(&self, read: &[Read]) -> Vec<Vec<String>>;
}

/// What a plan wants of the rows.
pub(super) struct Asked<'a> {
    /// The columns; `None` is all of them.
    pub(super) columns: Option<&'a [String]>,
    /// So many rows will do.
    pub(super) limit: Option<u64>,
    /// Says whether nobody waits for the rows any more.
    pub(super) stop: Box<dyn Fn() -> bool + Send + Sync>,
}

impl Asked<'_> {
    /// Everything.
    fn all() -> Self {
        Self { columns: None, limit: None, stop: Box::new(|| false) }
    }

    pub(super) fn wants(&self, column: &str) -> bool {
        self.columns.is_none_or(|columns| columns.iter().any(|wanted| wanted == column))
    }
}

/// The table that a call of such a function is. Its columns are those of the call; which versions it reads is decided at each
/// scan.
#[derive(Debug)]
pub(crate) struct StreamedTable {
    attached: Arc<Attached>,
    reads: Arc<dyn Reads>,
    schema: SchemaRef,
}

impl StreamedTable {
    /// Finds out which columns the rows have: for that the manifests are read, and the files at the edges of the range.
    ///
    /// # Errors
    ///
    /// As [`Reads::begin`].
    pub(super) fn open(attached: Arc<Attached>, reads: Arc<dyn Reads>) -> Result<Arc<Self>> {
        let store = &attached.store;
        let condition = reads.condition();
        let (keys, snapshots) =
            store.snapshots_of(|| condition.list(store), Together::Independently).map_err(|Raised(error)| error)?;
        let read = keys.into_iter().zip(snapshots).collect();
        let schema = reads.shown(&reads.begin(store, read, Asked::all())?.schema());
        Ok(Arc::new(Self { attached, reads, schema }))
    }

    pub(crate) fn attached(&self) -> &Arc<Attached> {
        &self.attached
    }

    /// The datasets that it reads.
    pub(crate) fn condition(&self) -> KeyCondition {
        self.reads.condition()
    }
}

#[async_trait]
impl TableProvider for StreamedTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let read = self.attached.read(state, self.condition()).await?;
        let schema = match projection {
            Some(places) => Arc::new(self.schema.project(places)?),
            None => self.schema.clone(),
        };
        Ok(Arc::new(Leaf::new(self.attached.store.clone(), self.reads.clone(), read, schema, limit)))
    }
}
