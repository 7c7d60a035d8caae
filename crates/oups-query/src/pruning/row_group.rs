//! The exact rows of a row group that are in a span.

use std::ops::{Bound, Range};

use oups_core::RowGroup;
use oups_core::ordered::Span;
use oups_core::row_group::{OrdRange, RowGroupFile};

use crate::Result;

/// The rows of a row group file that are in the span, of which those before `behind` are known not to be.
///
/// An end of the span that is outside of the row group, by the manifest's word, needs no look into the file; the other
/// is found through the page index and the one page of the ordered column that it falls into.
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
