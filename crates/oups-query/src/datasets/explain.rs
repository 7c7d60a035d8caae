//! The plan of a query over several datasets, as a value and as text.

use std::fmt;

use oups_core::{Snapshot, StoreKey, Version};

use super::Opened;
use crate::Result;
use crate::filter::Filter;
use crate::plan::explain::fmt_options;
use crate::pruning::manifest::prune;
use crate::request::Request;

/// The text names this many datasets from the start and this many from the end; those between are only counted.
const NAMED: usize = 10;

/// What a query reads, according to the manifests alone. [`Display`](fmt::Display) writes it for people.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryPlan {
    /// The ordered column; `None` if the query has no datasets.
    pub ordered_on: Option<String>,
    /// The range on it as text; `None` if no value can be in it.
    pub range: Option<String>,
    /// The conditions, besides those that the range already says, as they apply to the columns of the first dataset.
    pub filters: Vec<String>,
    /// The most rows of the ordered stream.
    pub limit: Option<u64>,
    /// Whether the ordered stream is read from the last row to the first.
    pub reverse: bool,
    /// Whether every byte of the files is compared with its checksum.
    pub verified: bool,
    /// The datasets, in the order of the query.
    pub datasets: Vec<PlannedDataset>,
}

/// What a query reads of one dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedDataset {
    /// The dataset's path text.
    pub dataset: String,
    /// The version that is read.
    pub version: Version,
    /// The number of row groups that might hold rows of the range.
    pub row_groups: usize,
    /// The number of row groups of the version.
    pub of: usize,
    /// The rows of the row groups that are read: at least as many as the range holds.
    pub rows: u64,
    /// The total length of the files that are read, whole or in part.
    pub bytes: u64,
}

impl QueryPlan {
    pub(crate) fn of<K: StoreKey>(opened: &Opened<K>, request: &Request) -> Result<Self> {
        let first = opened.snapshots.first();
        let planned = |snapshot: &Snapshot| {
            let row_groups = snapshot.row_groups();
            let wanted = opened.span.as_ref().map_or(0..0, |span| prune(row_groups, span));
            let wanted = row_groups.get(wanted).unwrap_or_default();
            PlannedDataset {
                dataset: snapshot.dataset().to_owned(),
                version: snapshot.version(),
                row_groups: wanted.len(),
                of: row_groups.len(),
                rows: wanted.iter().map(|entry| entry.rows()).sum(),
                bytes: wanted.iter().map(|entry| entry.bytes()).sum(),
            }
        };
        let filter =
            opened.snapshots.first().map(|first| Filter::narrowing(&request.conditions, first.dataset_schema(), None));
        Ok(Self {
            ordered_on: first.map(|first| first.ordered_on().to_owned()),
            range: first.and_then(|first| Some(opened.span.as_ref()?.format(first.ordered_type()))),
            filters: filter.transpose()?.map(|(filter, _)| filter.texts()).unwrap_or_default(),
            limit: request.limit,
            reverse: request.reverse,
            verified: request.verified,
            datasets: opened.snapshots.iter().map(planned).collect(),
        })
    }

    /// The number of row groups, over all datasets, that might hold rows of the range.
    pub fn row_groups(&self) -> usize {
        self.datasets.iter().map(|dataset| dataset.row_groups).sum()
    }

    /// The rows of the row groups that are read, over all datasets.
    pub fn rows(&self) -> u64 {
        self.datasets.iter().map(|dataset| dataset.rows).sum()
    }

    /// The total length of the files that are read, over all datasets.
    pub fn bytes(&self) -> u64 {
        self.datasets.iter().map(|dataset| dataset.bytes).sum()
    }
}

impl fmt::Display for QueryPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "query of {} datasets", self.datasets.len())?;
        let Some(ordered_on) = &self.ordered_on else { return Ok(()) };
        writeln!(f, "  range on {ordered_on}: {}", self.range.as_deref().unwrap_or("nothing can be in the range"))?;
        fmt_options(f, &self.filters, self.reverse, self.limit, self.verified)?;
        let (groups, of) = (self.row_groups(), self.datasets.iter().map(|dataset| dataset.of).sum::<usize>());
        let pruned = of - groups;
        writeln!(
            f,
            "  row groups: {groups} of {of} ({pruned} pruned), up to {} rows, {} bytes",
            self.rows(),
            self.bytes()
        )?;
        let hidden = self.datasets.len().saturating_sub(2 * NAMED);
        for (at, dataset) in self.datasets.iter().enumerate() {
            match at {
                NAMED if hidden > 0 => writeln!(f, "    … {hidden} more")?,
                at if hidden > 0 && (NAMED..NAMED + hidden).contains(&at) => {}
                _ => writeln!(f, "    {dataset}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for PlannedDataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dataset, version, row_groups, of, rows, bytes } = self;
        let version = version.commit();
        write!(f, "{dataset} at version {version}: {row_groups} of {of} row groups, up to {rows} rows, {bytes} bytes")
    }
}
