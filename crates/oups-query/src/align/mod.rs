//! Several datasets walked together: where each chunk ends, decided from the spans of their row groups alone.

pub(crate) mod chunk;
pub(crate) mod cursor;
pub(crate) mod intersections;

use std::ops::Range;

use oups_core::ordered::{Cut, Span};
use oups_core::{RowGroup, Snapshot};

use crate::pruning::manifest::prune;

/// What the aligner needs of a dataset: its row groups in order.
pub(crate) trait RowGroups {
    /// The entries.
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
/// - Spans ascend, each starts where the one before ends, and together they are the whole span, unless no dataset
///   can have rows in it: then there is no step.
/// - A step ends where a row group of some dataset starts, never at a value that it began with: so equal values are in
///   one step.
/// - Each dataset has at most two row groups in a step, one of them cut, besides those that hold nothing but one value.
/// - Where there are several steps, each has rows.
/// - A step ends as late as that allows. So the number of steps follows the dataset with the most row groups, not the
///   sum over all.
#[derive(Debug)]
pub(crate) struct Aligner<T> {
    datasets: Vec<T>,
    /// For each dataset the row groups that are not wholly behind.
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

    /// Where a step has to end for this dataset; `None` if it can go to the end.
    ///
    /// It takes in what is left of the first row group ahead and the second one, and goes on where the second one
    /// holds only one value that the next begins with too. It has rows: the first of the second row group.
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
