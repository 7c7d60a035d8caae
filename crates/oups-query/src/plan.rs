//! What a scan will read, as a value and as text.

use std::fmt;
use std::ops::Range;

use crate::reading::Reading;

/// What a scan reads and what it leaves out. `to_string` explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScanPlan {
    /// The dataset's path text.
    pub dataset: String,
    /// The version that is read.
    pub commit: u64,
    /// The ordered column.
    pub ordered_on: String,
    /// The range on it as text; `None` if no value can be in it.
    pub range: Option<String>,
    /// The columns, in the order in which they come.
    pub columns: Vec<String>,
    /// What has to hold for a row besides the range. A condition on the ordered column alone is in the range.
    pub filters: Vec<String>,
    /// The row groups that are read, in order.
    pub row_groups: Vec<PlannedRowGroup>,
    /// Row groups of the dataset that are not read: the manifest, or for an edge of the range the page index and the
    /// rows there, show that they hold no row of the range.
    pub pruned: usize,
}

/// The part of one row group that a scan reads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedRowGroup {
    /// The file's name in the dataset's folder.
    pub file: String,
    /// The rows that are read.
    pub rows: Range<u64>,
    /// The rows that there are.
    pub of: u64,
}

impl ScanPlan {
    pub(crate) fn of(reading: &Reading) -> Self {
        let manifest = reading.snapshot.manifest();
        let row_group = |piece| {
            let entry = reading.entry(piece)?;
            Some(PlannedRowGroup { file: entry.file.clone(), rows: piece.rows.clone(), of: entry.rows })
        };
        Self {
            dataset: manifest.dataset.clone(),
            commit: manifest.commit,
            ordered_on: manifest.ordered_on.clone(),
            range: reading.span.as_ref().map(|span| span.format(&manifest.ordered)),
            columns: reading.columns.schema.fields().iter().map(|field| field.name().clone()).collect(),
            filters: reading.filter.texts(),
            row_groups: reading.pieces.iter().filter_map(row_group).collect(),
            pruned: manifest.entries.len() - reading.pieces.len(),
        }
    }

    /// The number of rows that are read.
    pub fn rows(&self) -> u64 {
        self.row_groups.iter().map(|group| group.rows.end - group.rows.start).sum()
    }
}

impl fmt::Display for ScanPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "scan of {} at version {}", self.dataset, self.commit)?;
        let range = self.range.as_deref().unwrap_or("nothing can be in the range");
        writeln!(f, "  range on {}: {range}", self.ordered_on)?;
        writeln!(f, "  columns: {}", self.columns.join(", "))?;
        for filter in &self.filters {
            writeln!(f, "  filter: {filter}")?;
        }
        let (groups, all) = (self.row_groups.len(), self.row_groups.len() + self.pruned);
        writeln!(f, "  row groups: {groups} of {all} ({} pruned), {} rows", self.pruned, self.rows())?;
        for group in &self.row_groups {
            let Range { start, end } = group.rows;
            match end - start == group.of {
                true => writeln!(f, "    {}: all {} rows", group.file, group.of)?,
                false => writeln!(f, "    {}: rows {start}..{end} of {}", group.file, group.of)?,
            }
        }
        Ok(())
    }
}
