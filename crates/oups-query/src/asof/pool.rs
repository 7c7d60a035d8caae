//! The right rows that matches refer to, and no more batches than they need.

use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::compute::interleave;
use arrow::datatypes::FieldRef;
use arrow::error::ArrowError;

/// More rows than twice those in use, and than a share of these, are copied together.
const LOOSE_ROWS: usize = 128 << 10;

/// A row of the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowRef {
    pub(super) slot: usize,
    pub(super) row: usize,
}

impl RowRef {
    /// The row of nulls, which every pool has.
    pub(super) const NULL: Self = Self { slot: 0, row: 0 };
}

/// Columns of right rows. A batch stays until it is copied together with others, by which only rows in use stay.
#[derive(Debug)]
pub(super) struct Pool {
    /// The first is the row of nulls.
    batches: Vec<Vec<ArrayRef>>,
    columns: usize,
    rows: usize,
    loose_rows: usize,
}

impl Pool {
    /// One of so many.
    pub(super) fn new(fields: &[FieldRef], pools: usize) -> Self {
        let nulls = fields.iter().map(|field| new_null_array(field.data_type(), 1)).collect();
        Self { batches: vec![nulls], columns: fields.len(), rows: 0, loose_rows: LOOSE_ROWS / pools.max(1) }
    }

    /// Adds columns in the types of the fields; answers their slot.
    pub(super) fn add(&mut self, columns: Vec<ArrayRef>, rows: usize) -> usize {
        self.rows += rows;
        self.batches.push(columns);
        self.batches.len() - 1
    }

    /// Whether there are far more rows than are in use.
    pub(super) fn is_loose(&self, in_use: usize) -> bool {
        self.rows > self.loose_rows.max(2 * in_use)
    }

    /// Keeps only the rows in use, and lets the references name them where they are now.
    ///
    /// # Errors
    ///
    /// If their texts are over 2 GiB.
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
    /// If their texts are over 2 GiB.
    pub(super) fn gather(&self, rows: &[RowRef]) -> Result<Vec<ArrayRef>, ArrowError> {
        let rows: Vec<(usize, usize)> = rows.iter().map(|found| (found.slot, found.row)).collect();
        let column = |at: usize| {
            let arrays: Vec<_> = self.batches.iter().filter_map(|batch| batch.get(at).map(AsRef::as_ref)).collect();
            interleave(&arrays, &rows)
        };
        (0..self.columns).map(column).collect()
    }
}

/// The first columns of a batch, in the types of the fields.
///
/// # Errors
///
/// If the batch has other columns.
pub(super) fn plain(batch: &RecordBatch, fields: &[FieldRef]) -> Result<Vec<ArrayRef>, ArrowError> {
    batch.columns().iter().zip(fields).map(|(column, field)| arrow::compute::cast(column, field.data_type())).collect()
}
