//! Turns a range of ordered values into a range of rows: first by the page index, then exactly.

use std::ops::{Bound, Range};

use parquet::arrow::arrow_reader::statistics::StatisticsConverter;

use super::file::RowGroupFile;
use super::options::ReadOptions;
use super::pages::{locations, page_rows};
use crate::Result;
use crate::guard::{DecodeError, damaged, guard};
use crate::ordered::{OrdKeys, OrdValue};

/// A range of ordered values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrdRange {
    /// The lower bound.
    pub start: Bound<OrdValue>,
    /// The upper bound.
    pub end: Bound<OrdValue>,
}

impl OrdRange {
    /// All values.
    pub const ALL: Self = Self { start: Bound::Unbounded, end: Bound::Unbounded };

    /// The positions of the keys that are in the range, if the keys are sorted.
    pub fn positions(&self, keys: &OrdKeys) -> Range<usize> {
        let edge = |edge: Option<Edge<'_>>, open| edge.map_or(open, |edge| edge.position(keys));
        let (start, end) = (edge(self.lower(), 0), edge(self.upper(), keys.len()));
        start..end.max(start)
    }

    /// Whether rows whose values span `min..=max` may have a value in the range. `false` is certain, `true` is not.
    pub fn might_hold(&self, min: &OrdValue, max: &OrdValue) -> bool {
        !self.lower().is_some_and(|edge| edge.is_after(max)) && self.upper().is_none_or(|edge| edge.is_after(min))
    }

    fn lower(&self) -> Option<Edge<'_>> {
        match &self.start {
            Bound::Included(value) => Some(Edge { value, after_equal: false }),
            Bound::Excluded(value) => Some(Edge { value, after_equal: true }),
            Bound::Unbounded => None,
        }
    }

    fn upper(&self) -> Option<Edge<'_>> {
        match &self.end {
            Bound::Included(value) => Some(Edge { value, after_equal: true }),
            Bound::Excluded(value) => Some(Edge { value, after_equal: false }),
            Bound::Unbounded => None,
        }
    }
}

/// An edge of the range: before or after all rows with a value.
struct Edge<'a> {
    value: &'a OrdValue,
    after_equal: bool,
}

impl Edge<'_> {
    /// Whether rows of this value are before the edge.
    fn is_after(&self, value: &OrdValue) -> bool {
        if self.after_equal { value <= self.value } else { value < self.value }
    }

    fn position(&self, keys: &OrdKeys) -> usize {
        if self.after_equal { keys.upper_bound(self.value) } else { keys.lower_bound(self.value) }
    }
}

impl RowGroupFile {
    /// The rows whose ordered values are in the range. They are one range of rows, because the file is ordered.
    ///
    /// The page index gives the pages at the two edges. Only these are decoded, and only in the ordered column. A page
    /// without statistics might hold an edge.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if the pages cannot be decoded.
    pub fn rows_in(&self, range: &OrdRange) -> Result<Range<u64>> {
        if range == &OrdRange::ALL {
            return Ok(0..self.rows());
        }
        let pages = PageSpans::of(self)?;
        let mut last = None;
        let start = range.lower().map_or(Ok(0), |edge| self.edge_row(&edge, &pages, &mut last))?;
        let end = range.upper().map_or(Ok(self.rows()), |edge| self.edge_row(&edge, &pages, &mut last))?;
        Ok(start..end.max(start))
    }

    /// The number of rows before the edge. `last` holds the pages that were decoded last: both edges of a narrow range
    /// are often in the same ones.
    fn edge_row(&self, edge: &Edge<'_>, pages: &PageSpans, last: &mut Option<(Range<u64>, OrdKeys)>) -> Result<u64> {
        let candidates = pages.candidates(edge, self.rows());
        if candidates.is_empty() {
            return Ok(candidates.start);
        }
        if let Some((rows, keys)) = last
            && *rows == candidates
        {
            return Ok(candidates.start + edge.position(keys) as u64);
        }
        let options = ReadOptions {
            columns: Some(vec![self.schema.ordered_index()]),
            rows: Some(vec![candidates.clone()]),
            ..ReadOptions::default()
        };
        let mut row = candidates.start;
        for batch in self.batches(options)? {
            let batch = batch?;
            let column = batch.columns().first().ok_or_else(|| damaged(&self.path, "no ordered column"))?;
            let keys = guard(&self.path, || self.schema.ordered_type().keys(column))?;
            let before = edge.position(&keys);
            row += before as u64;
            let is_whole = keys.len() as u64 == candidates.end - candidates.start;
            let is_found = before < keys.len();
            *last = is_whole.then(|| (candidates.clone(), keys));
            if is_found {
                break;
            }
        }
        Ok(row)
    }
}

/// The pages of the ordered column: their rows, and bounds of their values as far as the file has them.
struct PageSpans {
    rows: Vec<Range<u64>>,
    mins: Vec<Option<OrdValue>>,
    maxes: Vec<Option<OrdValue>>,
}

impl PageSpans {
    /// The pages with their bounds; no pages if the page index is missing or incomplete. Then every row is a candidate.
    fn of(file: &RowGroupFile) -> Result<Self> {
        let unknown = Self { rows: Vec::new(), mins: Vec::new(), maxes: Vec::new() };
        let leaf = file.ordered_leaf()?;
        let metadata = file.metadata.metadata();
        let (Some(pages), Some(columns), Some(offsets)) =
            (locations(file, leaf), metadata.column_index(), metadata.offset_index())
        else {
            return Ok(unknown);
        };
        let rows: Vec<_> = page_rows(pages, file.rows()).collect();
        let (mins, maxes) = guard(&file.path, || {
            let field = &file.adapter.ordered.field;
            let converter = StatisticsConverter::from_column_index(leaf, field, file.metadata.parquet_schema())?;
            let mins = converter.data_page_mins(columns, offsets, [&0])?;
            let maxes = converter.data_page_maxes(columns, offsets, [&0])?;
            Ok::<_, DecodeError>((file.spans(&mins)?, file.spans(&maxes)?))
        })?;
        let complete = mins.len() == rows.len() && maxes.len() == rows.len();
        Ok(if complete { Self { rows, mins, maxes } } else { unknown })
    }

    /// The rows among which the edge is: those of the pages that are not certainly before or behind it.
    ///
    /// Statistics may give a page too large a maximum and too small a minimum, never the reverse. So a page that is
    /// before or behind the edge by its statistics certainly is.
    fn candidates(&self, edge: &Edge<'_>, total: u64) -> Range<u64> {
        let before = |max: &Option<OrdValue>| max.as_ref().is_some_and(|max| edge.is_after(max));
        let behind = |min: &Option<OrdValue>| min.as_ref().is_some_and(|min| !edge.is_after(min));
        let first = self.maxes.iter().rposition(before).map_or(0, |at| at + 1);
        let end = self.mins.iter().position(behind).unwrap_or(self.rows.len());
        let start = self.rows.get(first).map_or(total, |rows| rows.start);
        let start = if self.rows.is_empty() { 0 } else { start };
        let end = self.rows.get(end).map_or(total, |rows| rows.start);
        start..end.max(start)
    }
}
