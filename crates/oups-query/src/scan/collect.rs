//! Rows as few, large batches, for callers that want all of them at once.

use std::ops::Range;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use oups_core::QueryError;
use oups_core::row_group::RowGroupFile;

use super::batches::Batches;
use super::decode::decode;
use super::gather::Gathered;
use crate::plan::scan::PlannedScan;
use crate::projection::Projection;
use crate::{Error, Result};

/// A text column of this many rows fits into one array, unless its texts are longer than 16 KiB on average.
const SAFE_ROWS: usize = 128 << 10;

/// From this many rows on, they are gathered as they come ([`Gathered`]).
const MANY_ROWS: usize = 64 << 10;

/// The rows in as few batches as possible: one, unless that would be too much for an array.
///
/// # Errors
///
/// If the file cannot be read.
pub(crate) fn read_whole(file: &RowGroupFile, columns: &Projection, rows: Range<u64>) -> Result<Vec<RecordBatch>> {
    let number = usize::try_from(rows.end.saturating_sub(rows.start)).unwrap_or(usize::MAX);
    let read = |batch_rows| decode(file, &columns.positions, vec![rows.clone()], batch_rows)?.collect();
    match read(number) {
        // The decoder's error is the same for a damaged file and for texts that are too long together. Smaller batches
        // find out.
        Err(_) if number > SAFE_ROWS => read(SAFE_ROWS),
        batches => batches,
    }
}

/// The batches as one batch; without batches, an empty one.
///
/// # Errors
///
/// [`QueryError::TooLarge`] if the rows do not fit into one batch.
pub(crate) fn concat(mut batches: Vec<RecordBatch>, schema: &SchemaRef, dataset: &str) -> Result<RecordBatch> {
    if batches.len() == 1
        && let Some(only) = batches.pop()
    {
        return Ok(only);
    }
    concat_batches(schema, &batches).map_err(too_large(dataset))
}

fn too_large(dataset: &str) -> impl Fn(ArrowError) -> Error + '_ {
    |source| QueryError::TooLarge { dataset: dataset.to_owned(), source }.into()
}

/// All rows of a scan as one batch; without rows, an empty one.
///
/// # Errors
///
/// The errors of reading, and [`QueryError::TooLarge`] if the rows do not fit into one batch.
pub(crate) fn collect(reading: PlannedScan) -> Result<RecordBatch> {
    let (schema, dataset) = (reading.columns.schema.clone(), reading.snapshot.dataset().to_owned());
    // With a filter, the number of rows is not known before they are read.
    let known = reading.filter.is_empty();
    let mut batches = Batches::new(reading);
    match usize::try_from(batches.rows_at_most()) {
        Ok(rows) if known && rows >= MANY_ROWS => {
            let mut gathered = Gathered::new(&schema, rows)?;
            while let Some(batch) = batches.next_batch()? {
                gathered.push(&batch).map_err(too_large(&dataset))?;
            }
            gathered.finish().map_err(too_large(&dataset))
        }
        _ => {
            let mut rows = Vec::new();
            while let Some(batch) = batches.next_batch()? {
                rows.push(batch);
            }
            concat(rows, &schema, &dataset)
        }
    }
}
