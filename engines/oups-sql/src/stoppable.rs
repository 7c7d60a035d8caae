//! Joins that can be stopped.
//!
//! A task is stopped where it yields, and the engine yields where rows are read. A join of two small tables may give rows for
//! hours without reading one, so it yields here after each few batches that it gives.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::execution::SessionStateBuilder;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::unnest::UnnestExec;
use datafusion::prelude::SessionContext;

/// The session, with plans that can be stopped.
pub(crate) fn session(ctx: &SessionContext) -> SessionContext {
    let state = SessionStateBuilder::new_from_existing(ctx.state());
    SessionContext::new_with_state(state.with_physical_optimizer_rule(Arc::new(Stoppable)).build())
}

#[derive(Debug)]
struct Stoppable;

impl PhysicalOptimizerRule for Stoppable {
    fn name(&self) -> &str {
        "oups_stoppable"
    }

    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let yielding = plan.transform_up(|node| match multiplies(node.as_ref()) {
            true => Ok(Transformed::yes(Arc::new(CooperativeExec::new(node)) as Arc<dyn ExecutionPlan>)),
            false => Ok(Transformed::no(node)),
        })?;
        Ok(yielding.data)
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Whether an operator may give many more batches than it takes.
fn multiplies(node: &dyn ExecutionPlan) -> bool {
    node.children().len() > 1 || node.is::<UnnestExec>()
}
