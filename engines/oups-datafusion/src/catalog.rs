//! Attached stores among the schemas and tables of a context.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::{Result, exec_err, plan_datafusion_err};
use datafusion::logical_expr::TableType;
use datafusion::prelude::SessionContext;
use oups::{AnyKey, KeyFilter, Store};

use crate::error::blocking;
use crate::table::{DatasetTable, StoreTable};

/// Makes a store the table and the schema of this name.
///
/// # Errors
///
/// If the context has no default catalog or schema, or the schema has a table of this name.
pub(crate) fn attach(ctx: &SessionContext, name: &str, store: Store<AnyKey>) -> Result<()> {
    let state = ctx.state();
    let defaults = &state.config_options().catalog;
    let catalog = ctx
        .catalog(&defaults.default_catalog)
        .ok_or_else(|| plan_datafusion_err!("the context has no catalog {}", defaults.default_catalog))?;
    let schema = catalog
        .schema(&defaults.default_schema)
        .ok_or_else(|| plan_datafusion_err!("the context has no schema {}", defaults.default_schema))?;
    if schema.table_exist(name) {
        return exec_err!("there is a table {name} already");
    }
    match schema.downcast_ref::<WithStores>() {
        Some(with_stores) => with_stores.insert(name, store.clone()),
        None => {
            let with_stores = WithStores { stores: RwLock::default(), others: schema };
            with_stores.insert(name, store.clone());
            catalog.register_schema(&defaults.default_schema, Arc::new(with_stores))?;
        }
    }
    catalog.register_schema(name, Arc::new(Datasets { store }))?;
    Ok(())
}

/// The default schema with the attached stores as tables, beside whatever else is in it.
#[derive(Debug)]
struct WithStores {
    stores: RwLock<BTreeMap<String, Store<AnyKey>>>,
    others: Arc<dyn SchemaProvider>,
}

impl WithStores {
    fn insert(&self, name: &str, store: Store<AnyKey>) {
        self.stores.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), store);
    }

    fn store(&self, name: &str) -> Option<Store<AnyKey>> {
        self.stores.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

#[async_trait]
impl SchemaProvider for WithStores {
    fn table_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.stores.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
        names.extend(self.others.table_names());
        names
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        match self.store(name) {
            Some(store) => Ok(Some(StoreTable::open(&store, KeyFilter::all()).await?)),
            None => self.others.table(name).await,
        }
    }

    async fn table_type(&self, name: &str) -> Result<Option<TableType>> {
        match self.store(name) {
            Some(_) => Ok(Some(TableType::Base)),
            None => self.others.table_type(name).await,
        }
    }

    fn register_table(&self, name: String, table: Arc<dyn TableProvider>) -> Result<Option<Arc<dyn TableProvider>>> {
        if self.store(&name).is_some() {
            return exec_err!("{name} is a store");
        }
        self.others.register_table(name, table)
    }

    fn deregister_table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if self.store(name).is_some() {
            return exec_err!("{name} is a store");
        }
        self.others.deregister_table(name)
    }

    fn table_exist(&self, name: &str) -> bool {
        self.store(name).is_some() || self.others.table_exist(name)
    }
}

/// The datasets of a store as the tables of a schema, by their path texts.
#[derive(Debug)]
struct Datasets {
    store: Store<AnyKey>,
}

#[async_trait]
impl SchemaProvider for Datasets {
    fn table_names(&self) -> Vec<String> {
        self.store.keys(..).unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let (store, name) = (self.store.clone(), name.to_owned());
        let dataset = blocking(move || {
            let Ok(key) = store.parse_key(&name) else { return Ok(None) };
            let dataset = store.dataset(&key).map_err(crate::error::external)?;
            Ok(dataset.exists().map_err(crate::error::external)?.then_some(dataset))
        });
        match dataset.await? {
            Some(dataset) => Ok(Some(DatasetTable::at(self.store.root().to_owned(), dataset).await?)),
            None => Ok(None),
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        let dataset = self.store.parse_key(name).and_then(|key| self.store.dataset(&key));
        dataset.and_then(|dataset| dataset.exists()).unwrap_or_default()
    }
}
