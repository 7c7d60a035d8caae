//! Trims row groups: deletes some of their rows.

use std::num::NonZeroU64;
use std::ops::Range;
use std::sync::Arc;

use super::output::Output;
use crate::Result;
use crate::format::manifest::RowGroup;
use crate::ordered::Span;
use crate::row_group::ReadOptions;
use crate::schema::DatasetSchema;
use crate::sizing::Sizing;
use crate::storage::files::LiveFiles;

/// Writes the rows of a row group that are outside of the range into one new file, and returns how many are inside. If
/// that is 0, the row group stays as it is.
///
/// Only pages that hold rows to keep are decoded, and the pages at the range's ends.
pub(super) fn trim(
    output: &mut Output<'_>,
    (live, schema): (&LiveFiles, &Arc<DatasetSchema>),
    entry: &RowGroup,
    deleted: &Span,
) -> Result<u64> {
    let file = live.open(entry, schema)?;
    let inside = file.rows_in(deleted)?;
    if inside.is_empty() {
        output.keep(std::slice::from_ref(entry));
        return Ok(0);
    }
    let outside = [0..inside.start, inside.end..file.rows()];
    let rows: Vec<Range<u64>> = outside.into_iter().filter(|rows| !rows.is_empty()).collect();
    let mut region = output.begin_region(vec![entry.file.to_string()], Sizing::Rows(NonZeroU64::MAX));
    for batch in file.batches(ReadOptions::new().rows(rows))? {
        region.write(&batch?)?;
    }
    Ok(inside.end - inside.start)
}
