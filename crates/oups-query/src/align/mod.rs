//! Walks several datasets together, chunk by chunk. Where a chunk ends is decided from the spans of row groups alone.

pub(crate) mod chunk;
pub(crate) mod cursor;
pub(crate) mod intersections;

use std::ops::Range;

use oups_core::ordered::{Cut, Span};
use oups_core::{RowGroup, Snapshot};

use crate::pruning::manifest::prune;

/// What the aligner needs of a dataset: its row groups in order.
pub(crate) trait RowGroups {
    /// The row groups, ascending.
    fn entries(&self) -> &[RowGroup];
}

impl RowGroups for Snapshot {
    fn entries(&self) -> &[RowGroup] {
        self.row_groups()
    }
}

/// One step of the walk: a span, and for each dataset the row groups that might hold rows of it.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) span: Span,
    pub(crate) groups: Vec<Range<usize>>,
}

/// The steps that cover a span.
///
/// - Spans ascend and each starts where the one before ends. Together they are the whole span. If no dataset can have
///   rows in it, no step is made.
/// - A step ends where a row group of some dataset starts, but never at a value that the step began with. So equal
///   values are always in one step.
/// - Each dataset has at most two row groups in a step, one of them cut; row groups that hold only one value may come
///   on top.
/// - If several steps are made, each has rows.
/// - A step ends as late as these rules allow. So the number of steps follows the dataset with the most row groups, not
///   the sum over all datasets.
#[derive(Debug)]
pub(crate) struct Aligner<T> {
    datasets: Vec<T>,
    /// For each dataset, the row groups that the steps so far do not wholly cover.
    ahead: Vec<Range<usize>>,
    rest: Option<Span>,
}

impl<T: RowGroups> Aligner<T> {
    pub(crate) fn new(datasets: Vec<T>, span: Option<Span>) -> Self {
        let ahead = |span: &Span| datasets.iter().map(|dataset| prune(dataset.entries(), span)).collect::<Vec<_>>();
        let ahead = span.as_ref().map(ahead).unwrap_or_default();
        let rest = span.filter(|_| ahead.iter().any(|ahead| !ahead.is_empty()));
        Self { datasets, ahead, rest }
    }

    /// Where a step has to end for this dataset; `None` if it may go on to the end.
    ///
    /// The step takes in what is left of the first row group ahead, and the second one. It goes on if the second one
    /// holds only one value and the next row group begins with that value too. The step has rows, at least the first
    /// row of the second row group.
    fn last_end(entries: &[RowGroup], ahead: &Range<usize>) -> Option<Cut> {
        let ahead = entries.get(ahead.clone())?;
        let second = ahead.get(1)?;
        let later = ahead.get(2..)?;
        let at = later.partition_point(|entry| entry.min() <= second.min());
        later.get(at).map(|entry| Cut::Before(entry.min().clone()))
    }
}

impl<T: RowGroups> Iterator for Aligner<T> {
    type Item = Step;

    /// The next step: it ends at the earliest end over all datasets, so that none has more than its two row groups in
    /// it. A row group that the step cuts is in the next step again.
    fn next(&mut self) -> Option<Step> {
        let rest = self.rest.take()?;
        let ends = self.datasets.iter().zip(&self.ahead);
        let ends = ends.filter_map(|(dataset, ahead)| Self::last_end(dataset.entries(), ahead));
        let end = ends.min().unwrap_or(Cut::Top).min(rest.end_cut().clone());
        let span = Span::new(rest.start_cut().clone(), end.clone())?;
        self.rest = Span::new(end, rest.end_cut().clone());

        let mut groups = Vec::with_capacity(self.ahead.len());
        for (dataset, ahead) in self.datasets.iter().zip(&mut self.ahead) {
            let entries = dataset.entries().get(ahead.clone()).unwrap_or_default();
            let now = prune(entries, &span);
            groups.push(ahead.start + now.start..ahead.start + now.end);
            let done = match &self.rest {
                Some(rest) => prune(entries, rest).start,
                None => entries.len(),
            };
            ahead.start += done;
        }
        Some(Step { span, groups })
    }
}

#[cfg(test)]
mod tests;
