//! The rows of one dataset in blocks, for a merge of many.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::RecordBatch;
use oups_core::ordered::{OrdKeys, OrdValue, Span};
use oups_core::{Entry, Snapshot, decode};

use crate::error::Result;
use crate::prune::prune;
use crate::rows::rows_in;
use crate::unify::Layout;
use crate::whole::{concat, decode};

/// The rows of one dataset in a span, of which at most one block is in memory.
///
/// No file is open before rows of it are asked for. Between two blocks a file stays open only if it was allowed to.
#[derive(Debug)]
pub(crate) struct Source {
    snapshot: Snapshot,
    layout: Arc<Layout>,
    span: Arc<Span>,
    /// The row groups that are not read to their end.
    groups: Range<usize>,
    /// Of the first of them, if it was begun, the rows in the span that are not read.
    rest: Option<Range<u64>>,
    open: Option<decode::Batches>,
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
    pub(crate) fn new(snapshot: Snapshot, layout: Arc<Layout>, span: &Arc<Span>) -> Self {
        let groups = prune(&snapshot.manifest().entries, span);
        Self { snapshot, layout, span: span.clone(), groups, rest: None, open: None, last: None, head: None }
    }

    /// A value that no row to come is below: that of the next row, if it is in memory; `None` after the last row.
    pub(crate) fn bound(&self) -> Option<OrdValue> {
        if let Some(head) = &self.head {
            return head.keys.get(head.at);
        }
        let entry = self.entry()?;
        if self.rest.is_some() {
            return self.last.clone();
        }
        let start = match self.span.start() {
            std::ops::Bound::Included(start) | std::ops::Bound::Excluded(start) => Some(start),
            std::ops::Bound::Unbounded => None,
        };
        Some(start.into_iter().fold(&entry.min, Ord::max).clone())
    }

    /// Whether a file is open.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn entry(&self) -> Option<&Entry> {
        self.snapshot.manifest().entries.get(self.groups.clone())?.first()
    }

    /// Reads the next block, of at most so many rows; there is no head after it only if there is no row left.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read.
    pub(crate) fn load(&mut self, rows: usize, may_stay_open: bool) -> Result<()> {
        while self.head.is_none() {
            let decoded = match &mut self.open {
                Some(open) => open.next().transpose()?,
                None => match self.entry().cloned() {
                    Some(entry) => self.next_block(&entry, rows, may_stay_open)?,
                    None => return Ok(()),
                },
            };
            match decoded {
                Some(decoded) => self.take(&decoded)?,
                // The file is at its end, or was just opened.
                None if self.rest.as_ref().is_none_or(Range::is_empty) => self.finish_group(),
                None => {}
            }
        }
        Ok(())
    }

    /// Begins or goes on with a row group that is not open.
    fn next_block(&mut self, entry: &Entry, rows: usize, may_stay_open: bool) -> Result<Option<RecordBatch>> {
        let file = self.snapshot.open_row_group(entry)?;
        let rest = match self.rest.take() {
            Some(rest) => rest,
            None => rows_in(&file, entry, &self.span, 0)?,
        };
        self.rest = Some(rest.clone());
        if rest.is_empty() {
            return Ok(None);
        }
        let end = rest.end.min(rest.start.saturating_add(rows as u64));
        if end < rest.end && may_stay_open {
            self.open = Some(decode(&file, &self.layout.columns, rest, rows)?);
            return Ok(None);
        }
        let block: Vec<_> = decode(&file, &self.layout.columns, rest.start..end, rows)?.collect::<Result<_, _>>()?;
        concat(&block, &self.layout.columns.schema, &self.snapshot.manifest().dataset).map(Some)
    }

    fn take(&mut self, decoded: &RecordBatch) -> Result<()> {
        if let Some(rest) = &mut self.rest {
            rest.start += decoded.num_rows() as u64;
        }
        let keys = self.layout.keys(decoded)?;
        if self.rest.as_ref().is_none_or(Range::is_empty) {
            self.finish_group();
        }
        if let Some(last) = keys.last() {
            self.last = Some(last);
            self.head = Some(Head { batch: self.layout.apply(decoded)?, keys, at: 0, slot: None });
        }
        Ok(())
    }

    fn finish_group(&mut self) {
        self.open = None;
        self.rest = None;
        self.groups.start = self.groups.end.min(self.groups.start + 1);
    }
}
