//! Where the rows of an insert go: into one dataset, or each into the one of its key.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{Array, RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::{Result, exec_err};
use datafusion::datasource::sink::{DataSink, DataSinkExec};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan};
use futures::StreamExt;
use futures::future::{Either, select};
use oups::{AnyKey, Dataset, Store};

use super::halt::Halt;
use super::outcome;
use super::writing::{Incoming, Stop, Writing};
use crate::error::external;

/// What an insert writes to.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Dataset(Dataset),
    Store {
        store: Store<AnyKey>,
        /// The column that new datasets are ordered on; all that rows come for must be.
        ordered_on: String,
    },
}

impl Target {
    fn name(&self) -> &str {
        match self {
            Self::Dataset(dataset) => dataset.path_text(),
            Self::Store { .. } => "store",
        }
    }

    /// Writes rows that come in order.
    fn write(self, rows: Incoming, stop: Stop) -> Result<()> {
        match self {
            Self::Dataset(dataset) => {
                dataset.write(rows).progress(move |_| stop.answer()).commit().map_err(external)?;
                Ok(())
            }
            Self::Store { store, ordered_on } => {
                let ingest = store.ingest(rows).ordered_on(ordered_on).stop_on_error(true);
                outcome::of(ingest.progress(move |_| stop.answer()).commit().map_err(external)?)
            }
        }
    }
}

/// The sink of an insert's rows, which come in the order that the target needs.
#[derive(Debug)]
pub(super) struct StoreSink {
    target: Target,
    /// The columns as the engine gives them: which have nulls is seen when they come.
    taken: SchemaRef,
    /// The same columns as a new dataset would have them.
    written: SchemaRef,
}

impl StoreSink {
    pub(super) fn new(target: Target, input: &Schema, written: SchemaRef) -> Self {
        let nullable = input.fields().iter().map(|field| field.as_ref().clone().with_nullable(true));
        let taken = Arc::new(Schema::new(nullable.collect::<Vec<_>>()));
        Self { target, taken, written }
    }

    /// Gives all rows to the write, and returns their number.
    async fn give(&self, data: &mut SendableRecordBatchStream, writing: &Writing) -> Result<u64> {
        let mut taken = 0;
        while let Some(batch) = data.next().await {
            let batch = self.batch(&batch?)?;
            let rows = batch.num_rows() as u64;
            if !writing.take(batch).await {
                break;
            }
            taken += rows;
        }
        Ok(taken)
    }

    /// A batch as it is written.
    fn batch(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        for (field, column) in self.written.fields().iter().zip(batch.columns()) {
            if !field.is_nullable() && column.logical_null_count() > 0 {
                return exec_err!("column `{}` takes no nulls, and the select has some", field.name());
            }
        }
        // Behind them may be the number of the row, which is not written.
        let columns = batch.columns().iter().take(self.written.fields().len()).cloned().collect();
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(self.written.clone(), columns, &options)?)
    }
}

impl DisplayAs for StoreSink {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "oups ({})", self.target.name())
    }
}

#[async_trait]
impl DataSink for StoreSink {
    fn schema(&self) -> &SchemaRef {
        &self.taken
    }

    async fn write_all(&self, mut data: SendableRecordBatchStream, context: &Arc<TaskContext>) -> Result<u64> {
        let (target, halt) = (self.target.clone(), Halt::of(context));
        let write = move |rows, stop| target.write(rows, stop);
        let writing = Writing::begin(self.written.clone(), halt.clone(), write)?;
        let given = match select(pin!(halt.asked()), pin!(self.give(&mut data, &writing))).await {
            Either::Left(((), _)) => exec_err!("the insert was stopped before its last row: nothing was written"),
            Either::Right((given, _)) => given,
        };
        let taken = match given {
            Ok(taken) => taken,
            Err(error) => {
                writing.abandon().await;
                return Err(error);
            }
        };
        writing.finish().await?;
        Ok(taken)
    }
}

/// Whether the plan of a statement writes to a store when it runs.
pub fn writes_store(plan: &dyn ExecutionPlan) -> bool {
    let sink = plan.downcast_ref::<DataSinkExec>();
    sink.is_some_and(|sink| sink.sink().is::<StoreSink>())
        || plan.children().into_iter().any(|child| writes_store(child.as_ref()))
}
