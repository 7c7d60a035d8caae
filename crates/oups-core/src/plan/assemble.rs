//! Stage 4: merge regions become the steps of the plan.

use std::ops::Range;

use super::atomic_region::AtomicRegion;
use super::merge_region::MergeRegion;
use super::{MergePlan, Step};

/// The steps: each merge region is merged, and the row groups between them stay.
pub(super) fn assemble(groups: usize, regions: &[AtomicRegion<'_>], spans: &[MergeRegion]) -> MergePlan {
    let mut steps = Vec::with_capacity(2 * spans.len() + 1);
    let mut next = 0;
    for span in spans {
        let merged = regions.get(span.regions.clone()).unwrap_or_default();
        let (Some(first), Some(last)) = (merged.first(), merged.last()) else {
            continue;
        };
        keep(&mut steps, next..first.groups.start);
        next = last.groups.end;
        steps.push(Step::Merge {
            groups: first.groups.start..last.groups.end,
            rows: first.new.start..last.new.end,
            reason: span.reason,
            span: (first.min.clone(), last.max.clone()),
        });
    }
    keep(&mut steps, next..groups);
    MergePlan { steps }
}

/// Adds a step that keeps these row groups, unless the range is empty.
pub(super) fn keep(steps: &mut Vec<Step>, groups: Range<usize>) {
    if !groups.is_empty() {
        steps.push(Step::Keep { groups });
    }
}
