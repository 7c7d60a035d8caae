//! Stage 2: atomic regions. The plan merges or keeps each of them as a whole.

use std::ops::Range;

use super::StoredGroup;
use super::new_runs::{NewRun, Slot};
use crate::ordered::OrdValue;

/// A row group together with the new rows that belong to it, or a run of new rows between row groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AtomicRegion<'a> {
    /// The index of the row group. For new rows between row groups, an empty range at the index of the next row group.
    pub(super) groups: Range<usize>,
    /// The number of rows in the row group.
    pub(super) stored: u64,
    /// The new rows that are counted here; an empty range, at the right position, if the region has none.
    pub(super) new: Range<u64>,
    /// Whether the region takes new rows. With duplicate dropping, new rows of a boundary value concern all row groups
    /// that share it; they are counted in the last of these, and all of them are touched.
    pub(super) touched: bool,
    /// The smallest value.
    pub(super) min: &'a OrdValue,
    /// The largest value.
    pub(super) max: &'a OrdValue,
}

impl AtomicRegion<'_> {
    /// The number of new rows that are counted here.
    pub(super) fn new_rows(&self) -> u64 {
        self.new.end.saturating_sub(self.new.start)
    }

    /// The number of stored and new rows, duplicates included.
    pub(super) fn size(&self) -> u64 {
        self.stored.saturating_add(self.new_rows())
    }
}

/// All atomic regions, in order.
pub(super) fn regions<'a>(groups: &'a [StoredGroup], cuts: &'a [NewRun], dedup: bool) -> Vec<AtomicRegion<'a>> {
    let mut regions = Vec::with_capacity(groups.len() + cuts.len());
    let mut row = 0;
    let mut next = 0;
    for cut in cuts {
        let (Slot::Inside(at) | Slot::Before(at)) = cut.place;
        untouched(&mut regions, groups, next..at, row);
        next = at;
        row = cut.rows.end;
        match groups.get(at) {
            Some(group) if cut.place == Slot::Inside(at) => {
                if dedup && group.min == cut.first {
                    touch_sharing(&mut regions, &cut.first);
                }
                let (min, max, stored) = (&group.min, &group.max, group.rows);
                regions.push(AtomicRegion {
                    groups: at..at + 1,
                    stored,
                    new: cut.rows.clone(),
                    touched: true,
                    min,
                    max,
                });
                next = at + 1;
            }
            _ => {
                let (min, max, new) = (&cut.first, &cut.last, cut.rows.clone());
                regions.push(AtomicRegion { groups: at..at, stored: 0, new, touched: true, min, max });
            }
        }
    }
    untouched(&mut regions, groups, next..groups.len(), row);
    regions
}

/// Adds row groups without new rows.
fn untouched<'a>(regions: &mut Vec<AtomicRegion<'a>>, groups: &'a [StoredGroup], at: Range<usize>, row: u64) {
    let at_groups = groups.get(at.clone()).unwrap_or_default();
    regions.extend(at.zip(at_groups).map(|(at, group)| AtomicRegion {
        groups: at..at + 1,
        stored: group.rows,
        new: row..row,
        touched: false,
        min: &group.min,
        max: &group.max,
    }));
}

/// Marks the last regions as touched, as far as they end with `value`. Their rows of that value may be duplicates of
/// the new ones, which are counted in the later region that starts with `value`.
fn touch_sharing(regions: &mut [AtomicRegion<'_>], value: &OrdValue) {
    for region in regions.iter_mut().rev().take_while(|region| region.max == value) {
        region.touched = true;
    }
}
