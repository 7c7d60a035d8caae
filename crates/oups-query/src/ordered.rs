//! Several datasets as one ordered stream.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions, RecordBatchReader, UInt32Array};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use oups_core::Snapshot;
use oups_core::ordered::{OrdValue, Span};
use oups_core::threads;

use crate::error::Result;
use crate::key_columns::KeyColumns;
use crate::picks::Picks;
use crate::reading::Reading;
use crate::request::Request;
use crate::source::Source;
use crate::unify::{Layout, Unified};

/// So many datasets of a query keep a file open from block to block; the others open it again.
const OPEN_FILES: usize = 16;

/// So many datasets are read at once, at most: more than there are processors, and few enough files.
const READ_AT_ONCE: usize = 16;

/// Bytes of blocks in memory over all datasets of a query, unless there are more of them than this has room for.
const HELD_BYTES: usize = 64 << 20;

/// Of a dataset at least so many rows are read at once, as every block has to decode its way into a page.
const LEAST_BLOCK: usize = 128;

/// Bytes of a row, as long as none was read.
const GUESSED_ROW: usize = 1024;

/// A run of at least so many rows of one dataset passes as a batch of its own, without a copy.
const LONG_RUN: usize = 4096;

/// The rows of several datasets in the order of the ordered column; at equal values in the order of the keys, and of one
/// key in stored order.
///
/// - Columns: those of the keys' fields first, then the datasets' own.
/// - A dataset's first file is opened when the stream comes to its first value, so that thousands of datasets that follow
///   each other need no more memory than one.
/// - Of datasets that go side by side, each has one block of rows in memory, the smaller the more there are, and only a few
///   have a file open.
///
/// Holds the snapshots until it is dropped. An error is the last item.
pub struct Ordered {
    schema: SchemaRef,
    keys: KeyColumns,
    /// One a key; `None` when it is read to its end.
    sources: Vec<Option<Source>>,
    /// The keys that have rows left, by the least value that the next one may have.
    next: BinaryHeap<Reverse<(OrdValue, usize)>>,
    /// Keys with a block in memory.
    held: usize,
    /// So many datasets, at most, have rows around one value.
    side_by_side: usize,
    /// Bytes and rows of all blocks so far, for what a row takes.
    read: (usize, usize),
    open: usize,
    picks: Picks,
    /// The key of each slot of the picks.
    slot_keys: Vec<u32>,
    ready: VecDeque<RecordBatch>,
    batch_rows: usize,
    rows_left: u64,
    /// Then the limit tells nothing of how many rows have to be read.
    has_filter: bool,
}

impl Ordered {
    pub(crate) fn new(
        keys: KeyColumns,
        unified: Unified,
        snapshots: Vec<Snapshot>,
        span: Option<Span>,
        request: &Request,
    ) -> Result<Self> {
        let schema = keys.schema(&unified.schema)?;
        let span = span.map(Arc::new);
        let source = |(snapshot, layout): (Snapshot, Arc<Layout>)| {
            let reading = Reading::of_parts(snapshot, None, layout.columns.clone(), request)?;
            Ok(span.as_ref().map(|span| Source::new(reading, layout, span)))
        };
        let sources: Vec<_> = snapshots.into_iter().zip(unified.layouts).map(source).collect::<Result<_>>()?;
        let bounds = sources.iter().enumerate();
        let next = bounds.filter_map(|(at, source)| Some(Reverse((source.as_ref()?.bound()?, at)))).collect();
        let side_by_side = most_at_once(sources.iter().flatten().filter_map(Source::reach));
        Ok(Self {
            schema,
            keys,
            side_by_side,
            read: (0, 0),
            sources,
            next,
            held: 0,
            open: 0,
            picks: Picks::default(),
            slot_keys: Vec::new(),
            ready: VecDeque::new(),
            batch_rows: request.batch_rows.max(1),
            rows_left: request.limit.unwrap_or(u64::MAX),
            has_filter: !request.conditions.is_empty(),
        })
    }

    /// The next batch, with our own error.
    ///
    /// # Errors
    ///
    /// [`oups_core::Error::Damaged`] for a file that is not what the manifest says, and others of reading files.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        let batch = self.produce();
        if batch.is_err() {
            self.stop();
        }
        batch
    }

    fn produce(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Ok(Some(self.limited(batch)));
            }
            if self.rows_left == 0 {
                self.stop();
                return Ok(None);
            }
            if !self.advance()? {
                self.flush()?;
                if self.ready.is_empty() {
                    return Ok(None);
                }
            }
        }
    }

    fn limited(&mut self, batch: RecordBatch) -> RecordBatch {
        let rows = usize::try_from(self.rows_left).map_or(batch.num_rows(), |left| left.min(batch.num_rows()));
        self.rows_left -= rows as u64;
        batch.slice(0, rows)
    }

    /// Lets everything go.
    fn stop(&mut self) {
        self.sources.clear();
        self.next.clear();
        self.ready.clear();
        self.picks = Picks::default();
    }

    /// Takes the next run of rows, or reads what it needs to know which that is; `false` at the end.
    fn advance(&mut self) -> Result<bool> {
        let Some(Reverse((_, key))) = self.next.peek() else { return Ok(false) };
        if self.is_in_memory(*key) {
            self.take_run()?;
        } else {
            self.load()?;
        }
        Ok(true)
    }

    fn is_in_memory(&self, key: usize) -> bool {
        matches!(self.sources.get(key), Some(Some(Source { head: Some(_), .. })))
    }

    /// Takes the rows of the foremost key that come before those of all others.
    fn take_run(&mut self) -> Result<()> {
        let Some(Reverse((_, key))) = self.next.pop() else { return Ok(()) };
        let Some(Some(source)) = self.sources.get_mut(key) else { return Ok(()) };
        let Some(head) = &mut source.head else { return Ok(()) };
        let left = head.keys.len() - head.at;
        let run = match self.next.peek() {
            Some(Reverse((bound, other))) => head.keys.run_length(head.at, bound, key < *other),
            None => left,
        };
        let room = self.batch_rows.saturating_sub(self.picks.len()).max(1);
        let run = if run >= LONG_RUN { run } else { run.min(room) };
        let rows = head.at..head.at + run;
        head.at += run;
        let long = (run >= LONG_RUN).then(|| head.batch.slice(rows.start, run));
        if long.is_none() {
            let slot = match head.slot {
                Some(slot) => slot,
                None => {
                    self.slot_keys.push(key as u32);
                    self.picks.slot(head.batch.clone())
                }
            };
            head.slot = Some(slot);
            self.picks.pick(slot, rows);
        }
        if run == left {
            source.head = None;
            self.held -= 1;
        }
        self.put_back(key);
        match long {
            Some(batch) => self.pass(&batch, key),
            None if self.picks.len() >= self.batch_rows.min(usize::try_from(self.rows_left).unwrap_or(usize::MAX)) => {
                self.flush()
            }
            None => Ok(()),
        }
    }

    /// Lines a key up again, unless it has no row left.
    fn put_back(&mut self, key: usize) {
        let Some(slot) = self.sources.get_mut(key) else { return };
        match slot.as_ref().and_then(Source::bound) {
            Some(bound) => self.next.push(Reverse((bound, key))),
            None => *slot = None,
        }
    }

    /// Reads a block of each of the foremost keys that have none in memory.
    ///
    /// The first of them is needed now, those behind it soon.
    fn load(&mut self) -> Result<()> {
        let at_once = (2 * threads::count()).min(READ_AT_ONCE);
        let mut chosen = Vec::with_capacity(at_once);
        while chosen.len() < at_once
            && let Some(Reverse((_, key))) = self.next.peek()
            && !self.is_in_memory(*key)
        {
            let key = *key;
            self.next.pop();
            if let Some(source) = self.sources.get_mut(key).and_then(Option::take) {
                let may_open = source.is_open() || self.open < OPEN_FILES;
                self.open += usize::from(may_open && !source.is_open());
                chosen.push((key, source, may_open));
            }
        }
        let block = self.block_rows(chosen.len());
        let load = |(_, source, may_open): &mut (usize, Source, bool)| source.load(block, *may_open);
        threads::try_map(chosen.iter_mut().collect(), load)?;
        self.open -= chosen.iter().filter(|(_, _, may_open)| *may_open).count();
        for (key, source, _) in chosen {
            if let Some(head) = &source.head {
                self.held += 1;
                self.read.0 += head.batch.get_array_memory_size();
                self.read.1 += head.batch.num_rows();
            }
            self.open += usize::from(source.is_open());
            if let Some(slot) = self.sources.get_mut(key) {
                *slot = Some(source);
            }
            self.put_back(key);
        }
        Ok(())
    }

    /// The share of a dataset counts all that come to be side by side, so that the first do not take the room of the last.
    fn block_rows(&self, more: usize) -> usize {
        let row = self.read.0.checked_div(self.read.1).unwrap_or(GUESSED_ROW).max(1);
        let share = HELD_BYTES / (self.side_by_side + more).max(1) / row;
        let wanted = if self.has_filter { u64::MAX } else { self.rows_left };
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX).min(self.batch_rows);
        share.max(LEAST_BLOCK).min(wanted).max(1)
    }

    /// Makes a batch of the rows of one key.
    fn pass(&mut self, rows: &RecordBatch, key: usize) -> Result<()> {
        self.flush()?;
        let keys = UInt32Array::from_value(key as u32, rows.num_rows());
        let batch = self.with_keys(rows, &keys)?;
        self.ready.push_back(batch);
        Ok(())
    }

    /// Makes batches of the rows picked so far.
    fn flush(&mut self) -> Result<()> {
        if self.picks.is_empty() {
            return Ok(());
        }
        let keys: UInt32Array = self.picks.slots().map(|slot| self.slot_keys.get(slot).copied()).collect();
        let mut start = 0;
        for rows in self.picks.take()? {
            let batch = self.with_keys(&rows, &keys.slice(start, rows.num_rows()))?;
            start += rows.num_rows();
            self.ready.push_back(batch);
        }
        self.slot_keys.clear();
        for source in self.sources.iter_mut().flatten() {
            if let Some(head) = &mut source.head {
                head.slot = None;
            }
        }
        Ok(())
    }

    fn with_keys(&self, rows: &RecordBatch, keys: &UInt32Array) -> Result<RecordBatch, ArrowError> {
        let mut columns = self.keys.of(keys)?;
        columns.extend_from_slice(rows.columns());
        let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
        RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)
    }
}

/// How many of these closed ranges, at most, share a value.
fn most_at_once(ranges: impl Iterator<Item = (OrdValue, OrdValue)>) -> usize {
    let (mut starts, mut ends): (Vec<_>, Vec<_>) = ranges.unzip();
    starts.sort_unstable();
    ends.sort_unstable();
    let (mut over, mut most) = (0, 0);
    for (begun, start) in starts.iter().enumerate() {
        over += ends.iter().skip(over).take_while(|end| *end < start).count();
        most = most.max(begun + 1 - over);
    }
    most
}

impl fmt::Debug for Ordered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = self.sources.iter().flatten().count();
        f.debug_struct("Ordered").field("datasets_left", &left).field("held", &self.held).finish_non_exhaustive()
    }
}

impl Iterator for Ordered {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_batch().map_err(ArrowError::from).transpose()
    }
}

impl RecordBatchReader for Ordered {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}
