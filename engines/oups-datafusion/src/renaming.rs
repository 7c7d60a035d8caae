//! Columns of the data that give way to a key field: the table calls them otherwise than files do.

use std::sync::Arc;

use datafusion::arrow::datatypes::{FieldRef, Schema, SchemaRef};
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr_adapter::{
    DefaultPhysicalExprAdapterFactory, PhysicalExprAdapter, PhysicalExprAdapterFactory,
};
use datafusion::physical_plan::PhysicalExpr;

use crate::columns::Columns;

/// Makes adapters that know both names of each column.
#[derive(Debug)]
pub(crate) struct Renaming {
    columns: Columns,
}

impl Renaming {
    /// Adapters for tables of these columns; `None` where tables and files have the same names.
    pub(crate) fn of(columns: &Columns) -> Option<Arc<dyn PhysicalExprAdapterFactory>> {
        columns.renames().then(|| Arc::new(Self { columns: columns.clone() }) as _)
    }
}

impl PhysicalExprAdapterFactory for Renaming {
    fn create(&self, table: SchemaRef, file: SchemaRef) -> Result<Arc<dyn PhysicalExprAdapter>> {
        let renamed = |field: &FieldRef| match self.columns.table_name(field.name()) {
            Some(name) if name != field.name() => Arc::new(field.as_ref().clone().with_name(name)),
            _ => field.clone(),
        };
        let renamed: Vec<FieldRef> = file.fields().iter().map(renamed).collect();
        let renamed = Arc::new(Schema::new_with_metadata(renamed, file.metadata().clone()));
        let adapter = DefaultPhysicalExprAdapterFactory.create(table, renamed)?;
        Ok(Arc::new(RenamingAdapter { adapter, file }))
    }
}

/// The engine's own adapter on a file whose columns have the table's names.
#[derive(Debug)]
struct RenamingAdapter {
    adapter: Arc<dyn PhysicalExprAdapter>,
    file: SchemaRef,
}

impl PhysicalExprAdapter for RenamingAdapter {
    fn rewrite(&self, expr: Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
        let named = |expr: Arc<dyn PhysicalExpr>| {
            let Some(column) = expr.downcast_ref::<Column>() else { return Ok(Transformed::no(expr)) };
            let Some(field) = self.file.fields().get(column.index()) else { return Ok(Transformed::no(expr)) };
            if field.name() == column.name() {
                return Ok(Transformed::no(expr));
            }
            Ok(Transformed::yes(Arc::new(Column::new(field.name(), column.index())) as _))
        };
        self.adapter.rewrite(expr)?.transform(named).data()
    }
}
