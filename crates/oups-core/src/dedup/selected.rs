//! The rows that `Keep::Last` and `Keep::First` keep.

use std::collections::HashSet;
use std::ops::Range;

use arrow::row::Rows;

/// Up to this many rows, comparing each with the kept ones is cheaper than hashing.
const FEW: usize = 12;

/// The end of a run whose rows win.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    First,
    Last,
}

/// Clears `keep` for every row of the runs whose identity a row nearer to the winning end has.
///
/// `identities` are those of the runs' rows, one run after another. Without them, all rows of a run are the same.
pub(super) fn select(runs: &[Range<usize>], identities: Option<&Rows>, end: End, keep: &mut [bool]) {
    let mut from = 0;
    for run in runs {
        let Some(keep) = keep.get_mut(run.clone()) else { continue };
        match identities {
            None => {
                let winner = if end == End::Last { keep.len().saturating_sub(1) } else { 0 };
                keep.iter_mut().enumerate().for_each(|(at, keep)| *keep = at == winner);
            }
            Some(identities) => select_in_run(identities, from, end, keep),
        }
        from += run.len();
    }
}

/// Keeps the first row of each identity, counted from the winning end.
fn select_in_run(identities: &Rows, from: usize, end: End, keep: &mut [bool]) {
    let len = keep.len();
    let place = |step: usize| if end == End::Last { len - 1 - step } else { step };
    let mut many = HashSet::new();
    let mut few = Vec::new();
    for at in (0..len).map(place) {
        let identity = identities.row(from + at);
        let fresh = if len <= FEW {
            let fresh = !few.contains(&identity);
            few.extend(fresh.then_some(identity));
            fresh
        } else {
            many.insert(identity)
        };
        if let Some(keep) = keep.get_mut(at) {
            *keep = fresh;
        }
    }
}
