//! The plan of a scan, as a value and as text.

use std::fmt;
use std::ops::Range;

use oups_core::row_group::{ColumnPart, RowGroupFile};
use oups_core::{RowGroup, Version};

use super::scan::PlannedScan;
use super::task::ScanTask;
use crate::Result;
use crate::pruning::manifest::prune;
use crate::selection::Selection;

/// What a scan reads and what it leaves out. [`Display`](fmt::Display) writes it for people.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScanPlan {
    /// The dataset's path text.
    pub dataset: String,
    /// The version that is read.
    pub version: Version,
    /// The ordered column.
    pub ordered_on: String,
    /// The range on it as text; `None` if no value can be in it.
    pub range: Option<String>,
    /// The conditions of the read, besides those that the range already says.
    pub filters: Vec<String>,
    /// The most rows that are read.
    pub limit: Option<u64>,
    /// Whether rows are read from the last to the first.
    pub reverse: bool,
    /// Whether every byte of the files is compared with its checksum. The files are then read whole.
    pub verified: bool,
    /// The columns in the order of the batches, then the columns that only conditions look at.
    pub columns: Vec<PlannedColumn>,
    /// The row groups that are read, ascending.
    pub row_groups: Vec<PlannedRowGroup>,
    /// The row groups that are not read, and why.
    pub pruned: Pruned,
}

/// What a scan reads of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedColumn {
    /// The column's name.
    pub name: String,
    /// Whether the column is in the batches. If not, only a condition looks at it.
    pub is_wanted: bool,
    /// Whether a condition looks at the column. If the read has conditions and none looks at this column, only its
    /// pages with wanted rows are read, and `part` is an upper bound.
    pub is_filtered: bool,
    /// The pages and bytes that are read of the column, and how many it has in these row groups.
    pub part: ColumnPart,
}

/// The part of one row group that a scan reads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedRowGroup {
    /// The file's name in the dataset's folder.
    pub file: String,
    /// The rows in the range, or as many of them as the limit needs.
    pub rows: Range<u64>,
    /// The number of those rows that statistics of the conditions' columns do not exclude.
    pub candidates: u64,
    /// The number of rows of the row group.
    pub of: u64,
    /// The length of the file.
    pub bytes: u64,
}

/// The row groups that a scan leaves out, by the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pruned {
    /// The manifest shows that their span is outside of the range.
    pub by_manifest: Omitted,
    /// The page index and the rows at an edge of the range show that none of their rows is in the range.
    pub by_page_index: Omitted,
    /// Other row groups fulfil the limit.
    pub by_limit: Omitted,
    /// The statistics of the conditions' columns exclude all of their rows.
    pub by_statistics: Omitted,
}

/// Row groups that are not read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Omitted {
    /// The number of row groups.
    pub row_groups: usize,
    /// The total length of their files.
    pub bytes: u64,
}

impl Omitted {
    fn add(&mut self, entry: &RowGroup) {
        self.row_groups += 1;
        self.bytes += entry.bytes();
    }
}

impl Pruned {
    /// Each reason by its name, with the row groups that it left out.
    fn reasons(&self) -> [(&'static str, Omitted); 4] {
        [
            ("manifest", self.by_manifest),
            ("page index", self.by_page_index),
            ("limit", self.by_limit),
            ("statistics", self.by_statistics),
        ]
    }

    /// The number of row groups that are left out.
    pub fn row_groups(&self) -> usize {
        self.reasons().iter().map(|(_, omitted)| omitted.row_groups).sum()
    }
}

impl ScanPlan {
    /// Reads the footer of each row group of the scan, one after another.
    ///
    /// # Errors
    ///
    /// If a footer cannot be read.
    pub(crate) fn of(reading: &PlannedScan) -> Result<Self> {
        let snapshot = &reading.snapshot;
        let mut plan = Self {
            dataset: snapshot.dataset().to_owned(),
            version: snapshot.version(),
            ordered_on: snapshot.ordered_on().to_owned(),
            range: reading.span.as_ref().map(|span| span.format(snapshot.ordered_type())),
            filters: reading.filter.texts(),
            limit: reading.limit,
            reverse: reading.reverse,
            verified: reading.verified,
            columns: columns(reading),
            row_groups: Vec::with_capacity(reading.pieces.len()),
            pruned: left_out(reading),
        };
        for piece in &reading.pieces {
            if let Some(entry) = reading.entry(piece) {
                plan.add(reading, piece, entry, &reading.snapshot.open(entry)?)?;
            }
        }
        Ok(plan)
    }

    fn add(&mut self, reading: &PlannedScan, piece: &ScanTask, entry: &RowGroup, file: &RowGroupFile) -> Result<()> {
        let rows = reading.filter.might_want(file)?.and(&Selection::of(piece.rows.clone()));
        if rows.is_empty() {
            self.pruned.by_statistics.add(entry);
            return Ok(());
        }
        for (column, position) in self.columns.iter_mut().zip(positions(reading)) {
            column.part.add(file.column_part(position, rows.ranges())?);
        }
        self.row_groups.push(PlannedRowGroup {
            file: entry.file_name().to_owned(),
            rows: piece.rows.clone(),
            candidates: rows.rows(),
            of: entry.rows(),
            bytes: entry.bytes(),
        });
        Ok(())
    }

    /// The number of rows that are read. With conditions, the wanted rows are among them.
    pub fn rows(&self) -> u64 {
        self.row_groups.iter().map(|group| group.candidates).sum()
    }

    /// The encoded bytes of the pages that are read, without footers. With conditions it is an upper bound. A verified
    /// scan first reads each file whole, which is not counted.
    pub fn bytes(&self) -> u64 {
        self.columns.iter().map(|column| column.part.bytes).sum()
    }
}

/// The columns that are read: the wanted ones, then those that only conditions look at.
fn positions(reading: &PlannedScan) -> impl Iterator<Item = usize> {
    let wanted = &reading.columns.positions;
    wanted.iter().chain(reading.filter.columns.iter().filter(|at| !wanted.contains(at))).copied()
}

fn columns(reading: &PlannedScan) -> Vec<PlannedColumn> {
    let schema = reading.snapshot.dataset_schema();
    let column = |at: usize| {
        Some(PlannedColumn {
            name: schema.stored().fields().get(at)?.name().clone(),
            is_wanted: reading.columns.positions.contains(&at),
            is_filtered: reading.filter.columns.contains(&at),
            part: ColumnPart::default(),
        })
    };
    positions(reading).filter_map(column).collect()
}

/// The row groups that the scan does not read, without those that statistics exclude.
fn left_out(reading: &PlannedScan) -> Pruned {
    let entries = reading.snapshot.row_groups();
    let in_range = reading.span.as_ref().map_or(0..0, |span| prune(entries, span));
    let read: Vec<usize> = reading.pieces.iter().map(|piece| piece.at).collect();
    let is_full = reading.filter.is_empty() && reading.limit == Some(reading.rows());
    let is_beyond = |at: usize| match reading.reverse {
        false => read.last().is_none_or(|last| at > *last),
        true => read.first().is_none_or(|first| at < *first),
    };
    let mut pruned = Pruned::default();
    for (at, entry) in entries.iter().enumerate() {
        if !in_range.contains(&at) {
            pruned.by_manifest.add(entry);
        } else if read.binary_search(&at).is_err() {
            let reason = if is_full && is_beyond(at) { &mut pruned.by_limit } else { &mut pruned.by_page_index };
            reason.add(entry);
        }
    }
    pruned
}

/// Writes the options besides the range, in the same words for one dataset and for several.
pub(crate) fn fmt_options(
    f: &mut fmt::Formatter<'_>,
    filters: &[String],
    reverse: bool,
    limit: Option<u64>,
    verified: bool,
) -> fmt::Result {
    filters.iter().try_for_each(|filter| writeln!(f, "  filter: {filter}"))?;
    if reverse {
        writeln!(f, "  order: from the last row to the first")?;
    }
    if let Some(limit) = limit {
        writeln!(f, "  limit: {limit} rows")?;
    }
    if verified {
        writeln!(f, "  verified: each file is read whole first")?;
    }
    Ok(())
}

impl fmt::Display for ScanPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "scan of {} at version {}", self.dataset, self.version.commit())?;
        let range = self.range.as_deref().unwrap_or("nothing can be in the range");
        writeln!(f, "  range on {}: {range}", self.ordered_on)?;
        fmt_options(f, &self.filters, self.reverse, self.limit, self.verified)?;
        self.fmt_row_groups(f)?;
        self.fmt_columns(f)
    }
}

impl ScanPlan {
    fn fmt_row_groups(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (read, all) = (self.row_groups.len(), self.row_groups.len() + self.pruned.row_groups());
        writeln!(f, "  row groups: {read} of {all}, {} rows", self.rows())?;
        for (reason, omitted) in self.pruned.reasons().iter().filter(|(_, omitted)| omitted.row_groups > 0) {
            let Omitted { row_groups, bytes } = omitted;
            writeln!(f, "    {row_groups} left out by the {reason}, {}", Size(*bytes))?;
        }
        for PlannedRowGroup { file, rows, candidates, of, .. } in &self.row_groups {
            write!(f, "    {file}: ")?;
            match rows.end - rows.start == *of {
                true => write!(f, "all {of} rows")?,
                false => write!(f, "rows {}..{} of {of}", rows.start, rows.end)?,
            }
            match *candidates == rows.end - rows.start {
                true => writeln!(f)?,
                false => writeln!(f, ", {candidates} by statistics")?,
            }
        }
        Ok(())
    }

    fn fmt_columns(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  columns:{}", if self.columns.is_empty() { " none" } else { "" })?;
        for PlannedColumn { name, is_wanted, is_filtered, part } in &self.columns {
            let most = if self.filters.is_empty() || *is_filtered { "" } else { "at most " };
            let pages = if part.of_pages == 1 { "page" } else { "pages" };
            let ColumnPart { pages: read, of_pages, bytes, of_bytes, .. } = part;
            let note = if *is_wanted { "" } else { ", for the filter alone" };
            writeln!(
                f,
                "    {name}: {most}{read} of {of_pages} {pages}, {} of {}{note}",
                Size(*bytes),
                Size(*of_bytes)
            )?;
        }
        Ok(())
    }
}

/// A number of bytes for people.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kib = self.0 as f64 / 1024.0;
        if kib < 1024.0 { write!(f, "{kib:.1} KiB") } else { write!(f, "{:.1} MiB", kib / 1024.0) }
    }
}
