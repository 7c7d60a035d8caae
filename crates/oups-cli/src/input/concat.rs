//! Several files as one reader; each is opened when it is its turn.

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use super::{BatchReader, Places, Source, csv};
use crate::progress::Progress;

/// The rows of all sources, with the columns in one order.
pub(super) struct Concat {
    schema: SchemaRef,
    waiting: std::vec::IntoIter<Source>,
    current: Option<(Source, BatchReader)>,
    progress: Progress,
    places: Places,
}

impl Concat {
    pub(super) fn new(schema: SchemaRef, sources: Vec<Source>, progress: Progress, places: Places) -> Self {
        Self { schema, waiting: sources.into_iter(), current: None, progress, places }
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        loop {
            if self.current.is_none() {
                let Some(mut source) = self.waiting.next() else {
                    self.progress.all_read();
                    return Ok(None);
                };
                let reader =
                    source.open(&self.progress).map_err(|error| in_file(&source.name, &source.schema, error))?;
                self.current = Some((source, reader));
            }
            if let Some((source, reader)) = &mut self.current {
                match reader.next() {
                    Some(batch) => {
                        self.places.add_rows(source, batch.as_ref().map_or(0, RecordBatch::num_rows));
                        let batch = batch.and_then(|batch| conform(&self.schema, &batch));
                        return batch.map(Some).map_err(|error| in_file(&source.name, &source.schema, error));
                    }
                    None => self.current = None,
                }
            }
        }
    }
}

/// The batch with its columns in the order of the schema.
fn conform(schema: &SchemaRef, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let column = |field: &std::sync::Arc<arrow::datatypes::Field>| {
        batch.column_by_name(field.name()).cloned().ok_or_else(|| {
            ArrowError::SchemaError(format!("column `{}` has gone while the file was read", field.name()))
        })
    };
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(schema.clone(), columns)
}

fn in_file(name: &str, schema: &SchemaRef, error: ArrowError) -> ArrowError {
    ArrowError::ExternalError(format!("{name}: {}", csv::explained(&error.to_string(), schema)).into())
}

impl Iterator for Concat {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_batch().transpose()
    }
}

impl RecordBatchReader for Concat {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}
