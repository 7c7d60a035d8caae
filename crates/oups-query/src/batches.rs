//! The rows of a scan, as the reader of record batches that Arrow's ecosystem takes.

use std::fmt;

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use crate::error::Result;
use crate::reading::{Piece, Reading};
use crate::whole::decode;

/// The batches of a scan, in order. Holds the snapshot until it is dropped.
///
/// An item's error is the last item. It is an [`ArrowError`] because [`RecordBatchReader`] says so; `?` in a function
/// that returns [`oups_query::Result`](crate::Result) turns it back into the [`Error`](crate::Error) that it was.
pub struct Batches {
    reading: Reading,
    batch_rows: usize,
    /// The pieces to come.
    rest: std::vec::IntoIter<Piece>,
    current: Option<oups_core::decode::Batches>,
}

impl Batches {
    pub(crate) fn new(mut reading: Reading, batch_rows: usize) -> Self {
        let rest = std::mem::take(&mut reading.pieces).into_iter();
        Self { reading, batch_rows, rest, current: None }
    }

    /// The next batch, with our own error.
    ///
    /// # Errors
    ///
    /// [`oups_core::Error::Damaged`] for a file that is not what the manifest says, and others of reading files.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        let batch = self.decode();
        if batch.is_err() {
            self.current = None;
            self.rest = Vec::new().into_iter();
        }
        batch
    }

    fn decode(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.current.as_mut().and_then(Iterator::next) {
                return Ok(Some(batch?));
            }
            self.current = None;
            let Some(piece) = self.rest.next() else { return Ok(None) };
            self.current = self.open(piece)?;
        }
    }

    fn open(&self, piece: Piece) -> Result<Option<oups_core::decode::Batches>> {
        let Some(file) = self.reading.open(&piece)? else { return Ok(None) };
        tracing::trace!(dataset = self.reading.snapshot.dataset(), row_group = piece.at, rows = ?piece.rows, "read");
        Ok(Some(decode(&file, &self.reading.columns, piece.rows, self.batch_rows)?))
    }
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let manifest = self.reading.snapshot.manifest();
        f.debug_struct("Batches")
            .field("dataset", &manifest.dataset)
            .field("commit", &manifest.commit)
            .field("row_groups_left", &self.rest.len())
            .finish_non_exhaustive()
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_batch().map_err(ArrowError::from).transpose()
    }
}

impl RecordBatchReader for Batches {
    fn schema(&self) -> SchemaRef {
        self.reading.columns.schema.clone()
    }
}
