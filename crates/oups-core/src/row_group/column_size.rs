//! How much of a column some rows take, from the page index alone.

use std::ops::Range;

use super::file::RowGroupFile;
use super::pages::{chunk_bytes, locations, wanted_pages};
use super::projection::Projection;
use crate::Result;

/// What has to be read of a column, and what there is of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColumnPart {
    /// Pages of values that hold wanted rows. A column of which no index tells the pages counts as one.
    pub pages: u64,
    /// The pages of values that there are.
    pub of_pages: u64,
    /// The encoded bytes of these pages, with the dictionary that they need.
    pub bytes: u64,
    /// The encoded bytes that there are.
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
    /// What these rows, ascending, take of a column, by its position in the dataset's schema; nothing of one that came
    /// after the file.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if the footer places the column where none can be.
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
