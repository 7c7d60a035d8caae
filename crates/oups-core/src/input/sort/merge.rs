//! Merges sorted runs.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::interleave_record_batch;

use super::run::Run;
use crate::Result;
use crate::input::{SpillFile, own_views};
use crate::ordered::{OrdKeys, OrdValue};
use crate::schema::DatasetSchema;

/// Merges sorted runs. Rows with the same value stay in the order of their runs. One block of each run is in memory.
pub(super) struct RunMerge {
    schema: Arc<DatasetSchema>,
    file: Arc<SpillFile>,
    heads: Vec<Head>,
    /// For each run that is not at its end, the next value and the run's index.
    next: BinaryHeap<Reverse<(OrdValue, usize)>>,
    block_rows: usize,
}

/// The current block of a run.
struct Head {
    blocks: std::vec::IntoIter<(u64, usize)>,
    block: Option<(RecordBatch, OrdKeys)>,
    row: usize,
    /// The block's number among those of the current batch.
    number: Option<usize>,
}

/// The rows of the current batch.
#[derive(Default)]
struct Picked {
    blocks: Vec<RecordBatch>,
    rows: Vec<(usize, usize)>,
}

impl RunMerge {
    pub(super) fn new(schema: &Arc<DatasetSchema>, file: Arc<SpillFile>, runs: Vec<Run>) -> Result<Self> {
        let block_rows = runs.iter().map(|run| run.block_rows).min().unwrap_or(1);
        let head = |run: Run| Head { blocks: run.blocks.into_iter(), block: None, row: 0, number: None };
        let heads = runs.into_iter().map(head).collect();
        let mut merge = Self { schema: schema.clone(), file, heads, next: BinaryHeap::new(), block_rows };
        for run in 0..merge.heads.len() {
            merge.load(run)?;
            merge.enqueue(run);
        }
        Ok(merge)
    }

    /// Writes all rows as one run.
    pub(super) fn write(mut self, into: &mut SpillFile) -> Result<Run> {
        let mut blocks = Vec::new();
        while let Some(batch) = self.next_batch(self.block_rows)? {
            blocks.push(into.append(&batch)?);
        }
        Ok(Run { blocks, block_rows: self.block_rows })
    }

    /// The next rows, at most this many; `None` at the end.
    pub(super) fn next_batch(&mut self, rows: usize) -> Result<Option<RecordBatch>> {
        let mut picked = Picked::default();
        self.heads.iter_mut().for_each(|head| head.number = None);
        while picked.rows.len() < rows
            && let Some(Reverse((_, run))) = self.next.pop()
        {
            let bound = self.next.peek().map(|Reverse(bound)| bound);
            let Some(head) = self.heads.get_mut(run) else { continue };
            head.pick(bound.map(|(value, other)| (value, run < *other)), rows, &mut picked);
            if head.is_done() {
                self.load(run)?;
            }
            self.enqueue(run);
        }
        if picked.rows.is_empty() {
            return Ok(None);
        }
        let batches: Vec<&RecordBatch> = picked.blocks.iter().collect();
        let batch = interleave_record_batch(&batches, &picked.rows).and_then(|batch| own_views(&batch));
        batch.map(Some).map_err(|error| self.schema.arrow_error(error))
    }

    /// Loads the next block of a run, unless the run is at its end.
    fn load(&mut self, run: usize) -> Result<()> {
        let Some(head) = self.heads.get_mut(run) else { return Ok(()) };
        (head.block, head.row, head.number) = (None, 0, None);
        if let Some((offset, len)) = head.blocks.next() {
            let batch = self.file.read(offset, len)?;
            let keys = self.schema.keys(&batch).map_err(|error| self.schema.arrow_error(error))?;
            head.block = Some((batch, keys));
        }
        Ok(())
    }

    fn enqueue(&mut self, run: usize) {
        let value = self.heads.get(run).and_then(|head| head.block.as_ref()?.1.get(head.row));
        self.next.extend(value.map(|value| Reverse((value, run))));
    }
}

impl Head {
    /// Picks the rows up to `bound`, the next value of another run. Rows equal to it are picked only if this run comes
    /// before the other.
    fn pick(&mut self, bound: Option<(&OrdValue, bool)>, limit: usize, picked: &mut Picked) {
        let Some((batch, keys)) = &self.block else { return };
        let end = match bound {
            None => keys.len(),
            // Runs mostly alternate row by row, so the next row is looked at before a search.
            Some((value, true)) if keys.get(self.row + 1).is_some_and(|next| next > *value) => self.row + 1,
            Some((value, false)) if keys.get(self.row + 1).is_some_and(|next| next >= *value) => self.row + 1,
            Some((value, true)) => keys.upper_bound(value),
            Some((value, false)) => keys.lower_bound(value),
        };
        // At least one row: this run has the smallest next value.
        let end = end.max(self.row + 1).min(self.row + (limit - picked.rows.len()));
        let number = *self.number.get_or_insert_with(|| {
            picked.blocks.push(batch.clone());
            picked.blocks.len() - 1
        });
        picked.rows.extend((self.row..end).map(|row| (number, row)));
        self.row = end;
    }

    fn is_done(&self) -> bool {
        self.block.as_ref().is_none_or(|(_, keys)| self.row >= keys.len())
    }
}
