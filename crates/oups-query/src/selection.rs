//! The wanted rows of a file, as ascending ranges.

use std::ops::Range;

use arrow::array::BooleanArray;
use arrow::buffer::BooleanBuffer;
use arrow::compute::SlicesIterator;

/// Rows of a file, as ascending ranges that do not touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    ranges: Vec<Range<u64>>,
}

impl Selection {
    pub(crate) fn of(rows: Range<u64>) -> Self {
        let mut selected = Self::default();
        selected.push(rows);
        selected
    }

    pub(crate) fn ranges(&self) -> &[Range<u64>] {
        &self.ranges
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    pub(crate) fn rows(&self) -> u64 {
        self.ranges.iter().map(|range| range.end - range.start).sum()
    }

    /// Adds rows behind all others.
    pub(crate) fn push(&mut self, rows: Range<u64>) {
        match self.ranges.last_mut() {
            _ if rows.is_empty() => {}
            Some(last) if rows.start <= last.end => last.end = last.end.max(rows.end),
            _ => self.ranges.push(rows),
        }
    }

    /// Adds, behind all others, those of the rows for which the mask is true. The mask has a value for each row.
    pub(crate) fn push_masked(&mut self, rows: &[Range<u64>], mask: &BooleanArray) {
        let mut before = 0;
        for range in rows {
            let len = (range.end - range.start) as usize;
            for (start, end) in SlicesIterator::new(&mask.slice(before, len)) {
                self.push(range.start + start as u64..range.start + end as u64);
            }
            before += len;
        }
    }

    /// The same rows, and the rows between two of them that are less than `gap` apart.
    pub(crate) fn closed(&self, gap: u64) -> Self {
        let mut closed = Self::default();
        for range in &self.ranges {
            match closed.ranges.last_mut() {
                Some(last) if range.start < last.end.saturating_add(gap) => last.end = range.end,
                _ => closed.ranges.push(range.clone()),
            }
        }
        closed
    }

    /// The rows that are in both selections.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let mut both = Self::default();
        let mut others = other.ranges.iter().peekable();
        for range in &self.ranges {
            while let Some(other) = others.peek() {
                both.push(range.start.max(other.start)..range.end.min(other.end));
                if other.end > range.end {
                    break;
                }
                others.next();
            }
        }
        both
    }

    /// The rows that are in at least one of the two selections.
    pub(crate) fn or(&self, other: &Self) -> Self {
        let mut all: Vec<_> = self.ranges.iter().chain(&other.ranges).cloned().collect();
        all.sort_unstable_by_key(|range| range.start);
        let mut any = Self::default();
        all.into_iter().for_each(|range| any.push(range));
        any
    }

    /// For each of these ascending rows, whether it is selected.
    pub(crate) fn mask(&self, rows: &[Range<u64>]) -> BooleanArray {
        let mut mask = Vec::with_capacity(rows.iter().map(|range| (range.end - range.start) as usize).sum());
        for range in rows {
            let first = self.ranges.partition_point(|selected| selected.end <= range.start);
            let base = mask.len();
            mask.resize(base + (range.end - range.start) as usize, false);
            let overlapping = self.ranges.iter().skip(first).take_while(|selected| selected.start < range.end);
            for selected in overlapping {
                let start = (selected.start.max(range.start) - range.start) as usize;
                let end = (selected.end.min(range.end) - range.start) as usize;
                if let Some(part) = mask.get_mut(base + start..base + end) {
                    part.fill(true);
                }
            }
        }
        BooleanArray::new(BooleanBuffer::from(mask), None)
    }
}

/// Steps through the ranges as a decoder that was asked for them does: it says which rows each decoded batch holds.
#[derive(Debug)]
pub(crate) struct Walk {
    rest: std::vec::IntoIter<Range<u64>>,
    current: Range<u64>,
}

impl Walk {
    pub(crate) fn over(rows: &Selection) -> Self {
        Self { rest: rows.ranges.clone().into_iter(), current: 0..0 }
    }

    /// The ranges of the next `rows` rows.
    pub(crate) fn step(&mut self, mut rows: u64) -> Vec<Range<u64>> {
        let mut step = Vec::new();
        while rows > 0 {
            if self.current.is_empty() {
                let Some(next) = self.rest.next() else { break };
                self.current = next;
            }
            let end = self.current.end.min(self.current.start.saturating_add(rows));
            rows -= end - self.current.start;
            step.push(self.current.start..end);
            self.current.start = end;
        }
        step
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn selected() -> impl Strategy<Value = (Vec<bool>, Selection)> {
        prop::collection::vec(any::<bool>(), 40).prop_map(|wanted| {
            let mut selected = Selection::default();
            selected.push_masked(&[0..15, 15..40], &BooleanArray::from(wanted.clone()));
            (wanted, selected)
        })
    }

    fn flags(selected: &Selection) -> Vec<bool> {
        selected.mask(std::slice::from_ref(&(0..40))).values().iter().collect()
    }

    proptest! {
        #[test]
        fn they_are_sets_of_rows((left, a) in selected(), (right, b) in selected(), gap in 1..5u64) {
            prop_assert_eq!(flags(&a), left.clone());
            prop_assert_eq!(a.rows(), left.iter().filter(|wanted| **wanted).count() as u64);
            let both: Vec<bool> = left.iter().zip(&right).map(|(a, b)| *a && *b).collect();
            prop_assert_eq!(flags(&a.and(&b)), both);
            let any: Vec<bool> = left.iter().zip(&right).map(|(a, b)| *a || *b).collect();
            prop_assert_eq!(flags(&a.or(&b)), any);
            let closed = a.closed(gap);
            prop_assert_eq!(closed.and(&a), a.clone());
            prop_assert!(closed.ranges().windows(2).all(|pair| pair[1].start - pair[0].end >= gap));
            let mut walk = Walk::over(&a);
            let mut seen = Selection::default();
            for step in [1, 5, 3, 40] {
                walk.step(step).into_iter().for_each(|range| seen.push(range));
            }
            prop_assert_eq!(seen, a);
        }
    }
}
