//! The byte ranges of the wanted pages of a file.

use std::ops::Range;

use parquet::arrow::ProjectionMask;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::page_index::offset_index::PageLocation;

use super::file::RowGroupFile;
use crate::Result;
use crate::guard::damaged;

/// Ranges that are at most this far apart are read as one: reading the gap costs less than another call.
const GAP: u64 = 8 << 10;

/// The byte ranges of the wanted columns' pages that hold wanted rows, ascending. Without a page index they are the
/// columns' whole chunks.
pub(super) fn byte_ranges(file: &RowGroupFile, mask: &ProjectionMask, rows: &[Range<u64>]) -> Result<Vec<Range<u64>>> {
    let group = file.group()?;
    let mut ranges = Vec::new();
    for (leaf, chunk) in group.columns().iter().enumerate().filter(|(leaf, _)| mask.leaf_included(*leaf)) {
        let bytes = chunk_bytes(file, chunk)?;
        let whole = rows.len() == 1 && rows.first().is_some_and(|range| *range == (0..file.rows()));
        match locations(file, leaf).filter(|_| !whole) {
            None => ranges.push(bytes),
            Some(pages) => {
                let (dictionary, pages) = wanted_pages(pages, &bytes, file.rows(), rows);
                ranges.extend((!dictionary.is_empty()).then_some(dictionary).into_iter().chain(pages));
            }
        }
    }
    ranges.sort_unstable_by_key(|range| range.start);
    Ok(joined(ranges))
}

/// The page locations of a column; `None` if the file has no offset index.
pub(super) fn locations(file: &RowGroupFile, leaf: usize) -> Option<&[PageLocation]> {
    let pages = file.metadata.metadata().offset_index()?.first()?.get(leaf)?.page_locations();
    (!pages.is_empty()).then_some(pages)
}

/// The rows of each page of a column. They are forced to ascend, so that a damaged index does not invert a range.
pub(super) fn page_rows(pages: &[PageLocation], total: u64) -> impl Iterator<Item = Range<u64>> {
    let start = move |at: usize| {
        let row = pages.get(at).map_or(total, |page| u64::try_from(page.first_row_index).unwrap_or(total));
        row.min(total)
    };
    (0..pages.len()).map(move |at| start(at)..start(at + 1).max(start(at)))
}

/// The byte range of a column.
///
/// # Errors
///
/// [`Error::Damaged`](crate::Error::Damaged) if its offset or length is negative.
pub(super) fn chunk_bytes(file: &RowGroupFile, chunk: &ColumnChunkMetaData) -> Result<Range<u64>> {
    // Not the crate's `byte_range`, which panics on negative numbers in a damaged footer.
    let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
    match (u64::try_from(start), u64::try_from(chunk.compressed_size())) {
        (Ok(start), Ok(len)) => Ok(start..start.saturating_add(len)),
        _ => Err(damaged(&file.path, "a column chunk with a negative offset or length")),
    }
}

/// The byte ranges of a column's dictionary (empty if it does not have one) and of its pages with wanted rows.
pub(super) fn wanted_pages(
    pages: &[PageLocation],
    chunk: &Range<u64>,
    total: u64,
    wanted: &[Range<u64>],
) -> (Range<u64>, Vec<Range<u64>>) {
    let first = pages.first().and_then(|page| u64::try_from(page.offset).ok()).unwrap_or(chunk.start);
    let dictionary = chunk.start..first.clamp(chunk.start, chunk.end);
    let mut ranges = Vec::new();
    for (page, rows) in pages.iter().zip(page_rows(pages, total)) {
        let hit = wanted.iter().any(|range| range.start < rows.end && rows.start < range.end);
        let place = (u64::try_from(page.offset), u64::try_from(page.compressed_page_size));
        if let (true, (Ok(start), Ok(len))) = (hit, place) {
            ranges.push(start..start.saturating_add(len));
        }
    }
    (dictionary, ranges)
}

/// Joins ranges that overlap or have only a small gap between them.
fn joined(ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    let mut out: Vec<Range<u64>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(GAP) => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}
