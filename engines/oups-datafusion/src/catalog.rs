//! Attached stores among the schemas and tables of a context.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, Session, TableProvider};
use datafusion::common::{DataFusionError, Result, SchemaReference, plan_datafusion_err, plan_err};
use datafusion::logical_expr::{DdlStatement, DropCatalogSchema, DropTable, DropView, TableType};
use datafusion::prelude::SessionContext;
use oups::key::nearest;
use oups::{AnyKey, KeyFilter, Store};

use crate::attached::{Attach, Attached};
use crate::error::external;
use crate::statement::Statements;
use crate::table::{DatasetTable, StoreTable};

/// Makes a store the table and the schema of this name.
///
/// # Errors
///
/// If the context has no default catalog or schema, or has a table or schema of this name.
pub(crate) fn attach(ctx: &SessionContext, name: &str, store: Store<AnyKey>, options: Attach) -> Result<()> {
    let state = ctx.state();
    let defaults = &state.config_options().catalog;
    let catalog = ctx
        .catalog(&defaults.default_catalog)
        .ok_or_else(|| plan_datafusion_err!("the context has no catalog {}", defaults.default_catalog))?;
    let schema = catalog
        .schema(&defaults.default_schema)
        .ok_or_else(|| plan_datafusion_err!("the context has no schema {}", defaults.default_schema))?;
    if schema.table_exist(name) || catalog.schema(name).is_some() {
        return plan_err!("there is a table or schema {name} already: attach the store under another name");
    }
    let attached = |statements: &Arc<Statements>| Attached::new(store, options, statements.clone());
    let attached = match schema.downcast_ref::<StoresBeside>() {
        Some(stores) => stores.insert(name, attached(&stores.statements)),
        None => {
            let stores = StoresBeside { stores: RwLock::default(), statements: Arc::default(), others: schema };
            let attached = stores.insert(name, attached(&stores.statements));
            catalog.register_schema(&defaults.default_schema, Arc::new(stores))?;
            attached
        }
    };
    catalog.register_schema(name, Arc::new(Datasets { attached }))?;
    Ok(())
}

/// The store that is attached to a session under this name.
///
/// # Errors
///
/// If there is none.
pub(crate) fn attached(state: &dyn Session, name: &str) -> Result<Arc<Attached>> {
    let defaults = &state.config_options().catalog;
    let catalog = state.catalog_list().catalog(&defaults.default_catalog);
    let schema = catalog.as_ref().and_then(|catalog| catalog.schema(name));
    if let Some(datasets) = schema.as_ref().and_then(|schema| schema.downcast_ref::<Datasets>()) {
        return Ok(datasets.attached.clone());
    }
    let schema = catalog.and_then(|catalog| catalog.schema(&defaults.default_schema));
    let names = schema.as_ref().and_then(|schema| schema.downcast_ref::<StoresBeside>()).map(StoresBeside::names);
    let names = names.unwrap_or_default();
    let which = match (nearest(name, &names, 1).first(), names.len()) {
        (Some(near), _) => format!("; did you mean {near}?"),
        (None, 0) => String::new(),
        (None, 1) => format!(": there is {}", names.join("")),
        (None, _) => format!(": there are {}", names.join(", ")),
    };
    plan_err!("no store is attached as {name}{which}")
}

/// Refuses to drop what is a store or one of its datasets. (The engine asks us too, but does not tell our answer.)
///
/// # Errors
///
/// If it is one, with what to use instead.
pub(crate) fn check_drop(state: &dyn Session, statement: &DdlStatement) -> Result<()> {
    let defaults = &state.config_options().catalog;
    let schema = |catalog: &str, schema: &str| state.catalog_list().catalog(catalog)?.schema(schema);
    match statement {
        DdlStatement::DropTable(DropTable { name, .. }) | DdlStatement::DropView(DropView { name, .. }) => {
            let name = name.clone().resolve(&defaults.default_catalog, &defaults.default_schema);
            match schema(&name.catalog, &name.schema) {
                Some(found) if found.is::<Datasets>() => Err(not_removed(&name.table)),
                Some(found) if found.downcast_ref().is_some_and(|stores: &StoresBeside| stores.has(&name.table)) => {
                    Err(not_a_table(&name.table))
                }
                _ => Ok(()),
            }
        }
        DdlStatement::DropCatalogSchema(DropCatalogSchema { name, .. }) => {
            let catalog = match name {
                SchemaReference::Bare { .. } => defaults.default_catalog.as_str(),
                SchemaReference::Full { catalog, .. } => catalog,
            };
            match schema(catalog, name.schema_name()) {
                Some(found) if found.is::<Datasets>() || found.is::<StoresBeside>() => {
                    Err(not_a_table(name.schema_name()))
                }
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// The default schema with the attached stores as tables, beside whatever else is in it.
#[derive(Debug)]
struct StoresBeside {
    stores: RwLock<BTreeMap<String, Arc<Attached>>>,
    statements: Arc<Statements>,
    others: Arc<dyn SchemaProvider>,
}

impl StoresBeside {
    fn insert(&self, name: &str, attached: Arc<Attached>) -> Arc<Attached> {
        let mut stores = self.stores.write().unwrap_or_else(PoisonError::into_inner);
        stores.insert(name.to_owned(), attached.clone());
        attached
    }

    fn get(&self, name: &str) -> Option<Arc<Attached>> {
        self.stores.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn names(&self) -> Vec<String> {
        self.stores.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }
}

/// That a store is neither made nor dropped as a table.
fn not_a_table(name: &str) -> DataFusionError {
    plan_datafusion_err!("{name} is a store: SQL neither replaces nor drops it")
}

/// That a dataset is not removed by SQL.
fn not_removed(name: &str) -> DataFusionError {
    plan_datafusion_err!("SQL does not remove datasets: use `oups remove`, or Dataset::remove, for {name}")
}

#[async_trait]
impl SchemaProvider for StoresBeside {
    fn table_names(&self) -> Vec<String> {
        let mut names = self.names();
        names.extend(self.others.table_names());
        names
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        match self.get(name) {
            Some(attached) => Ok(Some(StoreTable::of(attached, KeyFilter::all()).await?)),
            None => self.others.table(name).await,
        }
    }

    async fn table_type(&self, name: &str) -> Result<Option<TableType>> {
        match self.get(name) {
            Some(_) => Ok(Some(TableType::Base)),
            None => self.others.table_type(name).await,
        }
    }

    fn register_table(&self, name: String, table: Arc<dyn TableProvider>) -> Result<Option<Arc<dyn TableProvider>>> {
        if self.has(&name) {
            return Err(not_a_table(&name));
        }
        self.others.register_table(name, table)
    }

    fn deregister_table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if self.has(name) {
            return Err(not_a_table(name));
        }
        self.others.deregister_table(name)
    }

    fn table_exist(&self, name: &str) -> bool {
        self.has(name) || self.others.table_exist(name)
    }
}

/// The datasets of a store as the tables of a schema, by their path texts.
#[derive(Debug)]
struct Datasets {
    attached: Arc<Attached>,
}

#[async_trait]
impl SchemaProvider for Datasets {
    /// None where the store cannot be listed, for the trait has no room for the error: a query tells it.
    fn table_names(&self) -> Vec<String> {
        self.attached.store.keys(..).unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    /// The dataset; the error of oups where there is none, which knows more than that.
    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let key = self.attached.store.parse_key(name).map_err(external)?;
        Ok(Some(DatasetTable::of(self.attached.clone(), key).await?))
    }

    async fn table_type(&self, name: &str) -> Result<Option<TableType>> {
        Ok(self.table_exist(name).then_some(TableType::Base))
    }

    fn register_table(&self, name: String, _: Arc<dyn TableProvider>) -> Result<Option<Arc<dyn TableProvider>>> {
        plan_err!("SQL makes no datasets by this statement: make {name} by an insert, or elsewhere")
    }

    fn deregister_table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        Err(not_removed(name))
    }

    fn table_exist(&self, name: &str) -> bool {
        let store = &self.attached.store;
        let dataset = store.parse_key(name).and_then(|key| store.dataset(&key));
        dataset.and_then(|dataset| dataset.exists()).unwrap_or_default()
    }
}
