//! Statements whose datasets are all of one moment.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::source_as_provider;
use datafusion::execution::SessionState;
use datafusion::logical_expr::expr_rewriter::unnormalize_cols;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::prelude::{DataFrame, SessionContext};
use oups::{AnyKey, Moment, Store};

use crate::attached::Attached;
use crate::catalog::check_drop;
use crate::error::blocking;
use crate::functions::{DatasetsTable, StreamedTable};
use crate::insert_statement;
use crate::keys::KeyCondition;
use crate::options::OupsOptions;
use crate::statement::Statement;
use crate::table::{DatasetTable, StoreTable};

/// As the context's own `sql`, with all datasets of the statement at one moment, of each store for itself. What it found is
/// told by [`moment`]; `set oups.one_moment = '5s'` demands it.
///
/// # Errors
///
/// As the context's own; `Busy` where one moment is demanded and none was found.
pub async fn sql(ctx: &SessionContext, text: &str) -> Result<DataFrame> {
    let state = ctx.state();
    let statement = state.sql_to_statement(text, &state.config_options().sql_parser.dialect)?;
    execute(ctx, insert_statement::plan(&state, statement).await?).await
}

/// As the context's own `execute_logical_plan`, with all datasets of the statement at one moment, as [`sql`] does.
///
/// # Errors
///
/// As [`sql`].
pub async fn execute(ctx: &SessionContext, plan: LogicalPlan) -> Result<DataFrame> {
    if let LogicalPlan::Ddl(statement) = &plan {
        check_drop(&ctx.state(), statement)?;
    }
    let (mut state, plan) = ctx.execute_logical_plan(plan).await?.into_parts();
    let statement = Arc::new(Statement::default());
    state.config_mut().set_extension(statement.clone());
    begin(&statement, &state, &plan).await?;
    Ok(DataFrame::new(state, plan))
}

/// Whether all datasets of a statement that [`sql`] made are as they were at one moment, of each store for itself. It is known
/// once the statement is planned: when it is executed or explained.
pub fn moment(frame: &DataFrame) -> Moment {
    let statement = frame.task_ctx().session_config().get_extension::<Statement>();
    statement.map_or(Moment::default(), |statement| statement.moment())
}

/// Pins the datasets of all scans of a statement together. A single scan does so itself.
///
/// The scans are those of the plan as the engine optimises it, since only then filters stand at them. Should it optimise
/// otherwise when it plans, a scan does not find its condition among these, and asks for itself.
async fn begin(statement: &Arc<Statement>, state: &SessionState, plan: &LogicalPlan) -> Result<()> {
    let mut scans = 0;
    each_scan(plan, &mut |_, _| {
        scans += 1;
        Ok(())
    })?;
    if scans < 2 {
        return Ok(());
    }
    let mut stores: HashMap<PathBuf, (Store<AnyKey>, Vec<KeyCondition>)> = HashMap::new();
    each_scan(&state.optimize(plan)?, &mut |provider, filters| {
        if let Some((attached, condition)) = condition(provider, state, filters)? {
            let store = &attached.store;
            let (_, conditions) = stores.entry(store.root().to_owned()).or_insert_with(|| (store.clone(), Vec::new()));
            conditions.push(condition);
        }
        Ok(())
    })?;
    let together = OupsOptions::of(state).together();
    for (store, conditions) in stores.into_values() {
        let statement = statement.clone();
        blocking(move || statement.begin(&store, &conditions, together)).await?;
    }
    Ok(())
}

/// The scans of a plan, with those of its subqueries.
fn each_scan(plan: &LogicalPlan, each: &mut impl FnMut(&dyn TableProvider, &[Expr]) -> Result<()>) -> Result<()> {
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Ok(provider) = source_as_provider(&scan.source)
        {
            each(provider.as_ref(), &unnormalize_cols(scan.filters.iter().cloned()))?;
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(())
}

/// What a scan of a table of ours asks for.
fn condition<'a>(
    provider: &'a dyn TableProvider,
    state: &dyn Session,
    filters: &[Expr],
) -> Result<Option<(&'a Arc<Attached>, KeyCondition)>> {
    if let Some(table) = provider.downcast_ref::<StoreTable>() {
        return Ok(Some((table.attached(), table.condition(state, filters)?)));
    }
    if let Some(table) = provider.downcast_ref::<DatasetsTable>() {
        return Ok(Some((table.attached(), table.condition(state, filters)?)));
    }
    if let Some(table) = provider.downcast_ref::<StreamedTable>() {
        return Ok(Some((table.attached(), table.condition())));
    }
    Ok(provider.downcast_ref::<DatasetTable>().and_then(DatasetTable::condition))
}
