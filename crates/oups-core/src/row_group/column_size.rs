//! How many pages and bytes of a column some rows take, from the page index alone.

use std::ops::Range;

use super::file::RowGroupFile;
use super::pages::{chunk_bytes, locations, wanted_pages};
use super::projection::Projection;
use crate::Result;

/// The part of a column that must be read, and the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ColumnPart {
    /// The pages of values that hold wanted rows. A column without a page index counts as one page.
    pub pages: u64,
    /// All pages of values.
    pub of_pages: u64,
    /// The encoded bytes of the wanted pages, with the dictionary that they need.
    pub bytes: u64,
    /// All encoded bytes.
    pub of_bytes: u64,
}

impl ColumnPart {
    /// Adds the same column of another row group.
    pub fn add(&mut self, other: Self) {
        self.pages += other.pages;
        self.of_pages += other.of_pages;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.of_bytes = self.of_bytes.saturating_add(other.of_bytes);
    }
}

impl RowGroupFile {
    /// The part of a column that these rows take. The rows ascend; `position` is the column's in the dataset's schema.
    /// The part is empty if the column was added after the file was written.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if the footer gives the column an impossible offset or length.
    pub fn column_part(&self, position: usize, rows: &[Range<u64>]) -> Result<ColumnPart> {
        let mask = Projection::of(self, Some(&[position]))?.mask;
        let mut part = ColumnPart::default();
        for (leaf, chunk) in self.group()?.columns().iter().enumerate().filter(|(leaf, _)| mask.leaf_included(*leaf)) {
            let chunk = chunk_bytes(self, chunk)?;
            let of_bytes = chunk.end - chunk.start;
            part.add(match locations(self, leaf) {
                None if rows.is_empty() => ColumnPart { of_pages: 1, of_bytes, ..ColumnPart::default() },
                None => ColumnPart { pages: 1, of_pages: 1, bytes: of_bytes, of_bytes },
                Some(locations) => {
                    let (dictionary, pages) = wanted_pages(locations, &chunk, self.rows(), rows);
                    let needed = if pages.is_empty() { 0 } else { dictionary.end - dictionary.start };
                    let bytes = pages.iter().map(|page| page.end - page.start).sum::<u64>() + needed;
                    ColumnPart { pages: pages.len() as u64, of_pages: locations.len() as u64, bytes, of_bytes }
                }
            });
        }
        Ok(part)
    }
}
