//! The stable merge of two ordered streams of batches.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::buffer::BooleanBuffer;
use arrow::compute::interleave_record_batch;
use arrow::error::ArrowError;

use crate::Result;
use crate::ordered::{OrdKeys, OrdValue};
use crate::schema::DatasetSchema;

use super::origin::{Merged, Origin};
use super::runs::{Run, runs};

/// Runs of at least this many rows pass without a copy. Shorter ones are copied into one batch.
const LONG_RUN: usize = 1024;

/// The most rows of a batch of short runs.
const GATHERED_ROWS: usize = 16 << 10;

/// Merges stored and new rows by the ordered column. At equal values stored rows come first, and rows of one side keep
/// their order.
///
/// Both streams must be in the dataset's plain schema and sorted. After an error the merge ends.
pub(crate) struct Merge<S, N> {
    schema: Arc<DatasetSchema>,
    stored: Side<S>,
    new: Side<N>,
    ready: VecDeque<Merged>,
    failed: bool,
}

/// One stream, and rows of it that are read but not merged yet.
struct Side<I> {
    stream: I,
    head: Option<Head>,
}

/// At least one row, with the ordered values.
struct Head {
    batch: RecordBatch,
    keys: OrdKeys,
    last: OrdValue,
}

impl<S, N> std::fmt::Debug for Merge<S, N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Merge").field("ready", &self.ready.len()).finish_non_exhaustive()
    }
}

impl<S, N> Merge<S, N>
where
    S: Iterator<Item = Result<RecordBatch>>,
    N: Iterator<Item = Result<RecordBatch>>,
{
    /// Merges two streams.
    pub(crate) fn new(schema: &Arc<DatasetSchema>, stored: S, new: N) -> Self {
        let (stored, new) = (Side { stream: stored, head: None }, Side { stream: new, head: None });
        Self { schema: schema.clone(), stored, new, ready: VecDeque::new(), failed: false }
    }

    /// Makes the next batches ready; `false` at the end of both streams.
    fn advance(&mut self) -> Result<bool> {
        self.stored.fill(&self.schema)?;
        self.new.fill(&self.schema)?;
        let (Some(stored), Some(new)) = (&self.stored.head, &self.new.head) else {
            let rest = |head: Option<Head>, origin| head.map(|head| Merged { batch: head.batch, origin });
            let stored = rest(self.stored.head.take(), Origin::Stored);
            let new = rest(self.new.head.take(), Origin::New);
            self.ready.extend(stored.or(new));
            return Ok(!self.ready.is_empty());
        };
        let (from_stored, from_new) = window(stored, new);
        let stored = self.stored.split(from_stored);
        let new = self.new.split(from_new);
        let runs = match (&stored, &new) {
            (Some((_, stored)), Some((_, new))) => runs(stored, new),
            (Some((_, keys)), None) => vec![Run { is_new: false, start: 0, len: keys.len() }],
            (None, Some((_, keys))) => vec![Run { is_new: true, start: 0, len: keys.len() }],
            (None, None) => Vec::new(),
        };
        let batch = |side: Option<(RecordBatch, OrdKeys)>| {
            side.map_or_else(|| RecordBatch::new_empty(self.schema.plain().clone()), |(batch, _)| batch)
        };
        let sides = Sides { stored: batch(stored), new: batch(new) };
        sides.assemble(&runs, &mut self.ready).map_err(|error| self.schema.arrow_error(error))?;
        Ok(true)
    }
}

/// How many rows of each head can be merged before more of either stream is read.
///
/// The head that ends first can be merged whole. Of stored rows, those up to and including the last new value can be
/// merged too. Of new rows, only those below the last stored value: more stored rows of that value may follow, and they
/// come first.
fn window(stored: &Head, new: &Head) -> (usize, usize) {
    if stored.last <= new.last {
        (stored.keys.len(), new.keys.lower_bound(&stored.last))
    } else {
        (stored.keys.upper_bound(&new.last), new.keys.len())
    }
}

impl<I: Iterator<Item = Result<RecordBatch>>> Side<I> {
    fn fill(&mut self, schema: &DatasetSchema) -> Result<()> {
        while self.head.is_none() {
            let Some(batch) = self.stream.next().transpose()? else {
                return Ok(());
            };
            let keys = schema.keys(&batch).map_err(|error| schema.arrow_error(error))?;
            self.head = keys.last().map(|last| Head { batch, keys, last });
        }
        Ok(())
    }

    /// Takes the first rows of the head; `None` if `rows` is 0.
    fn split(&mut self, rows: usize) -> Option<(RecordBatch, OrdKeys)> {
        let Head { batch, keys, last } = self.head.take()?;
        let left = keys.len() - rows;
        if left > 0 {
            self.head = Some(Head { batch: batch.slice(rows, left), keys: keys.slice(rows, left), last });
        }
        (rows > 0).then(|| (batch.slice(0, rows), keys.slice(0, rows)))
    }
}

/// The rows of both sides that are merged in one step.
struct Sides {
    stored: RecordBatch,
    new: RecordBatch,
}

impl Sides {
    /// Makes batches of the runs, in order: long runs pass as they are, short ones are gathered.
    fn assemble(&self, runs: &[Run], ready: &mut VecDeque<Merged>) -> Result<(), ArrowError> {
        let mut short = Vec::new();
        let mut rows = 0;
        for run in runs {
            if run.len >= LONG_RUN {
                ready.extend(self.gather(&std::mem::take(&mut short))?);
                ready.push_back(self.pass(run));
                rows = 0;
                continue;
            }
            short.push(*run);
            rows += run.len;
            if rows >= GATHERED_ROWS - LONG_RUN {
                ready.extend(self.gather(&std::mem::take(&mut short))?);
                rows = 0;
            }
        }
        ready.extend(self.gather(&short)?);
        Ok(())
    }

    /// The rows of one run, without a copy.
    fn pass(&self, run: &Run) -> Merged {
        let (side, origin) = match run.is_new {
            true => (&self.new, Origin::New),
            false => (&self.stored, Origin::Stored),
        };
        Merged { batch: side.slice(run.start, run.len), origin }
    }

    /// Copies the rows of short runs into one batch.
    fn gather(&self, runs: &[Run]) -> Result<Option<Merged>, ArrowError> {
        if let [] | [_] = runs {
            return Ok(runs.first().map(|run| self.pass(run)));
        }
        let rows =
            runs.iter().flat_map(|run| (run.start..run.start + run.len).map(|row| (usize::from(run.is_new), row)));
        let rows: Vec<_> = rows.collect();
        let batch = interleave_record_batch(&[&self.stored, &self.new], &rows)?;
        let new: BooleanBuffer = rows.iter().map(|(side, _)| *side == 1).collect();
        Ok(Some(Merged { batch, origin: Origin::Mixed(new) }))
    }
}

impl<S, N> Iterator for Merge<S, N>
where
    S: Iterator<Item = Result<RecordBatch>>,
    N: Iterator<Item = Result<RecordBatch>>,
{
    type Item = Result<Merged>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(merged) = self.ready.pop_front() {
                return Some(Ok(merged));
            }
            if self.failed {
                return None;
            }
            match self.advance() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
    }
}
