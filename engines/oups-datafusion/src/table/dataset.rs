//! One dataset as a table.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DFSchemaRef, Result};
use datafusion::logical_expr::dml::{InsertOp, MergeIntoClause};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use oups::{AnyKey, Dataset, Snapshot};

use super::refused;
use crate::attached::{Attach, Attached};
use crate::columns::Columns;
use crate::error::{blocking, external};
use crate::insert;
use crate::keys::KeyCondition;
use crate::scan::{Scan, ScannedDataset};
use crate::statement::{Statement, Statements};

/// The rows of one dataset, with its columns just as they are stored.
///
/// It is for those who register tables themselves; [`attach`](crate::attach) makes such tables for each statement.
#[derive(Debug)]
pub struct DatasetTable {
    rows: RowsOf,
    columns: Columns,
}

/// Which version of the dataset it is.
#[derive(Debug)]
enum RowsOf {
    /// The newest one, at each scan.
    Newest {
        attached: Arc<Attached>,
        key: AnyKey,
    },
    Snapshot(Snapshot),
}

impl DatasetTable {
    /// The table of a dataset, at each scan as it is then. Its columns are those that it has now.
    ///
    /// # Errors
    ///
    /// `NoDataset` where there is none, and those of reading its manifest.
    pub async fn open(dataset: &Dataset) -> Result<Arc<Self>> {
        let store = dataset.store();
        let key = store.parse_key(dataset.path_text()).map_err(external)?;
        Self::of(Attached::new(store, Attach::default(), Arc::<Statements>::default()), key).await
    }

    /// The table of one version of a dataset, which stays readable as long as the table or a plan on it is held.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use oups::{AnyKey, KeySchema, Separator, Store, arrow::{array::{Int64Array, RecordBatch}, datatypes::*}};
    /// # let folder = tempfile::tempdir()?;
    /// # let store = Store::create_for(folder.path().join("s"), KeySchema::parse("city:str", Separator::Dash)?)?;
    /// # let schema = Schema::new(vec![Field::new("hour", DataType::Int64, false)]);
    /// # let rows = RecordBatch::try_new(Arc::new(schema), vec![Arc::new(Int64Array::from(vec![1, 2, 3]))])?;
    /// # let dataset = store.dataset(&store.parse_key("oslo")?)?;
    /// # dataset.write(rows).ordered_on("hour").commit()?;
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let before = oups_datafusion::DatasetTable::of_snapshot(dataset.snapshot()?);
    /// dataset.delete(2..).commit()?;
    /// let ctx = oups_datafusion::session();
    /// ctx.register_table("before", before)?;
    /// assert_eq!(ctx.sql("select hour from before").await?.count().await?, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_snapshot(snapshot: Snapshot) -> Arc<Self> {
        let columns = Columns::of_dataset(snapshot.schema());
        Arc::new(Self { rows: RowsOf::Snapshot(snapshot), columns })
    }

    /// As [`open`](Self::open), of an attached store.
    pub(crate) async fn of(attached: Arc<Attached>, key: AnyKey) -> Result<Arc<Self>> {
        blocking(move || {
            let info = attached.store.dataset(&key).and_then(|dataset| dataset.info()).map_err(external)?;
            let columns = Columns::of_dataset(&info.schema);
            Ok(Arc::new(Self { rows: RowsOf::Newest { attached, key }, columns }))
        })
        .await
    }

    /// The store and the condition of the dataset's key; `None` of a snapshot.
    pub(crate) fn condition(&self) -> Option<(&Arc<Attached>, KeyCondition)> {
        match &self.rows {
            RowsOf::Newest { attached, key } => Some((attached, KeyCondition::of_keys([key]))),
            RowsOf::Snapshot(_) => None,
        }
    }

    /// The version to read, and the statement that keeps it.
    async fn snapshot(&self, state: &dyn Session) -> Result<(Option<Arc<Statement>>, Snapshot)> {
        let (attached, key) = match &self.rows {
            RowsOf::Newest { attached, key } => (attached, key),
            RowsOf::Snapshot(snapshot) => return Ok((None, snapshot.clone())),
        };
        let (statement, mut read) = attached.read(state, KeyCondition::of_keys([key])).await?;
        if let Some((_, snapshot)) = read.pop() {
            return Ok((Some(statement), snapshot));
        }
        // It was removed since the statement looked the table up, or between two looks.
        let (store, key) = (attached.store.clone(), key.clone());
        blocking(move || {
            let snapshot = store.dataset(&key).and_then(|dataset| dataset.snapshot()).map_err(external)?;
            Ok((None, snapshot))
        })
        .await
    }
}

#[async_trait]
impl TableProvider for DatasetTable {
    fn schema(&self) -> SchemaRef {
        self.columns.shown.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let pruning = match &self.rows {
            RowsOf::Newest { attached, .. } => attached.options.pruning,
            RowsOf::Snapshot(_) => true,
        };
        let support =
            if pruning { TableProviderFilterPushDown::Inexact } else { TableProviderFilterPushDown::Unsupported };
        Ok(vec![support; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (statement, snapshot) = self.snapshot(state).await?;
        let ordered_keys = match &self.rows {
            RowsOf::Newest { attached, .. } => attached.ordered_keys(state),
            RowsOf::Snapshot(_) => 1,
        };
        let datasets = vec![ScannedDataset { snapshot, key: Vec::new() }];
        let columns = &self.columns;
        Scan { columns, datasets, statement, projection, filters, limit, ordered_keys }.plan(state)
    }

    async fn insert_into(
        &self,
        state: &dyn Session,
        input: Arc<dyn ExecutionPlan>,
        kind: InsertOp,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match &self.rows {
            RowsOf::Newest { attached, key } => {
                insert::into_dataset(attached, key, &self.columns, state, input, kind).await
            }
            RowsOf::Snapshot(_) => Err(refused::insert()),
        }
    }

    async fn delete_from(&self, _: &dyn Session, _: Vec<Expr>) -> Result<Arc<dyn ExecutionPlan>> {
        Err(refused::delete())
    }

    async fn truncate(&self, _: &dyn Session) -> Result<Arc<dyn ExecutionPlan>> {
        Err(refused::delete())
    }

    async fn update(&self, _: &dyn Session, _: Vec<(String, Expr)>, _: Vec<Expr>) -> Result<Arc<dyn ExecutionPlan>> {
        Err(refused::update())
    }

    async fn merge_into(
        &self,
        _: &dyn Session,
        _: Arc<dyn ExecutionPlan>,
        _: DFSchemaRef,
        _: Expr,
        _: Vec<MergeIntoClause>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Err(refused::update())
    }
}
