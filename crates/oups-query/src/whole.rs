//! Rows as few, large batches, where the caller wants them at once.

use std::ops::Range;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use oups_core::decode::RowGroupFile;
use oups_core::threads::try_map;

use crate::batches::Batches;
use crate::columns::Columns;
use crate::error::{Error, Result};
use crate::job::decode;
use crate::reading::Reading;

/// Of so many rows a text column fits into one array, unless its texts are longer than 16 KiB on average.
const SAFE_ROWS: usize = 128 << 10;

/// So many rows are worth being joined by several threads.
const MANY_ROWS: usize = 64 << 10;

/// The rows in as few batches as can be: one, unless that would be too much for an array.
///
/// # Errors
///
/// Where the file cannot be read.
pub(crate) fn read_whole(file: &RowGroupFile, columns: &Columns, rows: Range<u64>) -> Result<Vec<RecordBatch>> {
    let number = usize::try_from(rows.end.saturating_sub(rows.start)).unwrap_or(usize::MAX);
    let read = |batch_rows| {
        decode(file, &columns.positions, vec![rows.clone()], batch_rows)?.map(|batch| Ok(batch?)).collect()
    };
    match read(number) {
        // The decoder's error does not tell whether the file is damaged or the texts are too long together.
        Err(_) if number > SAFE_ROWS => read(SAFE_ROWS),
        batches => batches,
    }
}

/// The batches as one, which may have no rows.
///
/// # Errors
///
/// [`Error::TooLarge`] if they do not fit into one.
pub(crate) fn concat(mut batches: Vec<RecordBatch>, schema: &SchemaRef, dataset: &str) -> Result<RecordBatch> {
    if batches.len() == 1
        && let Some(only) = batches.pop()
    {
        return Ok(only);
    }
    let rows = batches.iter().map(RecordBatch::num_rows).sum();
    let joined = if rows < MANY_ROWS { concat_batches(schema, &batches) } else { join_columns(batches, schema, rows) };
    joined.map_err(|source| Error::TooLarge { dataset: dataset.to_owned(), source })
}

/// Each column by itself, in parallel: to fill that much new memory takes about as long as to decode it. The parts of a
/// column are freed once it is joined, so that all rows are there twice at no time.
fn join_columns(batches: Vec<RecordBatch>, schema: &SchemaRef, rows: usize) -> Result<RecordBatch, ArrowError> {
    let mut columns: Vec<Vec<ArrayRef>> = vec![Vec::with_capacity(batches.len()); schema.fields().len()];
    for batch in batches {
        for (column, part) in columns.iter_mut().zip(batch.into_parts().1) {
            column.push(part);
        }
    }
    let join = |parts: Vec<ArrayRef>| arrow::compute::concat(&parts.iter().map(|part| &**part).collect::<Vec<_>>());
    let joined = try_map(columns, join)?;
    RecordBatch::try_new_with_options(schema.clone(), joined, &RecordBatchOptions::new().with_row_count(Some(rows)))
}

/// All rows of a scan as one batch, which may have no rows.
///
/// # Errors
///
/// Those of reading, and [`Error::TooLarge`] if they do not fit into one.
pub(crate) fn collect(reading: Reading) -> Result<RecordBatch> {
    let (schema, dataset) = (reading.columns.schema.clone(), reading.snapshot.dataset().to_owned());
    let mut rows = Vec::new();
    let mut batches = Batches::new(reading);
    while let Some(batch) = batches.next_batch()? {
        rows.push(batch);
    }
    concat(rows, &schema, &dataset)
}
