//! The unit of a scan's work: so many rows of a row group that threads share the row groups and hold little each.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::{RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use oups_core::Entry;
use oups_core::row_group::{Batches, ReadOptions, RowGroupFile};

use super::filtered::filtered;
use crate::error::{Error, Result};
use crate::plan::scan::{Piece, Reading};

/// Rows of a job at most, unless a batch is larger. A multiple of a page's rows, so that no two jobs decode one page.
const MOST_ROWS: u64 = 128 << 10;

/// Rows of a job at least: a page.
const LEAST_ROWS: u64 = 4 << 10;

/// Encoded bytes of a job, about.
const BYTES: u64 = 8 << 20;

/// The jobs of a piece, ascending.
pub(crate) fn jobs(piece: &Piece, entry: &Entry, batch_rows: usize) -> impl DoubleEndedIterator<Item = Piece> + use<> {
    let step = job_rows(entry, batch_rows as u64);
    let Range { start, end } = piece.rows;
    let piece = piece.clone();
    (start / step..end.div_ceil(step)).map(move |at| piece.part((at * step).max(start)..((at + 1) * step).min(end)))
}

fn job_rows(entry: &Entry, batch_rows: u64) -> u64 {
    let bytes_per_row = (entry.bytes / entry.rows.max(1)).max(1);
    let rows = (BYTES / bytes_per_row / LEAST_ROWS * LEAST_ROWS).clamp(LEAST_ROWS, MOST_ROWS);
    // A multiple of whole batches would be best; of whole pages it has to be.
    rows.max(batch_rows.min(entry.rows).div_ceil(LEAST_ROWS) * LEAST_ROWS)
}

/// Begins to decode rows of a file: nothing but what is asked for.
///
/// # Errors
///
/// Where the file cannot be read.
pub(crate) fn decode(
    file: &RowGroupFile,
    columns: &[usize],
    rows: Vec<Range<u64>>,
    batch_rows: usize,
) -> Result<Batches> {
    Ok(file.batches(ReadOptions { columns: Some(columns.to_vec()), rows: Some(rows), batch_rows })?)
}

impl Reading {
    /// Whether a job's batches can be handed out as they are decoded.
    pub(crate) fn streams(&self) -> bool {
        self.filter.is_empty() && !self.reverse
    }

    /// The batches of a job, in the order in which the scan wants them; those so far if the flag is set meanwhile.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, and what the filter fails with.
    pub(crate) fn run(&self, job: &Piece, stop: &AtomicBool) -> Result<Vec<RecordBatch>> {
        let Some(file) = self.open(job)? else { return Ok(Vec::new()) };
        let mut batches = if self.filter.is_empty() {
            let mut batches = Vec::new();
            for batch in decode(&file, &self.columns.positions, vec![job.rows.clone()], self.batch_rows)? {
                batches.push(batch?);
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
            batches
        } else {
            filtered(self, &file, job.rows.clone(), stop)?
        };
        if self.reverse {
            batches.reverse();
            batches = batches.iter().map(reversed).collect::<Result<_>>()?;
        }
        Ok(batches)
    }
}

/// The batch with its rows in reverse order.
///
/// # Errors
///
/// If it has more than 4 billion.
pub(crate) fn reversed(batch: &RecordBatch) -> Result<RecordBatch> {
    let rows = u32::try_from(batch.num_rows()).map_err(|_| Error::from(too_many(batch.num_rows())))?;
    if batch.num_columns() == 0 {
        return Ok(batch.clone());
    }
    Ok(take_record_batch(batch, &UInt32Array::from_iter_values((0..rows).rev()))?)
}

fn too_many(rows: usize) -> arrow::error::ArrowError {
    arrow::error::ArrowError::ComputeError(format!("a batch of {rows} rows cannot be reversed: ask for smaller ones"))
}
