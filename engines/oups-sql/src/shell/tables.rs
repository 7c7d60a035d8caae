//! The list of tables.

use std::sync::Arc;

use anyhow::Result;
use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::SchemaProvider;
use datafusion::logical_expr::TableType;
use datafusion::prelude::SessionContext;
use oups_cli::output::target::Target;
use oups_cli::output::{Rows, stream};
use oups_cli::terminal::stdout::Stdout;

use crate::session::Session;

/// Prints all tables: stores with the number of their datasets, then views and tables in memory.
///
/// # Errors
///
/// If a store cannot be listed, or the output cannot be written.
pub(super) fn show(session: &Session, target: &Target, out: &mut Stdout) -> Result<()> {
    let mut names = Vec::new();
    let mut kinds = Vec::new();
    let mut datasets = Vec::new();
    for attached in session.stores.iter() {
        names.push(attached.name.clone());
        kinds.push("store");
        datasets.push(Some(attached.store.keys(..)?.len() as u64));
    }
    if let Some(schema) = own(&session.engine.ctx) {
        for name in of_session(schema.as_ref(), session) {
            kinds.push(match session.engine.wait(schema.table_type(&name))? {
                Some(TableType::View) => "view",
                _ => "in memory",
            });
            names.push(name);
            datasets.push(None);
        }
    }
    let fields = [("table", DataType::Utf8), ("kind", DataType::Utf8), ("datasets", DataType::UInt64)];
    let fields = fields.map(|(name, of)| Field::new(name, of, name == "datasets"));
    let schema = Arc::new(Schema::new(fields.to_vec()));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(names)),
        Arc::new(StringArray::from(kinds)),
        Arc::new(UInt64Array::from(datasets)),
    ];
    let batch = RecordBatch::try_new(schema.clone(), columns)?;
    stream::show(Rows { schema, batches: &mut std::iter::once(Ok(batch)) }, target, true, out)
}

/// The schema of views and tables in memory. The stores are in it too.
pub(super) fn own(ctx: &SessionContext) -> Option<Arc<dyn SchemaProvider>> {
    let state = ctx.state();
    let catalogs = &state.config_options().catalog;
    ctx.catalog(&catalogs.default_catalog)?.schema(&catalogs.default_schema)
}

fn of_session(schema: &dyn SchemaProvider, session: &Session) -> Vec<String> {
    let mut names: Vec<String> =
        schema.table_names().into_iter().filter(|name| session.stores.named(name).is_none()).collect();
    names.sort();
    names
}
