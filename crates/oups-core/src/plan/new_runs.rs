//! Stage 1: the new rows as runs that fall into one row group or between two.

use std::ops::Range;

use super::{NewRows, StoredGroup};
use crate::Result;
use crate::ordered::OrdValue;

/// New rows that fall into the same row group, or between the same two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewRun {
    /// Where they fall.
    pub(super) place: Slot,
    /// The positions of the rows; at least one.
    pub(super) rows: Range<u64>,
    /// The value of the first of them.
    pub(super) first: OrdValue,
    /// The value of the last of them.
    pub(super) last: OrdValue,
}

/// Where new rows fall among the stored row groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// Into this row group.
    Inside(usize),
    /// Between two row groups: before this one and behind the one before it, or behind all.
    Before(usize),
}

/// Cuts the new rows at the bounds of the stored row groups.
///
/// The loop walks over the new rows, not over the row groups. For the first row of a run, a search in the manifest
/// finds the slot; from the slot's bound, a search in the rows finds the end of the run. So the number of look-ups
/// depends on how many row groups take new rows, not on how many the dataset has.
pub(super) fn cuts<N: NewRows + ?Sized>(groups: &[StoredGroup], new: &mut N, dedup: bool) -> Result<Vec<NewRun>> {
    let mut cuts = Vec::new();
    let mut from = 0;
    while from < new.rows() {
        let first = new.value_at(from)?;
        let place = if dedup { place_sharing(groups, &first) } else { place_alone(groups, &first) };
        let end = match end_of(groups, place, dedup) {
            End::Below(value) => new.rows_below(value)?,
            End::UpTo(value) => new.rows_up_to(value)?,
            End::Open => new.rows(),
        };
        // A run of sorted rows holds at least its first row. If the rows are not sorted, this keeps the loop from
        // standing still.
        let end = end.max(from + 1);
        let last = new.value_at(end - 1)?;
        cuts.push(NewRun { place, rows: from..end, first, last });
        from = end;
    }
    Ok(cuts)
}

/// The slot without duplicate dropping: the row group with `min <= value < max`. At most one has this, since the next
/// row group starts at this one's maximum or above.
fn place_alone(groups: &[StoredGroup], value: &OrdValue) -> Slot {
    let at = groups.partition_point(|group| group.max <= *value);
    match groups.get(at) {
        Some(group) if group.min <= *value => Slot::Inside(at),
        _ => Slot::Before(at),
    }
}

/// The slot with duplicate dropping: the last row group with `min <= value <= max`.
fn place_sharing(groups: &[StoredGroup], value: &OrdValue) -> Slot {
    let after = groups.partition_point(|group| group.min <= *value);
    match after.checked_sub(1).and_then(|at| groups.get(at)) {
        Some(group) if *value <= group.max => Slot::Inside(after - 1),
        _ => Slot::Before(after),
    }
}

/// The upper bound of a slot.
enum End<'a> {
    /// Its rows have values below this one.
    Below(&'a OrdValue),
    /// Its rows have values up to and including this one.
    UpTo(&'a OrdValue),
    /// It has no upper bound.
    Open,
}

/// The upper bound of a slot.
fn end_of(groups: &[StoredGroup], place: Slot, dedup: bool) -> End<'_> {
    let min_of = |at: usize| groups.get(at).map(|group| &group.min);
    match place {
        Slot::Before(at) => min_of(at).map_or(End::Open, End::Below),
        Slot::Inside(at) => match groups.get(at) {
            // A row group takes new rows of its maximum only with duplicate dropping, and only if the next row group
            // does not start with that value.
            Some(group) if dedup && min_of(at + 1) != Some(&group.max) => End::UpTo(&group.max),
            Some(group) => End::Below(&group.max),
            None => End::Open,
        },
    }
}
