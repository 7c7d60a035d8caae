//! Plans a deletion: which row groups are dropped, and which are trimmed.

use super::assemble::keep;
use super::{MergePlan, Step, StoredGroup};
use crate::ordered::Span;

/// Plans the deletion of all rows whose ordered value is in a span.
///
/// Row groups that lie wholly in the span are dropped. Those that the span reaches into, at most two, are trimmed.
/// Their neighbours are not merged; a compaction or a later write does that.
#[must_use]
pub(crate) fn plan_delete(groups: &[StoredGroup], span: &Span) -> MergePlan {
    let from = groups.partition_point(|group| !span.start_cut().is_below(&group.max));
    let to = groups.partition_point(|group| !span.end_cut().is_below(&group.min));
    if from >= to {
        return MergePlan::keep(groups.len());
    }
    let mut steps = Vec::new();
    keep(&mut steps, 0..from);
    for (at, group) in groups.iter().enumerate().take(to).skip(from) {
        let inside = span.contains(&group.min) && span.contains(&group.max);
        // Row groups that are dropped one after another are one step.
        match steps.last_mut() {
            _ if !inside => steps.push(Step::Trim { group: at }),
            Some(Step::Drop { groups }) => groups.end = at + 1,
            _ => steps.push(Step::Drop { groups: at..at + 1 }),
        }
    }
    keep(&mut steps, to..groups.len());
    MergePlan { steps }
}
