//! Rows of one file as batches, forward or reversed.

use std::ops::Range;

use arrow::array::{RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use oups_core::row_group::{ReadOptions, RowGroupBatches, RowGroupFile};

use crate::{Error, Result};

/// Begins to decode rows of a file. Only these columns, and only pages with these rows, are read.
///
/// # Errors
///
/// If the file cannot be read.
pub(crate) fn decode(
    file: &RowGroupFile,
    columns: &[usize],
    rows: Vec<Range<u64>>,
    batch_rows: usize,
) -> Result<RowGroupBatches> {
    file.batches(ReadOptions::new().columns(columns).rows(rows).batch_rows(batch_rows))
}

/// The batch with its rows in reverse order.
///
/// # Errors
///
/// If the batch has more than 4 billion rows.
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
