//! Stage 1: where the new rows fall among the stored row groups.

use std::ops::Range;

use super::{NewRows, StoredGroup};
use crate::Result;
use crate::ordered::OrdValue;

/// A run of new rows that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewRun {
    /// Where they belong.
    pub(super) place: Slot,
    /// Which they are: at least one.
    pub(super) rows: Range<u64>,
    /// The value of the first of them.
    pub(super) first: OrdValue,
    /// The value of the last of them.
    pub(super) last: OrdValue,
}

/// Where new rows belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// To this row group.
    Inside(usize),
    /// Between row groups: before this one, or at the end.
    Before(usize),
}

/// Cuts the new rows at the bounds of the stored row groups.
///
/// It walks over the new rows, not over the row groups: from the first row of a run it finds the place by a search in the
/// manifest, and from the place's bound the end of the run by a search in the rows. So the number of lookups depends on
/// how many row groups take new rows, not on how many there are.
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
        // A run holds at least its first row; this only keeps the loop from standing still on rows that are not sorted.
        let end = end.max(from + 1);
        let last = new.value_at(end - 1)?;
        cuts.push(NewRun { place, rows: from..end, first, last });
        from = end;
    }
    Ok(cuts)
}

/// Without duplicate dropping: the row group with `min <= value < max`. There is at most one, as a later one starts at
/// this one's maximum or above.
fn place_alone(groups: &[StoredGroup], value: &OrdValue) -> Slot {
    let at = groups.partition_point(|group| group.max <= *value);
    match groups.get(at) {
        Some(group) if group.min <= *value => Slot::Inside(at),
        _ => Slot::Before(at),
    }
}

/// With duplicate dropping: the last row group with `min <= value <= max`.
fn place_sharing(groups: &[StoredGroup], value: &OrdValue) -> Slot {
    let after = groups.partition_point(|group| group.min <= *value);
    match after.checked_sub(1).and_then(|at| groups.get(at)) {
        Some(group) if *value <= group.max => Slot::Inside(after - 1),
        _ => Slot::Before(after),
    }
}

/// The end of a place: the new rows in it have values ...
enum End<'a> {
    /// ... below this one.
    Below(&'a OrdValue),
    /// ... up to this one.
    UpTo(&'a OrdValue),
    /// ... of any size.
    Open,
}

fn end_of(groups: &[StoredGroup], place: Slot, dedup: bool) -> End<'_> {
    let min_of = |at: usize| groups.get(at).map(|group| &group.min);
    match place {
        Slot::Before(at) => min_of(at).map_or(End::Open, End::Below),
        Slot::Inside(at) => match groups.get(at) {
            // The bound itself belongs to the next row group where that one starts with it, and, without duplicate
            // dropping, never to this one.
            Some(group) if dedup && min_of(at + 1) != Some(&group.max) => End::UpTo(&group.max),
            Some(group) => End::Below(&group.max),
            None => End::Open,
        },
    }
}
