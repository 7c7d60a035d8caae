//! Where the rows of an insert go: into one dataset, or each into the one of its key.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{Array, RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::{Result, exec_err};
use datafusion::datasource::sink::DataSink;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::{DisplayAs, DisplayFormatType};
use futures::StreamExt;
use oups::{AnyKey, Dataset, Store};

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

    async fn write_all(&self, mut data: SendableRecordBatchStream, _: &Arc<TaskContext>) -> Result<u64> {
        let target = self.target.clone();
        let writing = Writing::begin(self.written.clone(), move |rows, stop| target.write(rows, stop))?;
        let mut taken = 0;
        while let Some(batch) = data.next().await {
            let batch = match batch.and_then(|batch| self.batch(&batch)) {
                Ok(batch) => batch,
                Err(error) => {
                    writing.abandon().await;
                    return Err(error);
                }
            };
            let rows = batch.num_rows() as u64;
            if !writing.take(batch).await {
                break;
            }
            taken += rows;
        }
        writing.finish().await?;
        Ok(taken)
    }
}
