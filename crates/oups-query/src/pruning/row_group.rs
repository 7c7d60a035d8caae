//! The exact rows of a row group that are in a span.

use std::ops::Range;

use oups_core::RowGroup;
use oups_core::ordered::{Cut, Span};
use oups_core::row_group::RowGroupFile;

use crate::Result;

/// The rows of a row group file that are in the span. The rows before `behind` are known not to be in it.
///
/// If an end of the span lies outside of the row group, the manifest says so, and the file is not read for it.
/// Otherwise the end is found by the page index and the one page of the ordered column that it falls into.
///
/// # Errors
///
/// Where the file cannot be read.
pub(crate) fn rows_in(file: &RowGroupFile, entry: &RowGroup, span: &Span, behind: u64) -> Result<Range<u64>> {
    let starts_inside = behind == 0 && !span.start_cut().is_below(entry.min());
    let ends_inside = span.end_cut().is_below(entry.max());
    let start = if starts_inside { span.start_cut().clone() } else { Cut::Bottom };
    let end = if ends_inside { span.end_cut().clone() } else { Cut::Top };
    let rows = Span::new(start, end).map_or(Ok(0..0), |inside| file.rows_in(&inside))?;
    Ok(rows.start.max(behind)..rows.end.max(behind))
}
