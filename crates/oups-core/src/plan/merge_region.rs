//! Stage 3: merge regions, the runs of atomic regions that are rewritten together.

use std::num::NonZeroU64;
use std::ops::Range;

use super::atomic_region::AtomicRegion;
use super::off_target::{fills_target, off_target};
use super::{PlanOptions, Reason};

/// Atomic regions that are merged together, by index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MergeRegion {
    /// At least one region.
    pub(super) regions: Range<usize>,
    /// Why they are merged.
    pub(super) reason: Reason,
}

/// The merge regions, in order.
pub(super) fn spans(regions: &[AtomicRegion<'_>], options: &PlanOptions) -> Vec<MergeRegion> {
    let mut spans = Vec::new();
    match options.max_off_target {
        None => touched_stretches(regions, 0..regions.len(), &mut spans),
        Some(max) => coalesced(regions, options, max, &mut spans),
    }
    spans
}

/// Adds the longest runs of touched regions.
fn touched_stretches(regions: &[AtomicRegion<'_>], within: Range<usize>, spans: &mut Vec<MergeRegion>) {
    let is_touched = |at: usize| regions.get(at).is_some_and(|region| region.touched);
    let mut at = within.start;
    while let Some(start) = (at..within.end).find(|&at| is_touched(at)) {
        let end = (start..within.end).find(|&at| !is_touched(at)).unwrap_or(within.end);
        spans.push(MergeRegion { regions: start..end, reason: Reason::NewRows });
        at = end;
    }
}

/// Adds runs of regions that are touched or off target. A run is merged whole if it has more than `max` off-target
/// regions or fills the target, else only its touched regions are.
///
/// Unless the write is a compaction, a run must contain a touched region. It is grown from there, so that an append
/// does not look at the sizes of all row groups before it.
fn coalesced(regions: &[AtomicRegion<'_>], options: &PlanOptions, max: NonZeroU64, spans: &mut Vec<MergeRegion>) {
    let is_touched = |at: usize| regions.get(at).is_some_and(|region| region.touched);
    let is_off = |at: usize| off_target(regions, at, options.sizing);
    let compacting = !regions.iter().any(|region| region.touched);
    let mut at = 0;
    while let Some(seed) = (at..regions.len()).find(|&at| if compacting { is_off(at) } else { is_touched(at) }) {
        // Off-target neighbours on both sides belong to the run, except for those of the run before.
        let start = (at..seed).rev().take_while(|&at| is_off(at)).last().unwrap_or(seed);
        let end = (seed..regions.len()).find(|&at| !is_touched(at) && !is_off(at)).unwrap_or(regions.len());
        let run = regions.get(start..end).unwrap_or_default();
        let off = (start..end).filter(|&at| is_off(at)).count() as u64;
        if off > max.get() || fills_target(run, options) {
            let reason = if run.iter().all(|region| region.touched) { Reason::NewRows } else { Reason::OffTarget };
            spans.push(MergeRegion { regions: start..end, reason });
        } else {
            touched_stretches(regions, start..end, spans);
        }
        at = end;
    }
}
