//! Sorts rows in memory and writes them to the file as a run.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::compute::{concat, interleave_record_batch};
use arrow::error::ArrowError;

use crate::Result;
use crate::input::{SpillFile, own_views};
use crate::ordered::OrdKeys;
use crate::parallel::{sort_by, sort_unstable};
use crate::schema::DatasetSchema;

/// Sorted rows in the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    /// Offset and length of its blocks, in order.
    pub(super) blocks: Vec<(u64, usize)>,
    /// The most rows of a block.
    pub(super) block_rows: usize,
}

/// Batches, and the sorted order of their rows.
pub(super) struct SortedRows {
    schema: Arc<DatasetSchema>,
    batches: Vec<RecordBatch>,
    /// The position of each batch's first row among all rows.
    starts: Vec<usize>,
    order: Vec<u32>,
}

impl SortedRows {
    pub(super) fn new(schema: &Arc<DatasetSchema>, batches: Vec<RecordBatch>) -> Result<Self> {
        let order = order(schema, &batches).map_err(|error| schema.arrow_error(error))?;
        let starts = batches.iter().scan(0, |next, batch| {
            let start = *next;
            *next += batch.num_rows();
            Some(start)
        });
        Ok(Self { schema: schema.clone(), starts: starts.collect(), batches, order })
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// A range of the sorted order as one batch.
    pub(super) fn gather(&self, rows: Range<usize>) -> Result<RecordBatch> {
        let place = |row: &u32| {
            let row = *row as usize;
            let batch = self.starts.partition_point(|start| *start <= row).saturating_sub(1);
            (batch, row - self.starts.get(batch).copied().unwrap_or(0))
        };
        let places: Vec<(usize, usize)> = self.order.get(rows).unwrap_or_default().iter().map(place).collect();
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        let rows = interleave_record_batch(&batches, &places).and_then(|rows| own_views(&rows));
        rows.map_err(|error| self.schema.arrow_error(error))
    }

    /// Writes all rows as one run.
    pub(super) fn write(&self, file: &mut SpillFile, block_rows: usize) -> Result<Run> {
        let mut blocks = Vec::new();
        for from in (0..self.len()).step_by(block_rows) {
            blocks.push(file.append(&self.gather(from..self.len().min(from + block_rows))?)?);
        }
        Ok(Run { blocks, block_rows })
    }
}

/// The positions of all rows, sorted by value and then by position, so that the order is stable.
fn order(schema: &DatasetSchema, batches: &[RecordBatch]) -> Result<Vec<u32>, ArrowError> {
    let columns = batches.iter().filter_map(|batch| batch.columns().get(schema.ordered_index()));
    let columns: Vec<&dyn Array> = columns.map(ArrayRef::as_ref).collect();
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let keys = schema.ordered_type().keys(&concat(&columns)?)?;
    let rows = u32::try_from(keys.len())
        .map_err(|_| ArrowError::ComputeError("too many rows to sort at once: lower the memory limit".to_owned()))?;
    if keys.first_descent().is_none() {
        return Ok((0..rows).collect());
    }
    if let OrdKeys::I64(values) = &keys {
        let mut pairs: Vec<(i64, u32)> = values.iter().copied().zip(0..rows).collect();
        sort_unstable(&mut pairs);
        return Ok(pairs.into_iter().map(|(_, row)| row).collect());
    }
    let mut order: Vec<u32> = (0..rows).collect();
    sort_by(&mut order, |a, b| keys.cmp_at(*a as usize, &keys, *b as usize));
    Ok(order)
}
