//! All datasets of a store as one table.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DFSchemaRef, Result};
use datafusion::logical_expr::dml::{InsertOp, MergeIntoClause};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use oups::{Dataset, DatasetInfo, Error, KeyFilter, Store, StoreKey};

use super::refused;
use crate::attached::{Attach, Attached};
use crate::columns::Columns;
use crate::error::{blocking, external};
use crate::insert;
use crate::keys::KeyCondition;
use crate::scan::{Scan, ScannedDataset};
use crate::statement::Statements;

/// The rows of all datasets of a store, with the fields of their keys as the first columns. Which datasets and versions it
/// reads is decided at each scan.
///
/// It is for those who register tables themselves; [`attach`](crate::attach) makes such tables for each statement.
#[derive(Debug)]
pub struct StoreTable {
    attached: Arc<Attached>,
    filter: KeyFilter,
    columns: Columns,
}

impl StoreTable {
    /// The table of the datasets that a filter lets through. Its columns are those that these datasets have now.
    ///
    /// # Errors
    ///
    /// Where a folder cannot be listed or a manifest not be read; `ColumnTypes` for a column whose types have none in
    /// common; `SameName` for a column `data.x` beside a column and a key field `x`.
    pub async fn open<K: StoreKey>(store: &Store<K>, filter: KeyFilter) -> Result<Arc<Self>> {
        Self::of(Attached::new(store.any_keys(), Attach::default(), Arc::<Statements>::default()), filter).await
    }

    /// As [`open`](Self::open), of an attached store.
    pub(crate) async fn of(attached: Arc<Attached>, filter: KeyFilter) -> Result<Arc<Self>> {
        blocking(move || {
            let store = &attached.store;
            let mut found = Vec::new();
            for key in store.keys(filter.clone()).map_err(external)? {
                let dataset = store.dataset(&key).map_err(external)?;
                let info = info_if_there(&dataset).map_err(external)?;
                found.extend(info.map(|info| (dataset, info.schema)));
            }
            let schemas = found.iter().map(|(dataset, schema)| (dataset.path_text(), schema));
            let columns = Columns::of_store(store.schema(), schemas)?;
            Ok(Arc::new(Self { attached, filter, columns }))
        })
        .await
    }

    /// The condition on keys in the filters of a scan.
    pub(crate) fn condition(&self, state: &dyn Session, filters: &[Expr]) -> Result<KeyCondition> {
        KeyCondition::new(state, &self.columns.keys, &self.filter, filters)
    }

    /// Whether there is no dataset yet that has columns.
    pub(crate) fn has_no_datasets(&self) -> bool {
        self.columns.shown.fields().len() == self.columns.keys.fields().len()
    }

    pub(crate) fn attached(&self) -> &Arc<Attached> {
        &self.attached
    }
}

/// What is known of a dataset; `None` if it was removed since it was listed.
pub(crate) fn info_if_there(dataset: &Dataset) -> oups::Result<Option<DatasetInfo>> {
    match dataset.info() {
        Ok(info) => Ok(Some(info)),
        Err(Error::NoDataset { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[async_trait]
impl TableProvider for StoreTable {
    fn schema(&self) -> SchemaRef {
        self.columns.shown.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let support = |filter: &&Expr| match (self.attached.options.pruning, self.columns.keys.decide(filter)) {
            (false, _) => TableProviderFilterPushDown::Unsupported,
            (true, true) => TableProviderFilterPushDown::Exact,
            (true, false) => TableProviderFilterPushDown::Inexact,
        };
        Ok(filters.iter().map(support).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (statement, read) = self.attached.read(state, self.condition(state, filters)?).await?;
        let mut datasets = Vec::with_capacity(read.len());
        for (key, snapshot) in read {
            datasets.push(ScannedDataset { snapshot, key: self.columns.keys.values(&key)? });
        }
        let left: Vec<Expr> = filters.iter().filter(|filter| !self.columns.keys.decide(filter)).cloned().collect();
        let scan = Scan {
            columns: &self.columns,
            datasets,
            statement: Some(statement),
            projection,
            filters: &left,
            limit,
            ordered_keys: self.attached.ordered_keys(state),
        };
        scan.plan(state)
    }

    async fn insert_into(
        &self,
        state: &dyn Session,
        input: Arc<dyn ExecutionPlan>,
        kind: InsertOp,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        insert::into_store(&self.attached, &self.columns, state, input, kind).await
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
