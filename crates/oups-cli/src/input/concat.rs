//! Reads several files as one. Each file is opened when the one before it has been read.

use arrow::array::{Array, RecordBatch, RecordBatchReader, new_null_array};
use arrow::datatypes::{DataType, FieldRef, SchemaRef};
use arrow::error::ArrowError;

use super::Places;
use super::part::Parts;
use super::source::Source;
use super::wrong::Wrong;
use crate::terminal::progress::Progress;

/// The rows of all sources, with the columns in one order.
pub(super) struct Concat {
    schema: SchemaRef,
    waiting: std::vec::IntoIter<Source>,
    current: Option<(String, Parts)>,
    progress: Progress,
    places: Places,
}

impl Concat {
    pub(super) fn new(schema: SchemaRef, sources: Vec<Source>, progress: Progress, places: Places) -> Self {
        Self { schema, waiting: sources.into_iter(), current: None, progress, places }
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, Wrong> {
        loop {
            if self.current.is_none() {
                let Some(source) = self.waiting.next() else {
                    self.progress.all_read();
                    return Ok(None);
                };
                let name = source.name().to_owned();
                self.places.begin(&name, source.text_file());
                let parts = source.open(&self.progress).map_err(|wrong| wrong.in_file(&name))?;
                self.current = Some((name, parts));
            }
            if let Some((name, parts)) = &mut self.current {
                match parts.next() {
                    Some(part) => {
                        let part = part.map_err(|wrong| wrong.in_file(name))?;
                        self.places.add(part.batch.num_rows(), part.lines);
                        return conform(&self.schema, &part.batch).map(Some).map_err(|wrong| wrong.in_file(name));
                    }
                    None => self.current = None,
                }
            }
        }
    }
}

/// The batch, with its columns in the order of the schema.
fn conform(schema: &SchemaRef, batch: &RecordBatch) -> Result<RecordBatch, Wrong> {
    let gone = |name: &str| Wrong::new("has gone while the file was read").in_column(name);
    let column = |field: &FieldRef| match batch.column_by_name(field.name()) {
        Some(nulls) if *nulls.data_type() == DataType::Null => Ok(new_null_array(field.data_type(), nulls.len())),
        column => column.cloned().ok_or_else(|| gone(field.name())),
    };
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(schema.clone(), columns).map_err(|_| Wrong::new("has changed while it was read"))
}

impl Iterator for Concat {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_batch().map_err(ArrowError::from).transpose()
    }
}

impl RecordBatchReader for Concat {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}
