//! Inserts whose select is planned for itself.
//!
//! The engine plans the select of an insert with the columns of the table in mind, and takes every `values` within it for rows
//! of the table: their expressions are cast to its columns, whatever the select makes of them. And it can only name columns
//! that the table has already, which a store without datasets has not.

mod casts;

use std::sync::Arc;

use datafusion::arrow::datatypes::Schema;
use datafusion::common::{Column, Result, TableReference, plan_err};
use datafusion::datasource::DefaultTableSource;
use datafusion::execution::SessionState;
use datafusion::logical_expr::dml::InsertOp;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::sql::parser::Statement;
use datafusion::sql::planner::{IdentNormalizer, object_name_to_table_reference};
use datafusion::sql::sqlparser::ast;
use oups::words;

pub(crate) use casts::ExactInserts;

use crate::table::{DatasetTable, StoreTable};

/// The plan of a parsed statement, as the session's own `statement_to_plan` makes it. The select of an insert into a store is
/// planned for itself, and a store without datasets takes the columns that it has.
///
/// # Errors
///
/// As the session's own; an insert is told of columns that the store does not have, or that it names twice.
pub async fn plan(state: &SessionState, statement: Statement) -> Result<LogicalPlan> {
    if let Some(insert) = Plain::of(state, &statement)?
        && let Some(plan) = insert.plan(state).await?
    {
        return Ok(plan);
    }
    state.statement_to_plan(statement).await
}

/// An insert without any of the clauses that the engine refuses.
struct Plain<'a> {
    table: TableReference,
    columns: Vec<String>,
    source: &'a ast::Query,
}

impl<'a> Plain<'a> {
    /// None for another statement, and for an insert that the engine has something to say about.
    fn of(state: &SessionState, statement: &'a Statement) -> Result<Option<Self>> {
        let Statement::Statement(statement) = statement else { return Ok(None) };
        let ast::Statement::Insert(insert) = statement.as_ref() else { return Ok(None) };
        let ast::Insert {
            table: ast::TableObject::TableName(name),
            columns,
            source: Some(source),
            or: None,
            ignore: false,
            table_alias: None,
            overwrite: false,
            partitioned: None,
            on: None,
            returning: None,
            output: None,
            replace_into: false,
            priority: None,
            insert_alias: None,
            settings: None,
            format_clause: None,
            multi_table_insert_type: None,
            multi_table_else_clause: None,
            assignments,
            after_columns,
            optimizer_hints,
            multi_table_into_clauses,
            multi_table_when_clauses,
            insert_token: _,
            into: _,
            has_table_keyword: _,
        } = insert
        else {
            return Ok(None);
        };
        let others = assignments.len() + after_columns.len() + optimizer_hints.len();
        if others + multi_table_into_clauses.len() + multi_table_when_clauses.len() > 0 {
            return Ok(None);
        }
        let normalize = state.config().options().sql_parser.enable_ident_normalization;
        let table = object_name_to_table_reference(name.clone(), normalize)?;
        let normalizer = IdentNormalizer::new(normalize);
        let names = columns.iter().map(|column| match column.0.as_slice() {
            [ast::ObjectNamePart::Identifier(name)] => Some(normalizer.normalize(name.clone())),
            _ => None,
        });
        let Some(columns) = names.collect::<Option<Vec<_>>>() else { return Ok(None) };
        Ok(Some(Self { table, columns, source }))
    }

    /// Its plan; none if it is not into a store, or is of rows that are written down: the engine casts these one by one to the
    /// columns of the table, so that each is taken as what it is.
    async fn plan(self, state: &SessionState) -> Result<Option<LogicalPlan>> {
        let Ok(schema) = state.schema_for_ref(self.table.clone()) else { return Ok(None) };
        let Some(provider) = schema.table(self.table.table()).await? else { return Ok(None) };
        let is_new = provider.downcast_ref::<StoreTable>().map(StoreTable::has_no_datasets);
        let of_dataset = provider.downcast_ref::<DatasetTable>().map(|_| false);
        let Some(is_new) = is_new.or(of_dataset) else { return Ok(None) };
        if matches!(self.source.body.as_ref(), ast::SetExpr::Values(_)) && !is_new {
            return Ok(None);
        }
        let query = ast::Statement::Query(Box::new(with_names(self.source)));
        let source = state.statement_to_plan(Statement::Statement(Box::new(query))).await?;
        let names = match (self.columns.is_empty(), is_new) {
            (false, _) => self.columns,
            (true, true) => source.schema().fields().iter().map(|field| field.name().clone()).collect(),
            (true, false) => provider.schema().fields().iter().map(|field| field.name().clone()).collect(),
        };
        check(&names, &provider.schema(), is_new)?;
        if names.len() != source.schema().fields().len() {
            let found = source.schema().fields().len();
            return plan_err!("the insert names {} columns, and its select has {found}", names.len());
        }
        let columns = source.schema().iter().zip(names);
        let columns = columns.map(|(column, name)| Expr::Column(Column::from(column)).alias(name)).collect::<Vec<_>>();
        let source = LogicalPlanBuilder::from(source).project(columns)?.build()?;
        let target = Arc::new(DefaultTableSource::new(provider));
        LogicalPlanBuilder::insert_into(source, self.table, target, InsertOp::Append)?.build().map(Some)
    }
}

/// The query with a name of its own for each literal that it selects: the engine refuses two that are equal.
fn with_names(query: &ast::Query) -> ast::Query {
    let mut query = query.clone();
    if let ast::SetExpr::Select(select) = query.body.as_mut() {
        for (at, item) in select.projection.iter_mut().enumerate() {
            if let ast::SelectItem::UnnamedExpr(value @ ast::Expr::Value(_)) = item {
                let alias = ast::Ident::with_quote('"', format!("literal {at}"));
                *item = ast::SelectItem::ExprWithAlias { expr: value.clone(), alias };
            }
        }
    }
    query
}

/// Checks the names of the columns of an insert.
fn check(names: &[String], table: &Schema, is_new: bool) -> Result<()> {
    for (at, name) in names.iter().enumerate() {
        if names.iter().take(at).any(|other| other == name) {
            return plan_err!("the insert names column {name} twice");
        }
        if !is_new && table.index_of(name).is_err() {
            let known: Vec<String> = table.fields().iter().map(|field| field.name().clone()).collect();
            return plan_err!("no column {name}: {}", words::columns(name, &known));
        }
    }
    Ok(())
}
