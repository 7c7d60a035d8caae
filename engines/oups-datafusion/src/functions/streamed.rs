//! Rows that the library streams as a table of the engine.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use oups::Together;

use super::leaf::Leaf;
use super::reads::{Asked, Reads};
use crate::attached::Attached;
use crate::error::Raised;
use crate::keys::KeyCondition;

/// The table of a call of such a function. Its columns are those that the datasets had at the call; each scan decides which
/// versions it reads.
#[derive(Debug)]
pub(crate) struct StreamedTable {
    attached: Arc<Attached>,
    reads: Arc<dyn Reads>,
    schema: SchemaRef,
}

impl StreamedTable {
    /// Finds out which columns the rows have. It reads the manifests and the files at the edges of the range, on the caller's
    /// thread: the engine gives a table function no other.
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
