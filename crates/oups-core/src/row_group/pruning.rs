//! Turns a range of ordered values into a range of rows: first by the page index, then exactly.

use std::ops::Range;

use parquet::arrow::arrow_reader::statistics::StatisticsConverter;

use super::file::RowGroupFile;
use super::options::ReadOptions;
use super::pages::{locations, page_rows};
use crate::Result;
use crate::guard::{DecodeError, damaged, guard};
use crate::ordered::{Cut, OrdKeys, OrdValue, Span};

impl RowGroupFile {
    /// The rows whose ordered values are in the span. They are one range of rows, because the file is ordered.
    ///
    /// The page index gives the pages at the two edges. Only these are decoded, and only in the ordered column. A page
    /// without statistics might hold an edge.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if the pages cannot be decoded.
    pub fn rows_in(&self, span: &Span) -> Result<Range<u64>> {
        let (start, end) = (span.start_cut(), span.end_cut());
        if (start, end) == (&Cut::Bottom, &Cut::Top) {
            return Ok(0..self.rows());
        }
        let pages = PageSpans::of(self)?;
        let mut last = None;
        let start = self.row_at(start, &pages, &mut last)?;
        let end = self.row_at(end, &pages, &mut last)?;
        Ok(start..end.max(start))
    }

    /// The number of rows below the cut. `last` holds the pages that were decoded last: both ends of a narrow span are
    /// often in the same ones.
    fn row_at(&self, cut: &Cut, pages: &PageSpans, last: &mut Option<(Range<u64>, OrdKeys)>) -> Result<u64> {
        let candidates = match cut {
            Cut::Bottom => return Ok(0),
            Cut::Top => return Ok(self.rows()),
            Cut::Before(_) | Cut::After(_) => pages.candidates(cut, self.rows()),
        };
        if candidates.is_empty() {
            return Ok(candidates.start);
        }
        if let Some((rows, keys)) = last
            && *rows == candidates
        {
            return Ok(candidates.start + keys.below(cut) as u64);
        }
        let options = ReadOptions::new().columns([self.schema.ordered_index()]).rows([candidates.clone()]);
        let mut row = candidates.start;
        for batch in self.batches(options)? {
            let batch = batch?;
            let column = batch.columns().first().ok_or_else(|| damaged(&self.path, "no ordered column"))?;
            let keys = guard(&self.path, || self.schema.ordered_type().keys(column))?;
            let before = keys.below(cut);
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

    /// The rows among which the cut is: those of the pages that are not certainly below or above it.
    ///
    /// Statistics may give a page too large a maximum and too small a minimum, never the reverse. So a page that is
    /// below or above the cut by its statistics certainly is.
    fn candidates(&self, cut: &Cut, total: u64) -> Range<u64> {
        let before = |max: &Option<OrdValue>| max.as_ref().is_some_and(|max| !cut.is_below(max));
        let behind = |min: &Option<OrdValue>| min.as_ref().is_some_and(|min| cut.is_below(min));
        let first = self.maxes.iter().rposition(before).map_or(0, |at| at + 1);
        let end = self.mins.iter().position(behind).unwrap_or(self.rows.len());
        let start = self.rows.get(first).map_or(total, |rows| rows.start);
        let start = if self.rows.is_empty() { 0 } else { start };
        let end = self.rows.get(end).map_or(total, |rows| rows.start);
        start..end.max(start)
    }
}
