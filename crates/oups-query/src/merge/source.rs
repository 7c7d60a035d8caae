//! Reads one dataset of a merge, block by block.

use std::ops::{Bound, Range};
use std::sync::Arc;

use arrow::array::RecordBatch;
use oups_core::RowGroup;
use oups_core::ordered::{OrdKeys, OrdValue, Span};

use crate::Result;
use crate::plan::scan::PlannedScan;
use crate::plan::task::ScanTask;
use crate::projection::unified::Conversion;
use crate::pruning::manifest::prune;
use crate::pruning::row_group::rows_in;
use crate::scan::collect::concat;

/// The rows of a page. A block that is large enough ends where a page ends, so that no page is decoded twice.
const PAGE_ROWS: u64 = 4096;

/// The rows of one dataset in a span. At most one block of them is in memory.
///
/// A file is opened when its first rows are asked for. Between two blocks it stays open only if the caller allowed it.
#[derive(Debug)]
pub(crate) struct Source {
    reading: PlannedScan,
    layout: Arc<Conversion>,
    span: Arc<Span>,
    /// Whether the dataset is read from its end.
    reverse: bool,
    /// The row groups that have not been read to their end.
    groups: Range<usize>,
    /// The rows in the span that are left of the foremost row group; `None` if nothing of it has been read.
    rest: Option<Range<u64>>,
    /// The foremost row group, if its file is open.
    open: Option<ScanTask>,
    /// The value that was read last.
    last: Option<OrdValue>,
    /// The bytes and rows of all blocks so far.
    read: (usize, usize),
    pub(crate) head: Option<Head>,
}

/// The block in memory, and how much of it is left.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) batch: RecordBatch,
    pub(crate) keys: OrdKeys,
    /// The rows that have not been taken.
    pub(crate) left: Range<usize>,
    /// The bytes of the batch in memory.
    pub(crate) bytes: usize,
    /// The slot of the batch among the picks, if it has one.
    pub(crate) slot: Option<usize>,
}

impl Source {
    /// The planned scan must have the columns of the conversion.
    pub(crate) fn new(reading: PlannedScan, layout: Arc<Conversion>, span: &Arc<Span>, reverse: bool) -> Self {
        let groups = prune(reading.snapshot.row_groups(), span);
        let span = span.clone();
        Self { reading, layout, span, reverse, groups, rest: None, open: None, last: None, read: (0, 0), head: None }
    }

    /// A value that no row to come is before, in the order of reading. It is the value of the next row if that is in
    /// memory, and otherwise follows from the manifest, the span and the rows read so far. `None` after the last row.
    pub(crate) fn bound(&self) -> Option<OrdValue> {
        if let Some(head) = &self.head {
            return head.keys.get(if self.reverse { head.left.end.checked_sub(1)? } else { head.left.start });
        }
        let entry = self.entry()?;
        let (edge, of_span) = match self.reverse {
            false => (entry.min(), self.span.start()),
            true => (entry.max(), self.span.end()),
        };
        let of_span = match of_span {
            Bound::Included(value) | Bound::Excluded(value) => Some(value),
            Bound::Unbounded => None,
        };
        let later = if self.reverse { Ord::min } else { Ord::max };
        Some(of_span.into_iter().chain(&self.last).fold(edge, later).clone())
    }

    /// The least and the largest value that the rows to come may have.
    pub(crate) fn reach(&self) -> Option<(OrdValue, OrdValue)> {
        let entries = self.reading.snapshot.row_groups().get(self.groups.clone())?;
        match self.reverse {
            false => Some((self.bound()?, entries.last()?.max().clone())),
            true => Some((entries.first()?.min().clone(), self.bound()?)),
        }
    }

    /// The average bytes of a row: in memory, if a row has been read, and in the file that is read next.
    pub(crate) fn row_bytes(&self) -> (Option<usize>, usize) {
        let in_file = self.entry().map_or(0, |entry| entry.bytes() / entry.rows().max(1));
        (self.read.0.checked_div(self.read.1), usize::try_from(in_file).unwrap_or(usize::MAX))
    }

    /// Whether a file is open.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The position of the row group that is read next.
    fn at(&self) -> usize {
        if self.reverse { self.groups.end.saturating_sub(1) } else { self.groups.start }
    }

    fn entry(&self) -> Option<&RowGroup> {
        let entries = self.reading.snapshot.row_groups().get(self.groups.clone())?;
        if self.reverse { entries.last() } else { entries.first() }
    }

    /// Reads the next block, of at most `rows` rows before the filter. It reads on until a row is wanted, so that the
    /// head is empty only if no row is left.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub(crate) fn load(&mut self, rows: usize, may_stay_open: bool) -> Result<()> {
        while self.head.is_none() {
            self.reading.stop.check(self.reading.snapshot.dataset())?;
            let Some(entry) = self.entry().cloned() else { return Ok(()) };
            let decoded = self.next_block(&entry, rows as u64, may_stay_open)?;
            let keys = self.layout.keys(&decoded)?;
            if let Some(last) = if self.reverse { keys.first() } else { keys.last() } {
                self.last = Some(last);
                let batch = self.layout.apply(&decoded)?;
                let (bytes, rows) = (batch.get_array_memory_size(), batch.num_rows());
                self.read = (self.read.0 + bytes, self.read.1 + rows);
                self.head = Some(Head { batch, keys, left: 0..rows, bytes, slot: None });
            }
        }
        Ok(())
    }

    /// Decodes the next rows of the foremost row group, which may all be dropped by the filter.
    ///
    /// Of a row group that is new, the exact rows in the span are looked up first. If rows are left, they are
    /// remembered, and the file too if it may stay open; if not, the row group is done, at the end that is read from.
    fn next_block(&mut self, entry: &RowGroup, rows: u64, may_stay_open: bool) -> Result<RecordBatch> {
        let piece = match self.open.take() {
            Some(piece) => piece,
            None => ScanTask::new(self.at(), 0..0, Some(self.reading.open_entry(entry)?)),
        };
        let rest = match (self.rest.take(), self.reading.open(&piece)?) {
            (Some(rest), _) => rest,
            (None, Some(file)) => rows_in(&file, entry, &self.span, 0)?,
            (None, None) => 0..0,
        };
        let (block, rest) = match self.reverse {
            false => split(&rest, block_end(&rest, rows)),
            true => {
                let (rest, block) = split(&rest, block_start(&rest, rows));
                (block, rest)
            }
        };
        let batches = self.reading.run(&piece.part(block), &false.into())?;
        match self.reverse {
            _ if !rest.is_empty() => {
                self.rest = Some(rest);
                self.open = may_stay_open.then_some(piece);
            }
            false => self.groups.start += 1,
            true => self.groups.end -= 1,
        }
        concat(batches, &self.layout.columns.schema, self.reading.snapshot.dataset())
    }
}

impl Head {
    /// The number of rows left that come before the value or, if `inclusive`, not after it.
    pub(crate) fn run_length(&self, value: &OrdValue, inclusive: bool, reverse: bool) -> usize {
        match reverse {
            false => self.keys.run_length(self.left.start, value, inclusive),
            true => self.keys.run_length_back(self.left.end, value, inclusive),
        }
    }

    /// Takes the next `rows` rows of the block.
    pub(crate) fn take(&mut self, rows: usize, reverse: bool) -> Range<usize> {
        let Range { start, end } = self.left;
        let (taken, left) = match reverse {
            false => (start..start + rows, start + rows..end),
            true => (end - rows..end, start..end - rows),
        };
        self.left = left;
        taken
    }
}

fn split(rows: &Range<u64>, at: u64) -> (Range<u64>, Range<u64>) {
    (rows.start..at, at..rows.end)
}

/// Where a block of at most `rows` rows ends: at the last end of a page within it, if it has one.
fn block_end(rest: &Range<u64>, rows: u64) -> u64 {
    let end = rest.start.saturating_add(rows.max(1));
    if end >= rest.end {
        return rest.end;
    }
    let page = end - end % PAGE_ROWS;
    if page > rest.start { page } else { end }
}

/// As [`block_end`], for a block that is read from the end.
fn block_start(rest: &Range<u64>, rows: u64) -> u64 {
    let start = rest.end.saturating_sub(rows.max(1)).max(rest.start);
    let page = start.next_multiple_of(PAGE_ROWS);
    if start > rest.start && page < rest.end { page } else { start }
}
