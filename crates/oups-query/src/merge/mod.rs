//! Merges several datasets into one ordered stream.

pub(crate) mod budget;
pub(crate) mod picks;
pub(crate) mod source;
mod waiting;

use std::collections::{BinaryHeap, VecDeque};
use std::fmt;
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions, RecordBatchReader, UInt32Array};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use oups_core::ordered::Span;
use oups_core::{Moment, Snapshot, Snapshots, StoreKey, parallel};

use crate::Result;
use crate::datasets::{Datasets, key_columns};
use crate::plan::scan::PlannedScan;
use crate::projection::key_fields::KeyColumns;
use crate::projection::unified::{Conversion, Unified};
use crate::request::Request;
use crate::request::read::Read;
use crate::request::verbs::Verb;
use crate::scan::decode::reversed;
use budget::{Budget, most_at_once};
use picks::Picks;
use source::Source;
use waiting::Waiting;

/// The most datasets of a query that keep a file open from block to block. The others open their files again.
const OPEN_FILES: usize = 16;

/// The most datasets that are read at once. It bounds the number of open files.
const READ_AT_ONCE: usize = 16;

/// A run of at least this many rows of one dataset becomes a batch of its own, without a copy.
const LONG_RUN: usize = 4096;

/// The rows of several datasets in the order of the ordered column. Rows with equal values are in the order of the
/// keys, and those of one key in stored order. In reverse, the order is exactly the opposite.
///
/// - The first columns are the keys' fields, then come the datasets' own columns.
/// - A dataset's first file is opened when the stream comes to its first value. So thousands of datasets that follow
///   each other need no more memory than one.
/// - Datasets whose values overlap have one block of rows each in memory, 64 MiB altogether: the more datasets, the
///   smaller their blocks. Only a few have a file open.
///
/// The iterator holds the snapshots until it is dropped. An error is the last item.
pub struct Ordered {
    schema: SchemaRef,
    keys: KeyColumns,
    /// One for each key; `None` once the dataset has been read to its end.
    sources: Vec<Option<Source>>,
    /// The keys that have rows left, the foremost on top.
    next: BinaryHeap<Waiting>,
    reverse: bool,
    budget: Budget,
    open: usize,
    picks: Picks,
    /// For each slot of the picks, the position of its key.
    slot_keys: Vec<u32>,
    ready: VecDeque<RecordBatch>,
    batch_rows: usize,
    rows_left: u64,
    /// Whether the read has conditions. Then the limit says nothing about the number of rows that have to be read.
    has_filter: bool,
    moment: Moment,
}

impl Ordered {
    pub(crate) fn new(
        keys: KeyColumns,
        unified: Unified,
        snapshots: Snapshots,
        span: Option<Span>,
        request: &Request,
    ) -> Result<Self> {
        let schema = keys.schema(&unified.schema)?;
        let (span, reverse, moment) = (span.map(Arc::new), request.reverse, snapshots.moment());
        let source = |(snapshot, layout): (Snapshot, Arc<Conversion>)| {
            let reading = PlannedScan::of_parts(snapshot, layout.columns.clone(), request)?;
            Ok(span.as_ref().map(|span| Source::new(reading, layout, span, reverse)))
        };
        let sources: Vec<_> = snapshots.into_iter().zip(unified.layouts).map(source).collect::<Result<_>>()?;
        let bounds = sources.iter().enumerate();
        let turn =
            |(key, source): (usize, &Option<Source>)| Some(Waiting { bound: source.as_ref()?.bound()?, key, reverse });
        let next = bounds.filter_map(turn).collect();
        let side_by_side = most_at_once(sources.iter().flatten().filter_map(Source::reach));
        Ok(Self {
            schema,
            keys,
            sources,
            next,
            reverse,
            budget: Budget::new(side_by_side),
            open: 0,
            picks: Picks::default(),
            slot_keys: Vec::new(),
            ready: VecDeque::new(),
            batch_rows: request.batch_rows(),
            rows_left: request.limit.unwrap_or(u64::MAX),
            has_filter: !request.conditions.is_empty(),
            moment,
        })
    }

    /// Whether all datasets are read as they were at one moment.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// The next batch; `None` after the last. Unlike the iterator, it returns oups' own error.
    ///
    /// # Errors
    ///
    /// [`oups_core::Error::Damaged`] for a file that is not as the manifest says, and other errors of reading files.
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

    /// Drops all files and rows, so that the stream has ended.
    fn stop(&mut self) {
        self.sources.clear();
        self.next.clear();
        self.ready.clear();
        self.picks = Picks::default();
    }

    /// Takes the next run of rows, or reads the blocks that are needed to know the next run. `false` at the end.
    fn advance(&mut self) -> Result<bool> {
        let Some(Waiting { key, .. }) = self.next.peek() else { return Ok(false) };
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

    /// Takes the rows of the foremost key that come before the rows of all other keys.
    fn take_run(&mut self) -> Result<()> {
        let Some(Waiting { key, .. }) = self.next.pop() else { return Ok(()) };
        let Some(Some(source)) = self.sources.get_mut(key) else { return Ok(()) };
        let Some(head) = &mut source.head else { return Ok(()) };
        let run = match self.next.peek() {
            Some(other) => head.run_length(&other.bound, (key < other.key) != self.reverse, self.reverse),
            None => head.left.len(),
        };
        let room = self.batch_rows.saturating_sub(self.picks.len()).max(1);
        let run = if run >= LONG_RUN { run } else { run.min(room) };
        let rows = head.take(run, self.reverse);
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
            match self.reverse {
                false => self.picks.pick(slot, rows),
                true => self.picks.pick(slot, rows.rev()),
            }
        }
        if head.left.is_empty() {
            self.budget.give_back(head.bytes);
            source.head = None;
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

    /// Puts a key back into the heap, unless it has no rows left.
    fn put_back(&mut self, key: usize) {
        let Some(slot) = self.sources.get_mut(key) else { return };
        match slot.as_ref().and_then(Source::bound) {
            Some(bound) => self.next.push(Waiting { bound, key, reverse: self.reverse }),
            None => *slot = None,
        }
    }

    /// Reads a block of each of the foremost keys that have no block in memory.
    ///
    /// Only the first of them is needed now. The others are needed soon, and reading them at once uses all threads.
    fn load(&mut self) -> Result<()> {
        let at_once = (2 * parallel::count()).min(READ_AT_ONCE);
        let mut chosen = Vec::with_capacity(at_once);
        while chosen.len() < at_once
            && let Some(Waiting { key, .. }) = self.next.peek()
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
        let (budget, more, wanted) = (&self.budget, chosen.len(), self.rows_wanted());
        let load = |(_, source, may_open): &mut (usize, Source, bool)| {
            let (taken, in_file) = source.row_bytes();
            source.load(budget.rows(more, taken, in_file).min(wanted), *may_open)
        };
        parallel::try_map(chosen.iter_mut().collect(), load)?;
        self.open -= chosen.iter().filter(|(_, _, may_open)| *may_open).count();
        for (key, source, _) in chosen {
            if let Some(head) = &source.head {
                self.budget.take(head.bytes, head.batch.num_rows());
            }
            self.open += usize::from(source.is_open());
            if let Some(slot) = self.sources.get_mut(key) {
                *slot = Some(source);
            }
            self.put_back(key);
        }
        Ok(())
    }

    /// The most rows that a block needs.
    fn rows_wanted(&self) -> usize {
        let left = if self.has_filter { u64::MAX } else { self.rows_left };
        usize::try_from(left).unwrap_or(usize::MAX).min(self.batch_rows).max(1)
    }

    /// Hands out rows of one key as a batch of their own, without copying them.
    fn pass(&mut self, rows: &RecordBatch, key: usize) -> Result<()> {
        self.flush()?;
        let keys = UInt32Array::from_value(key as u32, rows.num_rows());
        let batch = match self.reverse {
            false => self.with_keys(rows, &keys)?,
            true => self.with_keys(&reversed(rows)?, &keys)?,
        };
        self.ready.push_back(batch);
        Ok(())
    }

    /// Hands out the rows picked so far as batches.
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

impl fmt::Debug for Ordered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = self.sources.iter().flatten().count();
        f.debug_struct("Ordered").field("datasets_left", &left).field("budget", &self.budget).finish_non_exhaustive()
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

impl<K: StoreKey> Read<Datasets<K>> {
    /// All rows as one ordered stream, each with its key's fields as columns: see [`Ordered`].
    ///
    /// Datasets need not have the same columns: rows of a dataset without a column are null in it. A column that has
    /// different types in two datasets has the smallest type that holds the values of both, as when a schema evolves.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow::array::{AsArray, Int64Array, RecordBatch};
    /// use arrow::compute::cast;
    /// use arrow::datatypes::DataType;
    /// use oups_core::{AnyKey, KeyFilter, KeySchema, Separator, Store};
    /// use oups_query::QueryStore;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let store = Store::<AnyKey>::create_for(folder.path(), KeySchema::parse("city:str", Separator::default())?)?;
    /// let rows = |days: Vec<i64>| RecordBatch::try_from_iter([("day", Arc::new(Int64Array::from(days)) as _)]);
    /// for (city, days) in [("berlin", vec![0, 2, 4]), ("oslo", vec![1, 2])] {
    ///     store.dataset(&store.parse_key(city)?)?.write(rows(days)?).ordered_on("day").commit()?;
    /// }
    ///
    /// let mut rows = Vec::new();
    /// for batch in store.query_where(KeyFilter::all()).range(1..).ordered()? {
    ///     let batch = batch?;
    ///     let column = |at: usize| cast(batch.column(at), &DataType::Utf8);
    ///     for (city, day) in column(0)?.as_string::<i32>().iter().zip(column(1)?.as_string::<i32>()) {
    ///         rows.push(format!("{} {}", city.unwrap(), day.unwrap()));
    ///     }
    /// }
    /// assert_eq!(rows, ["oslo 1", "berlin 2", "oslo 2", "berlin 4"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`intersections`](Self::intersections), but [`oups_core::Error::UnknownColumn`] only for a column
    /// that no dataset has; [`QueryError::ColumnTypes`](oups_core::QueryError::ColumnTypes) for a column whose types
    /// have no common type; [`QueryError::KeyColumn`](oups_core::QueryError::KeyColumn) for a column with the name of a
    /// key field.
    pub fn ordered(self) -> Result<Ordered> {
        Verb::Ordered.check(&self.request)?;
        let store = self.of.store.clone();
        let opened = self.of.open(&self.request)?;
        let unified = Unified::new(self.request.columns.as_deref(), &opened.schemas())?;
        let keys = key_columns(&store, &opened, &self.request)?;
        Ordered::new(keys, unified, opened.snapshots, opened.span, &self.request)
    }
}
