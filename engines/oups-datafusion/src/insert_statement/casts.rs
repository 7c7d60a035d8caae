//! The casts that the engine puts into an insert, and what stands there instead.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef, SchemaRef};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{Column, DFSchema, Result, TableReference};
use datafusion::datasource::DefaultTableSource;
use datafusion::logical_expr::expr::{Alias, Cast};
use datafusion::logical_expr::{DmlStatement, Expr, ExprSchemable, LogicalPlan, Projection, Values, WriteOp, lit};
use datafusion::optimizer::AnalyzerRule;

use crate::insert::conversion::converted;
use crate::insert::{ARRIVAL, EXACT_INSERTS};
use crate::options::OupsOptions;
use crate::table::{DatasetTable, StoreTable};
use crate::zone::Zone;

/// Inserts into stores take values as they are: casts that the planner put in become exact conversions, and columns that the
/// statement does not name are not made up.
///
/// The planner casts the columns of the select to those of the table in a projection at the top, and the expressions of
/// `values` where they stand. Casts that the statement itself has are below these; only at the top of an expression of
/// `values` nobody can tell one from the other, and they are exact as well.
#[derive(Debug)]
pub(crate) struct ExactInserts;

impl AnalyzerRule for ExactInserts {
    fn name(&self) -> &str {
        EXACT_INSERTS
    }

    fn analyze(&self, plan: LogicalPlan, config: &ConfigOptions) -> Result<LogicalPlan> {
        let clock = OupsOptions::among(config).time_zone;
        let rewritten = plan.transform_down(|plan| match plan {
            LogicalPlan::Dml(insert) => match into_store(&insert) {
                Some(columns) => Insert { columns, clock: &clock }.rewritten(insert).map(Transformed::yes),
                None => Ok(Transformed::no(LogicalPlan::Dml(insert))),
            },
            other => Ok(Transformed::no(other)),
        });
        rewritten.data()
    }
}

/// The columns of the table, if this is an insert into a store.
fn into_store(insert: &DmlStatement) -> Option<SchemaRef> {
    if !matches!(insert.op, WriteOp::Insert(_)) {
        return None;
    }
    let table = &insert.target.downcast_ref::<DefaultTableSource>()?.table_provider;
    let is_ours = table.downcast_ref::<StoreTable>().is_some() || table.downcast_ref::<DatasetTable>().is_some();
    is_ours.then(|| table.schema())
}

struct Insert<'a> {
    columns: SchemaRef,
    clock: &'a Zone,
}

impl Insert<'_> {
    fn rewritten(&self, insert: DmlStatement) -> Result<LogicalPlan> {
        let input = match insert.input.as_ref() {
            LogicalPlan::Projection(top) if takes_columns(top) => self.of_statement(top)?,
            other => self.of_program(other)?,
        };
        Ok(LogicalPlan::Dml(DmlStatement::new(insert.table_name, insert.target, insert.op, Arc::new(input))))
    }

    /// The columns of a select as those of the table that they go into; others are left out.
    fn of_statement(&self, top: &Projection) -> Result<LogicalPlan> {
        let mut taken = Vec::with_capacity(top.expr.len());
        for expr in &top.expr {
            let Expr::Alias(Alias { expr, name, .. }) = expr else { continue };
            let Some(column) = column_of(expr) else { continue };
            let at = top.input.schema().index_of_column(column)?;
            taken.push((at, column, self.goal(name, top.input.schema().field(at))));
        }
        let goals = taken.iter().map(|(at, _, goal)| (*at, goal.clone())).collect();
        let mut input = self.with_values(&top.input, &goals)?;
        let arrival = with_arrival(&mut input)?;
        let mut exprs = Vec::with_capacity(taken.len() + 1);
        for (_, column, goal) in taken {
            exprs.push(self.value(Expr::Column(column.clone()), &goal, input.schema())?.alias(goal.name()));
        }
        exprs.extend(arrival);
        Ok(LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(input))?))
    }

    /// The column of the table of this name. The first rows of a store bring its columns.
    fn goal(&self, name: &str, found: &Field) -> FieldRef {
        let known = self.columns.index_of(name).ok().and_then(|at| self.columns.fields().get(at).cloned());
        known.unwrap_or_else(|| Arc::new(found.clone().with_name(name)))
    }

    /// A plan with the rows that are written down in it as they are. The planner casts those that have as many columns as the
    /// insert to the columns of the table, wherever they stand.
    fn with_values(&self, input: &LogicalPlan, goals: &HashMap<usize, FieldRef>) -> Result<LogicalPlan> {
        let arity = input.schema().fields().len();
        let rewritten = input.clone().transform_up_with_subqueries(|plan| match plan {
            LogicalPlan::Values(values) if values.schema.fields().len() == arity => {
                Ok(Transformed::yes(LogicalPlan::Values(self.values(values, goals)?)))
            }
            other => Ok(Transformed::yes(other.recompute_schema()?)),
        });
        rewritten.data()
    }

    /// Rows whose values are cast. Nulls are no matter of theirs: the write sees them.
    fn values(&self, mut values: Values, goals: &HashMap<usize, FieldRef>) -> Result<Values> {
        for row in &mut values.values {
            for (at, expr) in row.iter_mut().enumerate() {
                let Some(goal) = goals.get(&at) else { continue };
                if let Expr::Cast(Cast { expr: value, field }) = expr
                    && field.data_type() == goal.data_type()
                {
                    *expr = converted(value.as_ref().clone(), goal, self.clock);
                }
            }
        }
        let nullable = |(qualifier, field): (Option<&TableReference>, &FieldRef)| {
            (qualifier.cloned(), Arc::new(field.as_ref().clone().with_nullable(true)))
        };
        let fields = values.schema.iter().map(nullable).collect();
        values.schema = Arc::new(DFSchema::new_with_metadata(fields, values.schema.metadata().clone())?);
        Ok(values)
    }

    /// The columns of a plan of the program's own as those of the table with their names.
    fn of_program(&self, input: &LogicalPlan) -> Result<LogicalPlan> {
        let schema = input.schema();
        let value = |(qualifier, field): (Option<&TableReference>, &FieldRef)| {
            let column = Expr::Column(Column::new(qualifier.cloned(), field.name()));
            Ok(self.value(column, &self.goal(field.name(), field), schema)?.alias(field.name()))
        };
        let exprs = schema.iter().map(value).collect::<Result<Vec<_>>>()?;
        Ok(LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(input.clone()))?))
    }

    /// A column of the input as values of one of the table.
    fn value(&self, column: Expr, goal: &Field, schema: &DFSchema) -> Result<Expr> {
        let is_one = column.get_type(schema)? == *goal.data_type();
        Ok(if is_one { column } else { converted(column, goal, self.clock) })
    }
}

/// Whether a projection is one as inserts have it at the top: columns of the select under the names that they go by in the
/// table, and nulls for those that the statement does not name.
fn takes_columns(top: &Projection) -> bool {
    let taken = |expr: &Expr| match expr {
        Expr::Alias(Alias { expr, .. }) => column_of(expr).is_some() || is_null(expr),
        _ => false,
    };
    top.expr.iter().all(taken)
}

/// Numbers rows that are written down, so that those of equal order stay as they are; the column of the numbers.
fn with_arrival(input: &mut LogicalPlan) -> Result<Option<Expr>> {
    let LogicalPlan::Values(rows) = input else { return Ok(None) };
    for (number, row) in rows.values.iter_mut().enumerate() {
        row.push(lit(number as u64));
    }
    let mut fields: Vec<FieldRef> = rows.schema.fields().iter().cloned().collect();
    fields.push(Arc::new(Field::new(ARRIVAL, DataType::UInt64, false)));
    rows.schema = Arc::new(DFSchema::from_unqualified_fields(fields.into(), rows.schema.metadata().clone())?);
    Ok(Some(Expr::Column(Column::from_name(ARRIVAL))))
}

/// The column that an expression of the planner takes.
fn column_of(expr: &Expr) -> Option<&Column> {
    match expr {
        Expr::Column(column) => Some(column),
        Expr::Cast(Cast { expr, .. }) => match expr.as_ref() {
            Expr::Column(column) => Some(column),
            _ => None,
        },
        _ => None,
    }
}

/// What the planner puts in for a column that the statement does not name.
fn is_null(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(value, _) => value.is_null(),
        Expr::Cast(Cast { expr, .. }) => is_null(expr),
        _ => false,
    }
}
