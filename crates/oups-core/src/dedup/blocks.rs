//! The merged stream in blocks that do not split a run of equal ordered values.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use arrow::buffer::BooleanBuffer;
use arrow::compute::concat_batches;

use crate::Result;
use crate::merge::{Merged, Origin};
use crate::ordered::{OrdKeys, OrdValue};
use crate::schema::DatasetSchema;

/// Rows with their ordered values. All rows of one value are in the same block.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) rows: Merged,
    pub(super) keys: OrdKeys,
}

impl Block {
    /// The runs of two or more equal ordered values, ascending.
    pub(super) fn runs(&self) -> Vec<Range<usize>> {
        match &self.keys {
            OrdKeys::I64(values) => runs(values.len(), |at| values.get(at) == values.get(at + 1)),
            keys => runs(keys.len(), |at| keys.equal_at(at, keys, at + 1)),
        }
    }
}

/// The runs of two or more equal values. `next_is_equal` says of each row but the last whether the next one is equal.
fn runs(len: usize, next_is_equal: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at + 1 < len {
        let start = at;
        while at + 1 < len && next_is_equal(at) {
            at += 1;
        }
        if at > start {
            runs.push(start..at + 1);
        }
        at += 1;
    }
    runs
}

/// Makes blocks of a stream. The last run is held back, because more of it may follow. Memory: a batch and the longest
/// run.
pub(super) struct Blocks<I> {
    schema: Arc<DatasetSchema>,
    stream: I,
    /// Rows of one ordered value.
    held: Vec<Merged>,
    held_value: Option<OrdValue>,
    ready: VecDeque<Block>,
}

impl<I: Iterator<Item = Result<Merged>>> Blocks<I> {
    pub(super) fn new(schema: &Arc<DatasetSchema>, stream: I) -> Self {
        Self { schema: schema.clone(), stream, held: Vec::new(), held_value: None, ready: VecDeque::new() }
    }

    /// The next block; `None` at the end.
    pub(super) fn next_block(&mut self) -> Result<Option<Block>> {
        loop {
            if let Some(block) = self.ready.pop_front() {
                return Ok(Some(block));
            }
            match self.stream.next().transpose()? {
                Some(rows) => self.take(rows)?,
                None if self.held.is_empty() => return Ok(None),
                None => self.release()?,
            }
        }
    }

    /// Takes merged rows: continues the held run, makes a block of the runs that are complete, and holds the last run
    /// back.
    fn take(&mut self, rows: Merged) -> Result<()> {
        let keys = self.keys(&rows)?;
        let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return Ok(()) };
        let len = keys.len();
        let continued = if self.held_value.as_ref() == Some(&first) { keys.upper_bound(&first) } else { 0 };
        if continued > 0 {
            self.held.push(rows.slice(0, continued));
        }
        if continued == len {
            return Ok(());
        }
        self.release()?;
        let tail = keys.lower_bound(&last);
        if tail > continued {
            let (rows, keys) = (rows.slice(continued, tail - continued), keys.slice(continued, tail - continued));
            self.ready.push_back(Block { rows, keys });
        }
        self.held.push(rows.slice(tail, len - tail));
        self.held_value = Some(last);
        Ok(())
    }

    /// Moves the run that was held back to the ready blocks.
    fn release(&mut self) -> Result<()> {
        let held = std::mem::take(&mut self.held);
        let rows = match held.as_slice() {
            [] => return Ok(()),
            [rows] => rows.clone(),
            many => self.joined(many)?,
        };
        let keys = self.keys(&rows)?;
        self.ready.push_back(Block { rows, keys });
        Ok(())
    }

    fn joined(&self, parts: &[Merged]) -> Result<Merged> {
        let batch = concat_batches(self.schema.plain(), parts.iter().map(|part| &part.batch));
        let batch = batch.map_err(|error| self.schema.arrow_error(error))?;
        let is_new = |part: &Merged| (0..part.num_rows()).map(|row| part.origin.is_new(row)).collect::<Vec<_>>();
        let new: BooleanBuffer = parts.iter().flat_map(is_new).collect();
        Ok(Merged { batch, origin: Origin::Mixed(new) })
    }

    fn keys(&self, rows: &Merged) -> Result<OrdKeys> {
        self.schema.keys(&rows.batch).map_err(|error| self.schema.arrow_error(error))
    }
}
