//! Conditions are pushed down a plan only where the engine does so rightly.
//!
//! DataFusion 55.2 looks a condition's columns up by name at each node that it passes. Of two columns of one name, such as the
//! `time` of both sides of a join, it takes the first one, and rows are lost without a word (apache/datafusion#25296). The
//! engine's next version looks at places instead (#25259); this file then goes. Conditions that aggregates make while they run
//! lose rows as well, and are not pushed.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::Schema;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{JoinType, Result};
use datafusion::execution::{SendableRecordBatchStream, SessionState, SessionStateBuilder, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::union::{InterleaveExec, UnionExec};
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, ReplaceChildrenOptions};

type Rule = Arc<dyn PhysicalOptimizerRule + Send + Sync>;

/// What the engine calls its rules that push conditions down.
const PUSHING: [&str; 2] = ["FilterPushdown", "FilterPushdown(Post)"];

/// Makes a session push conditions down by rules that are [`Careful`], if it does not yet. The session forgets the statements
/// that were prepared in it before.
pub(crate) fn ensure(state: &mut SessionState) {
    let is_pushing = |rule: &Rule| PUSHING.contains(&rule.name());
    let rules = state.physical_optimizers();
    if !rules.iter().any(is_pushing) {
        return;
    }
    let careful = |rule: &Rule| if is_pushing(rule) { Arc::new(Careful::of(rule.clone())) } else { rule.clone() };
    let rules = rules.iter().map(careful).collect();
    let builder = SessionStateBuilder::new_from_existing(state.clone()).with_session_id(state.session_id().to_owned());
    *state = builder.with_physical_optimizer_rules(rules).build();
}

/// A rule of the engine that pushes conditions down, which no condition leads past a node where a name may be that of another
/// column.
#[derive(Debug)]
struct Careful {
    name: String,
    pushing: Rule,
}

impl Careful {
    fn of(pushing: Rule) -> Self {
        Self { name: format!("{} where it is right", pushing.name()), pushing }
    }
}

impl PhysicalOptimizerRule for Careful {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let closed = plan.transform_up(|node| {
            let is_closed = !names_are_places(node.as_ref());
            Ok(if is_closed { Transformed::yes(Arc::new(Closed(node)) as _) } else { Transformed::no(node) })
        });
        // By the extremes found so far files are left out that have others (#24816, #25147).
        let mut config = config.clone();
        config.optimizer.enable_aggregate_dynamic_filter_pushdown = false;
        let pushed = self.pushing.optimize(closed.data()?, &config)?;
        let opened = pushed.transform_up(|node| match node.downcast_ref::<Closed>() {
            Some(Closed(input)) => Ok(Transformed::yes(input.clone())),
            None => Ok(Transformed::no(node)),
        });
        opened.data()
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn schema_check(&self) -> bool {
        self.pushing.schema_check()
    }
}

/// Whether a column of the output of a node, and what it is in the inputs, can be told by its name.
fn names_are_places(node: &dyn ExecutionPlan) -> bool {
    let inputs = || node.children().into_iter().map(|input| input.schema());
    let is_union = node.is::<UnionExec>() || node.is::<InterleaveExec>();
    // What is asked of a key of the one side is asked of the other side too.
    let is_semi = |join: &HashJoinExec| matches!(join.join_type(), JoinType::LeftSemi | JoinType::RightSemi);
    // A filter may show some of its columns only, and takes up conditions that come no further.
    let is_of_inputs = node.is::<FilterExec>() || node.downcast_ref::<HashJoinExec>().is_some_and(is_semi);
    let schemas = if is_of_inputs { inputs().collect() } else { vec![node.schema()] };
    let mut seen = HashSet::new();
    let is_unique = schemas.iter().flat_map(|schema| schema.fields()).all(|field| seen.insert(field.name()));
    is_unique && (!is_union || inputs().all(|input| names(&input).eq(names(&node.schema()))))
}

fn names(schema: &Schema) -> impl Iterator<Item = &String> {
    schema.fields().iter().map(|field| field.name())
}

/// A node of a plan that no condition passes, since it does not say that one may. It is there only while a rule runs.
#[derive(Debug)]
struct Closed(Arc<dyn ExecutionPlan>);

impl DisplayAs for Closed {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl ExecutionPlan for Closed {
    fn name(&self) -> &str {
        "Closed"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.0.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.0]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self(children.swap_remove(0))))
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self(children.swap_remove(0))))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        self.0.execute(partition, context)
    }
}
