//! Puts rows that were picked from many batches together into one.

use arrow::array::RecordBatch;
use arrow::compute::interleave_record_batch;
use arrow::error::ArrowError;

/// Rows of several batches, in the order in which they were picked.
#[derive(Debug, Default)]
pub(crate) struct Picks {
    batches: Vec<RecordBatch>,
    rows: Vec<(usize, usize)>,
}

impl Picks {
    /// Adds a batch and returns its slot. Rows of the slot can be picked until [`take`](Self::take) is called.
    pub(crate) fn slot(&mut self, batch: RecordBatch) -> usize {
        self.batches.push(batch);
        self.batches.len() - 1
    }

    /// Picks rows of a slot.
    pub(crate) fn pick(&mut self, slot: usize, rows: impl Iterator<Item = usize>) {
        self.rows.extend(rows.map(|row| (slot, row)));
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The slot of each picked row.
    pub(crate) fn slots(&self) -> impl Iterator<Item = usize> {
        self.rows.iter().map(|(slot, _)| *slot)
    }

    /// Takes the picked rows out and forgets all slots. The rows are one batch, or several if one would need a
    /// dictionary with more values than its keys can name, or text of over 2 GiB.
    ///
    /// # Errors
    ///
    /// If even a single row cannot be copied.
    pub(crate) fn take(&mut self) -> Result<Vec<RecordBatch>, ArrowError> {
        let Self { batches, rows } = std::mem::take(self);
        let mut taken = Vec::with_capacity(1);
        gather(&batches.iter().collect::<Vec<_>>(), &rows, &mut taken)?;
        Ok(taken)
    }
}

/// Copies the rows into one batch. If that fails, it halves them until it succeeds: Arrow does not say in advance how
/// many rows fit. Successive rows of one batch are not copied.
fn gather(batches: &[&RecordBatch], rows: &[(usize, usize)], out: &mut Vec<RecordBatch>) -> Result<(), ArrowError> {
    let Some(&(slot, first)) = rows.first() else { return Ok(()) };
    if let Some(batch) = batches.get(slot)
        && rows.iter().enumerate().all(|(at, row)| *row == (slot, first + at))
    {
        out.push(batch.slice(first, rows.len()));
        return Ok(());
    }
    match interleave_record_batch(batches, rows) {
        Ok(batch) => out.push(batch),
        Err(_) if rows.len() > 1 => {
            let (left, right) = rows.split_at(rows.len() / 2);
            gather(batches, left, out)?;
            gather(batches, right, out)?;
        }
        Err(error) => return Err(error),
    }
    Ok(())
}
