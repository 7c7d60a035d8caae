//! Rows as few, large batches, where the caller wants them at once.

use std::ops::Range;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use oups_core::decode::RowGroupFile;

use crate::batches::Batches;
use crate::columns::Columns;
use crate::error::{Error, Result};
use crate::job::decode;
use crate::reading::Reading;

/// Of so many rows a text column fits into one array, unless its texts are longer than 16 KiB on average.
const SAFE_ROWS: usize = 128 << 10;

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
pub(crate) fn concat(batches: &[RecordBatch], schema: &SchemaRef, dataset: &str) -> Result<RecordBatch> {
    match batches {
        [only] => Ok(only.clone()),
        _ => concat_batches(schema, batches).map_err(|source| Error::TooLarge { dataset: dataset.to_owned(), source }),
    }
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
    concat(&rows, &schema, &dataset)
}
