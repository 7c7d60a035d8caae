//! Regions: which are off target, and which are merged.

use std::ops::Range;

use super::{Options, Sizing, compare};
use crate::table::{Cell, Row};

/// A region, or several that are merged.
#[derive(Clone, Debug, Default)]
pub(super) struct Region {
    /// Row groups, by index.
    pub(super) groups: Vec<usize>,
    /// New rows, by index.
    pub(super) new: Vec<usize>,
    /// Whether it counts as having new rows.
    has_new: bool,
    /// Whether it is merged and cut again.
    pub(super) rewritten: bool,
}

/// The stored row groups and new rows that the rules look at.
struct Layout<'a> {
    groups: &'a [Vec<Row>],
    new: &'a [Row],
    ordered: usize,
    options: &'a Options,
    regions: Vec<Region>,
}

/// The whole dataset, in order, as merge regions and the regions between them.
pub(super) fn merge_regions(groups: &[Vec<Row>], new: &[Row], ordered: usize, options: &Options) -> Vec<Region> {
    let mut layout = Layout { groups, new, ordered, options, regions: vec![] };
    layout.regions = layout.find_regions();
    let merged = layout.find_merged();
    let mut result: Vec<Region> = Vec::new();
    for (at, region) in layout.regions.into_iter().enumerate() {
        match merged.iter().find(|merged| merged.contains(&at)) {
            Some(merged) if merged.start != at => {
                let last = result.last_mut().expect("a merge region has begun");
                last.groups.extend(region.groups);
                last.new.extend(region.new);
            }
            Some(_) => result.push(Region { rewritten: true, ..region }),
            None => result.push(region),
        }
    }
    result
}

impl Layout<'_> {
    fn min(&self, group: usize) -> &Cell {
        &self.groups[group][0][self.ordered]
    }

    fn max(&self, group: usize) -> &Cell {
        &self.groups[group].last().expect("no row group is empty")[self.ordered]
    }

    /// Every row group and, between them, every run of new rows that belong to no row group.
    fn find_regions(&self) -> Vec<Region> {
        let count = self.groups.len();
        let mut inside: Vec<Region> = (0..count).map(|at| Region { groups: vec![at], ..Region::default() }).collect();
        let mut before: Vec<Region> = vec![Region { has_new: true, ..Region::default() }; count + 1];
        for (row, cells) in self.new.iter().enumerate() {
            let value = &cells[self.ordered];
            let belongs = |group: &usize| {
                let from = compare(self.min(*group), value).is_le();
                let to = compare(value, self.max(*group));
                from && (to.is_lt() || (to.is_eq() && self.options.key.is_some()))
            };
            let takers: Vec<usize> = (0..count).filter(belongs).collect();
            for &taker in &takers {
                inside[taker].has_new = true;
            }
            match takers.last() {
                Some(&last) => inside[last].new.push(row),
                None => {
                    let after = (0..count).filter(|&group| compare(self.max(group), value).is_le()).count();
                    before[after].new.push(row);
                }
            }
        }
        let mut regions = Vec::new();
        for (run, region) in before.into_iter().zip(inside.into_iter().map(Some).chain([None])) {
            regions.extend(Some(run).filter(|run| !run.new.is_empty()));
            regions.extend(region);
        }
        regions
    }

    /// The first and last value of a region.
    fn span(&self, region: &Region) -> (Cell, Cell) {
        let stored = region.groups.iter().flat_map(|&group| [self.min(group), self.max(group)]);
        let new = region.new.iter().map(|&row| &self.new[row][self.ordered]);
        let mut values: Vec<&Cell> = stored.chain(new).collect();
        values.sort_by(|left, right| compare(left, right));
        (values[0].clone(), values[values.len() - 1].clone())
    }

    fn old_rows(&self, region: &Region) -> usize {
        region.groups.iter().map(|&group| self.groups[group].len()).sum()
    }

    fn is_off_target(&self, at: usize) -> bool {
        let region = &self.regions[at];
        match self.options.sizing {
            Sizing::Rows(target) => {
                let size = self.old_rows(region) + region.new.len();
                let low = target * 8 / 10;
                if region.has_new { size < low } else { size < low || size > target }
            }
            Sizing::Period(period) => {
                let periods = |region: &Region| {
                    let (min, max) = self.span(region);
                    (period.of(&min), period.of(&max))
                };
                let (first, last) = periods(region);
                if first != last {
                    return !region.has_new;
                }
                let touches = |other: usize| {
                    let (start, end) = periods(&self.regions[other]);
                    other != at && start <= first && first <= end
                };
                (0..self.regions.len()).any(touches)
            }
        }
    }

    /// The merged regions, as ranges.
    fn find_merged(&self) -> Vec<Range<usize>> {
        let has_new = |at: usize| self.regions[at].has_new;
        let all = 0..self.regions.len();
        let Some(max_off_target) = self.options.max_off_target else {
            return runs(all, has_new);
        };
        let mut merged = Vec::new();
        for run in runs(all, |at| has_new(at) || self.is_off_target(at)) {
            if !self.new.is_empty() && !run.clone().any(has_new) {
                continue;
            }
            let off_target = run.clone().filter(|&at| self.is_off_target(at)).count();
            if off_target > max_off_target || self.is_worth_it(run.clone()) {
                merged.push(run);
            } else {
                merged.extend(runs(run, has_new));
            }
        }
        merged
    }

    /// Whether the estimated rows of a run reach the target, or it spans more than one period.
    fn is_worth_it(&self, run: Range<usize>) -> bool {
        let regions = &self.regions[run];
        match self.options.sizing {
            Sizing::Rows(target) => {
                let estimate = |region: &Region| match self.options.key {
                    None => self.old_rows(region) + region.new.len(),
                    Some(_) => self.old_rows(region).max(region.new.len()),
                };
                regions.iter().map(estimate).sum::<usize>() >= target
            }
            Sizing::Period(period) => {
                let first = self.span(&regions[0]).0;
                let last = self.span(&regions[regions.len() - 1]).1;
                period.of(&first) != period.of(&last)
            }
        }
    }
}

/// The maximal runs of a range for which something holds.
fn runs(range: Range<usize>, holds: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in range {
        match runs.last_mut() {
            _ if !holds(at) => {}
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}
