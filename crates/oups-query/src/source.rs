//! The rows of one dataset in blocks, for a merge of many.

use std::ops::{Bound, Range};
use std::sync::Arc;

use arrow::array::RecordBatch;
use oups_core::Entry;
use oups_core::ordered::{OrdKeys, OrdValue, Span};

use crate::error::Result;
use crate::prune::prune;
use crate::reading::{Piece, Reading};
use crate::rows::rows_in;
use crate::unify::Layout;
use crate::whole::concat;

/// Blocks end where pages do, where they are large enough for that, so that no page is decoded twice.
const PAGE_ROWS: u64 = 4096;

/// The rows of one dataset in a span, of which at most one block is in memory.
///
/// No file is open before rows of it are asked for. Between two blocks a file stays open only if it was allowed to.
#[derive(Debug)]
pub(crate) struct Source {
    reading: Reading,
    layout: Arc<Layout>,
    span: Arc<Span>,
    /// The row groups that are not read to their end.
    groups: Range<usize>,
    /// Of the first of them, if it was begun, the rows in the span that are not read.
    rest: Option<Range<u64>>,
    /// The same row group, if its file is open.
    open: Option<Piece>,
    /// The largest value that was read.
    last: Option<OrdValue>,
    pub(crate) head: Option<Head>,
}

/// The block in memory, and how far it is used.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) batch: RecordBatch,
    pub(crate) keys: OrdKeys,
    pub(crate) at: usize,
    /// Where the batch is among the picks.
    pub(crate) slot: Option<usize>,
}

impl Source {
    /// The reading's columns are those of the layout.
    pub(crate) fn new(reading: Reading, layout: Arc<Layout>, span: &Arc<Span>) -> Self {
        let groups = prune(&reading.snapshot.manifest().entries, span);
        Self { reading, layout, span: span.clone(), groups, rest: None, open: None, last: None, head: None }
    }

    /// A value that no row to come is below: that of the next row, if it is in memory; `None` after the last row.
    pub(crate) fn bound(&self) -> Option<OrdValue> {
        if let Some(head) = &self.head {
            return head.keys.get(head.at);
        }
        let entry = self.entry()?;
        let start = match self.span.start() {
            Bound::Included(start) | Bound::Excluded(start) => Some(start),
            Bound::Unbounded => None,
        };
        let read = self.last.iter().filter(|_| self.rest.is_some());
        Some(start.into_iter().chain(read).fold(&entry.min, Ord::max).clone())
    }

    /// The least and the largest value that the rows to come may have.
    pub(crate) fn reach(&self) -> Option<(OrdValue, OrdValue)> {
        let last = self.reading.snapshot.manifest().entries.get(self.groups.clone())?.last()?;
        Some((self.bound()?, last.max.clone()))
    }

    /// Whether a file is open.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn entry(&self) -> Option<&Entry> {
        self.reading.snapshot.manifest().entries.get(self.groups.clone())?.first()
    }

    /// Reads the next block, of at most so many rows before the filter; there is no head after it only if there is no
    /// row left.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read.
    pub(crate) fn load(&mut self, rows: usize, may_stay_open: bool) -> Result<()> {
        while self.head.is_none() {
            let Some(entry) = self.entry().cloned() else { return Ok(()) };
            let decoded = self.next_block(&entry, rows as u64, may_stay_open)?;
            let keys = self.layout.keys(&decoded)?;
            if let Some(last) = keys.last() {
                self.last = Some(last);
                self.head = Some(Head { batch: self.layout.apply(&decoded)?, keys, at: 0, slot: None });
            }
        }
        Ok(())
    }

    fn next_block(&mut self, entry: &Entry, rows: u64, may_stay_open: bool) -> Result<RecordBatch> {
        let piece = match self.open.take() {
            Some(piece) => piece,
            None => Piece::new(self.groups.start, 0..0, Some(self.reading.open_entry(entry)?)),
        };
        let rest = match (self.rest.take(), self.reading.open(&piece)?) {
            (Some(rest), _) => rest,
            (None, Some(file)) => rows_in(&file, entry, &self.span, 0)?,
            (None, None) => 0..0,
        };
        let block = rest.start..block_end(&rest, rows);
        let batches = self.reading.run(&piece.part(block.clone()), &false.into())?;
        if block.end < rest.end {
            self.rest = Some(block.end..rest.end);
            self.open = may_stay_open.then_some(piece);
        } else {
            self.groups.start += 1;
        }
        concat(batches, &self.layout.columns.schema, self.reading.snapshot.dataset())
    }
}

fn block_end(rest: &Range<u64>, rows: u64) -> u64 {
    let end = rest.start.saturating_add(rows.max(1));
    if end >= rest.end {
        return rest.end;
    }
    let page = end - end % PAGE_ROWS;
    if page > rest.start { page } else { end }
}
