//! The exact rows of a row group that are in a span.

use std::ops::{Bound, Range};

use oups_core::RowGroup;
use oups_core::ordered::Span;
use oups_core::row_group::{OrdRange, RowGroupFile};

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
    let range = OrdRange {
        start: if starts_inside { span.start().cloned() } else { Bound::Unbounded },
        end: if ends_inside { span.end().cloned() } else { Bound::Unbounded },
    };
    let rows = file.rows_in(&range)?;
    Ok(rows.start.max(behind)..rows.end.max(behind))
}
