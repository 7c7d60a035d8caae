//! Holds the right rows that matches refer to, and frees batches that few of them need.

use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::compute::interleave;
use arrow::datatypes::FieldRef;
use arrow::error::ArrowError;

/// The rows in use are copied together once the pools hold more rows than this, and more than twice the rows in use.
/// Each pool of a join has an equal share.
const LOOSE_ROWS: usize = 128 << 10;

/// A reference to a row of the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowRef {
    pub(super) slot: usize,
    pub(super) row: usize,
}

impl RowRef {
    /// The row of nulls that every pool has.
    pub(super) const NULL: Self = Self { slot: 0, row: 0 };
}

/// Batches of right rows. [`tighten`](Self::tighten) replaces them with one batch of only the rows in use.
#[derive(Debug)]
pub(super) struct Pool {
    /// The columns of each batch. The first batch is the row of nulls.
    batches: Vec<Vec<ArrayRef>>,
    columns: usize,
    rows: usize,
    loose_rows: usize,
}

impl Pool {
    /// One of `pools` pools of a join.
    pub(super) fn new(fields: &[FieldRef], pools: usize) -> Self {
        let nulls = fields.iter().map(|field| new_null_array(field.data_type(), 1)).collect();
        Self { batches: vec![nulls], columns: fields.len(), rows: 0, loose_rows: LOOSE_ROWS / pools.max(1) }
    }

    /// Adds a batch, whose columns must have the types of the fields, and returns its slot.
    pub(super) fn add(&mut self, columns: Vec<ArrayRef>, rows: usize) -> usize {
        self.rows += rows;
        self.batches.push(columns);
        self.batches.len() - 1
    }

    /// Whether the pool holds far more rows than are in use.
    pub(super) fn is_loose(&self, in_use: usize) -> bool {
        self.rows > self.loose_rows.max(2 * in_use)
    }

    /// Copies the rows in use into one batch, drops all others, and changes the references accordingly.
    ///
    /// # Errors
    ///
    /// If the texts of a column are over 2 GiB.
    pub(super) fn tighten<'a>(&mut self, in_use: impl Iterator<Item = &'a mut RowRef>) -> Result<(), ArrowError> {
        let mut refs: Vec<&mut RowRef> = in_use.filter(|found| **found != RowRef::NULL).collect();
        let rows: Vec<RowRef> = refs.iter().map(|found| **found).collect();
        let columns = self.gather(&rows)?;
        self.batches.truncate(1);
        self.rows = 0;
        let slot = self.add(columns, rows.len());
        for (row, found) in refs.iter_mut().enumerate() {
            **found = RowRef { slot, row };
        }
        Ok(())
    }

    /// The columns of these rows.
    ///
    /// # Errors
    ///
    /// If the texts of a column are over 2 GiB.
    pub(super) fn gather(&self, rows: &[RowRef]) -> Result<Vec<ArrayRef>, ArrowError> {
        let rows: Vec<(usize, usize)> = rows.iter().map(|found| (found.slot, found.row)).collect();
        let column = |at: usize| {
            let arrays: Vec<_> = self.batches.iter().filter_map(|batch| batch.get(at).map(AsRef::as_ref)).collect();
            interleave(&arrays, &rows)
        };
        (0..self.columns).map(column).collect()
    }
}

/// The first columns of a batch, cast to the types of the fields.
///
/// # Errors
///
/// If the batch has columns of other types.
pub(super) fn plain(batch: &RecordBatch, fields: &[FieldRef]) -> Result<Vec<ArrayRef>, ArrowError> {
    batch.columns().iter().zip(fields).map(|(column, field)| arrow::compute::cast(column, field.data_type())).collect()
}
