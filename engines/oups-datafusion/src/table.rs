//! Tables: all datasets of a store, or one.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use oups::{AnyKey, Dataset, KeyFilter, Snapshot, Store, StoreKey, Together, common_schema_of};

use crate::columns::Columns;
use crate::error::{blocking, external};
use crate::scan::{self, Wanted};
use crate::value;

/// The rows of all datasets of a store, with the fields of their keys as the first columns. Which datasets and versions it
/// reads is decided at each scan.
#[derive(Debug)]
pub struct StoreTable {
    store: Store<AnyKey>,
    filter: KeyFilter,
    columns: Columns,
}

impl StoreTable {
    /// The table of the datasets that a filter lets through. Its columns are those that the datasets have now.
    ///
    /// # Errors
    ///
    /// Where a folder cannot be listed or a manifest not be read; `ColumnTypes` for a column whose types have none in
    /// common.
    pub async fn open<K: StoreKey>(store: &Store<K>, filter: KeyFilter) -> Result<Arc<Self>> {
        let store = store.any_keys();
        blocking(move || {
            let (_, snapshots) = store.snapshots_where(filter.clone(), Together::Independently).map_err(external)?;
            let schemas = snapshots.iter().map(|snapshot| (snapshot.dataset(), snapshot.schema()));
            let common = common_schema_of(schemas).map_err(external)?;
            let columns = Columns::of_store(store.schema(), &common)?;
            Ok(Arc::new(Self { store, filter, columns }))
        })
        .await
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

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (store, filter) = (self.store.clone(), self.filter.clone());
        let types = self.columns.key_types.clone();
        let datasets = blocking(move || {
            let (keys, snapshots) = store.snapshots_where(filter, Together::default()).map_err(external)?;
            let wanted = |(key, snapshot): (AnyKey, Snapshot)| {
                let key = types.iter().zip(key.values()).map(|(field_type, value)| value::field(*field_type, value));
                Ok(Wanted { snapshot, key: key.collect::<Result<_>>()? })
            };
            keys.into_iter().zip(snapshots).map(wanted).collect::<Result<Vec<_>>>()
        })
        .await?;
        scan::plan(state, self.store.root(), &self.columns, &datasets, projection)
    }
}

/// The rows of one dataset, with its columns just as they are stored.
#[derive(Debug)]
pub struct DatasetTable {
    dataset: Dataset,
    root: std::path::PathBuf,
    columns: Columns,
}

impl DatasetTable {
    pub(crate) async fn at(root: std::path::PathBuf, dataset: Dataset) -> Result<Arc<Self>> {
        blocking(move || {
            let columns = Columns::of_dataset(dataset.snapshot().map_err(external)?.schema());
            Ok(Arc::new(Self { dataset, root, columns }))
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

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let dataset = self.dataset.clone();
        let snapshot = blocking(move || dataset.snapshot().map_err(external)).await?;
        let datasets = [Wanted { snapshot, key: Vec::new() }];
        scan::plan(state, &self.root, &self.columns, &datasets, projection)
    }
}
