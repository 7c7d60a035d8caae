//! Writes checked batches to the temporary file.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::DataType;

use super::file::SpillFile;
use crate::Result;
use crate::input::{BLOCK_ROWS, Chunk, ChunkLocation};
use crate::schema::Fit;

/// Writes checked batches to a temporary file in blocks of at most [`BLOCK_ROWS`] rows. Large batches are cut, small
/// ones gathered.
pub(crate) struct SpillWriter {
    fit: Fit,
    file: SpillFile,
    chunks: Vec<Chunk>,
    waiting: Vec<RecordBatch>,
    waiting_rows: usize,
    rows: u64,
}

impl SpillWriter {
    pub(crate) fn new(fit: Fit) -> Result<Self> {
        let file = SpillFile::new()?;
        Ok(Self { fit, file, chunks: Vec::new(), waiting: Vec::new(), waiting_rows: 0, rows: 0 })
    }

    pub(crate) fn push(&mut self, batch: RecordBatch) -> Result<()> {
        let mut from = 0;
        while from < batch.num_rows() {
            let rows = (batch.num_rows() - from).min(BLOCK_ROWS - self.waiting_rows);
            self.waiting.push(self.fit.unpack(&batch.slice(from, rows))?);
            self.waiting_rows += rows;
            from += rows;
            if self.waiting_rows == BLOCK_ROWS {
                self.write_block()?;
            }
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<(Vec<Chunk>, SpillFile)> {
        self.write_block()?;
        Ok((self.chunks, self.file))
    }

    /// Writes the waiting rows as one block.
    fn write_block(&mut self) -> Result<()> {
        let schema = self.fit.schema().clone();
        let block = match self.waiting.as_slice() {
            [] => return Ok(()),
            [batch] => own_views(batch),
            batches => concat_batches(self.fit.unpacked(), batches),
        };
        let block = block.map_err(|error| schema.arrow_error(error))?;
        self.waiting.clear();
        self.waiting_rows = 0;
        let Some(keys) = self.fit.keys(&block).transpose()? else { return Ok(()) };
        let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return Ok(()) };
        let (offset, len) = self.file.append(&block)?;
        let (start, rows) = (self.rows, block.num_rows());
        self.rows += rows as u64;
        self.chunks.push(Chunk { start, rows, first, last, place: ChunkLocation::File { offset, len } });
        Ok(())
    }
}

/// Copies the texts of view arrays that the rows refer to. Otherwise a slice would be written with the texts of the
/// whole array.
pub(crate) fn own_views(batch: &RecordBatch) -> Result<RecordBatch, arrow::error::ArrowError> {
    let columns = batch.columns().iter().map(|array| match array.data_type() {
        DataType::Utf8View => Arc::new(array.as_string_view().gc()) as ArrayRef,
        DataType::BinaryView => Arc::new(array.as_binary_view().gc()),
        _ => array.clone(),
    });
    RecordBatch::try_new(batch.schema(), columns.collect())
}
