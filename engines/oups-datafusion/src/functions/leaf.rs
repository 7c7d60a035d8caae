//! The plan node of rows that the library streams.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use datafusion::arrow::compute::{SortOptions, cast};
use datafusion::arrow::datatypes::{DataType, FieldRef, SchemaRef};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, exec_datafusion_err, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{EquivalenceProperties, LexOrdering, PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_plan::display::{ProjectSchemaDisplay, display_orderings};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType, SchedulingType};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties,
    ReplaceChildrenOptions,
};
use oups::{AnyKey, Store};
use tokio::sync::mpsc::Sender;

use super::reads::{Asked, Reads};
use crate::error::external;
use crate::statement::{Read, Statement};

/// So many batches wait for the engine at most.
const WAITING: usize = 2;

/// Rows that the library streams, by a thread that may wait for files: one partition, in the order that they come in. The plan
/// holds the snapshots, and each stream does until it is dropped; then its thread stops with the piece in hand.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    store: Store<AnyKey>,
    reads: Arc<dyn Reads>,
    read: Vec<Read>,
    /// What keeps the statement's versions.
    _statement: Arc<Statement>,
    limit: Option<usize>,
    orders: Vec<LexOrdering>,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl Leaf {
    /// The rows of these datasets, with these columns.
    pub(super) fn new(
        store: Store<AnyKey>,
        reads: Arc<dyn Reads>,
        (statement, read): (Arc<Statement>, Vec<Read>),
        schema: SchemaRef,
        limit: Option<usize>,
    ) -> Self {
        let orders: Vec<_> = reads.orders(&read).iter().filter_map(|names| ordering(names, &schema)).collect();
        let properties = PlanProperties::new(
            EquivalenceProperties::new_with_orderings(schema, orders.clone()),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        // The channel gives the turn to others by itself.
        let properties = Arc::new(properties.with_scheduling_type(SchedulingType::Cooperative));
        let metrics = ExecutionPlanMetricsSet::new();
        Self { store, reads, read, _statement: statement, limit, orders, properties, metrics }
    }

    /// Streams the rows until there are none or as many as will do, or nobody waits for them any more.
    fn stream(self, schema: &SchemaRef, sender: &Sender<Result<RecordBatch>>, metrics: &BaselineMetrics) -> Result<()> {
        let columns: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let waiting = sender.clone();
        let asked = Asked {
            columns: Some(&columns),
            limit: self.limit.map(|rows| rows as u64),
            stop: Box::new(move || waiting.is_closed()),
        };
        let mut left = self.limit.unwrap_or(usize::MAX);
        let mut rows = self.reads.begin(&self.store, self.read, asked)?;
        while left > 0
            && let Some(batch) = rows.next()
        {
            let batch = batch.map_err(|error| external(oups::Error::from(error)))?;
            let batch = fitted(&batch.slice(0, batch.num_rows().min(left)), schema)?;
            left -= batch.num_rows();
            metrics.record_output(batch.num_rows());
            if sender.blocking_send(Ok(batch)).is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// As much of an order by these columns as the plan has columns for: ascending with nulls last, as tables declare it. The
/// engine compares no dictionaries.
fn ordering(names: &[String], schema: &SchemaRef) -> Option<LexOrdering> {
    let ascending = SortOptions { descending: false, nulls_first: false };
    let column = |name: &String| {
        let (at, field) = schema.column_with_name(name)?;
        let is_compared = !matches!(field.data_type(), DataType::Dictionary(..));
        is_compared.then(|| PhysicalSortExpr::new(Arc::new(Column::new(name, at)), ascending))
    };
    LexOrdering::new(names.iter().map_while(column))
}

/// The columns of the plan among those of the rows. Datasets may have changed since the statement looked at their columns.
fn fitted(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let column = |field: &FieldRef| {
        let changed = || {
            exec_datafusion_err!("column `{}` has changed since the statement was planned: plan it again", field.name())
        };
        let found = batch.column_by_name(field.name()).ok_or_else(changed)?;
        let is_dictionary =
            matches!(found.data_type(), DataType::Dictionary(_, values) if **values == *field.data_type());
        let found = if is_dictionary { cast(found, field.data_type())? } else { found.clone() };
        let fits = found.data_type() == field.data_type() && (field.is_nullable() || found.null_count() == 0);
        if fits { Ok(found) } else { Err(changed()) }
    };
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<ArrayRef>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(schema.clone(), columns, &options)?)
}

impl DisplayAs for Leaf {
    fn fmt_as(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if format == DisplayFormatType::TreeRender {
            return write!(f, "{}", self.reads);
        }
        write!(f, "{}: {}, projection={}", self.name(), self.reads, ProjectSchemaDisplay(&self.schema()))?;
        if let Some(rows) = self.limit {
            write!(f, ", limit={rows}")?;
        }
        display_orderings(f, &self.orders)
    }
}

impl ExecutionPlan for Leaf {
    fn name(&self) -> &'static str {
        "StreamedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if children.is_empty() { Ok(self) } else { internal_err!("{} has no input", self.name()) }
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn fetch(&self) -> Option<usize> {
        self.limit
    }

    fn with_fetch(&self, limit: Option<usize>) -> Option<Arc<dyn ExecutionPlan>> {
        Some(Arc::new(Self { limit, ..self.clone() }))
    }

    fn execute(&self, partition: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let mut stream = RecordBatchReceiverStreamBuilder::new(self.schema(), WAITING);
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let (leaf, schema, sender) = (self.clone(), self.schema(), stream.tx());
        stream.spawn_blocking(move || leaf.stream(&schema, &sender, &metrics));
        Ok(stream.build())
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}
