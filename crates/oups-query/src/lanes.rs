//! Rows of one row group as batches, the columns decoded side by side.

use std::ops::Range;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use oups_core::decode::{Batches, ReadOptions, RowGroupFile};
use rayon::prelude::*;

use crate::columns::Columns;
use crate::error::{Error, Result};

/// Fewer values than this are decoded by one thread: dividing the work would cost more than it saves.
const VALUES_TO_DIVIDE: u64 = 256 << 10;

/// Batches of rows of one row group file.
///
/// With more than one thread in the current rayon pool and enough rows, each column has a decoder of its own, and the
/// decoders of one batch run side by side. Nothing runs between two calls, so nothing has to be stopped, and no rows
/// are waiting anywhere. What comes out does not depend on the number of threads.
#[derive(Debug)]
pub(crate) struct Lanes {
    schema: SchemaRef,
    lanes: Vec<Batches>,
}

impl Lanes {
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub(crate) fn open(file: &RowGroupFile, columns: &Columns, rows: Range<u64>, batch_rows: usize) -> Result<Self> {
        let values = rows.end.saturating_sub(rows.start).saturating_mul(columns.positions.len() as u64);
        let open = |positions: Vec<usize>| {
            let options = ReadOptions { columns: Some(positions), rows: Some(vec![rows.clone()]), batch_rows };
            Ok(file.batches(options)?)
        };
        let divided = columns.positions.len() > 1 && values >= VALUES_TO_DIVIDE && rayon::current_num_threads() > 1;
        let lanes = if divided {
            let lanes: Vec<Result<_>> = columns.positions.par_iter().map(|at| open(vec![*at])).collect();
            lanes.into_iter().collect::<Result<_>>()?
        } else {
            vec![open(columns.positions.clone())?]
        };
        Ok(Self { schema: columns.schema.clone(), lanes })
    }

    fn decode(&mut self) -> Result<Option<RecordBatch>> {
        if let [only] = self.lanes.as_mut_slice() {
            return Ok(only.next().transpose()?);
        }
        let parts: Vec<_> = self.lanes.par_iter_mut().map(Iterator::next).collect();
        let parts = parts.into_iter().map(Option::transpose).collect::<Result<Vec<_>, _>>()?;
        let Some(parts) = parts.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
        let rows = parts.first().map_or(0, RecordBatch::num_rows);
        let columns: Vec<ArrayRef> = parts.iter().flat_map(RecordBatch::columns).cloned().collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(Some(RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?))
    }
}

impl Iterator for Lanes {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.decode().transpose()
    }
}

/// The batches as one, which may have no rows.
///
/// # Errors
///
/// [`Error::TooLarge`] if they do not fit into one.
pub(crate) fn concat(batches: &[RecordBatch], schema: &SchemaRef, dataset: &str) -> Result<RecordBatch> {
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    match batches {
        [only] => Ok(only.clone()),
        [] => Ok(RecordBatch::new_empty(schema.clone())),
        // Arrow cannot count the rows of batches without columns.
        _ if schema.fields().is_empty() => {
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            Ok(RecordBatch::try_new_with_options(schema.clone(), Vec::new(), &options)?)
        }
        _ => concat_columns(batches, schema)
            .map_err(|source| Error::TooLarge { dataset: dataset.to_owned(), source }),
    }
}

fn concat_columns(batches: &[RecordBatch], schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = (0..schema.fields().len()).into_par_iter().map(|at| {
        let arrays: Vec<_> = batches.iter().filter_map(|batch| Some(batch.columns().get(at)?.as_ref())).collect();
        arrow::compute::concat(&arrays)
    });
    RecordBatch::try_new(schema.clone(), columns.collect::<Result<Vec<_>, _>>()?)
}
