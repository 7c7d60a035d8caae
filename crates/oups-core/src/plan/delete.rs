//! Plans a deletion: which row groups are dropped, and which are trimmed.

use std::ops::{Bound, RangeBounds};

use super::assemble::keep;
use super::{MergePlan, Step, StoredGroup};
use crate::ordered::OrdValue;

/// Plans the deletion of all rows whose ordered value is in a range.
///
/// Row groups that lie wholly in the range are dropped. Those that the range reaches into, at most two, are trimmed.
/// Their neighbours are not merged; a compaction or a later write does that.
///
/// ```
/// use oups_core::ordered::OrdValue;
/// use oups_core::plan::{Step, StoredGroup, plan_delete};
///
/// let group = |min, max| StoredGroup { min: OrdValue::I64(min), max: OrdValue::I64(max), rows: 9 };
/// let stored = [group(1, 5), group(5, 8), group(9, 12), group(13, 14)];
/// let plan = plan_delete(&stored, OrdValue::I64(4)..OrdValue::I64(10));
/// assert_eq!(plan.steps, [
///     Step::Trim { group: 0 },
///     Step::Drop { groups: 1..2 },
///     Step::Trim { group: 2 },
///     Step::Keep { groups: 3..4 },
/// ]);
/// ```
#[must_use]
pub fn plan_delete(groups: &[StoredGroup], range: impl RangeBounds<OrdValue>) -> MergePlan {
    let bounds = (range.start_bound(), range.end_bound());
    let from = groups.partition_point(|group| ends_before(group, bounds.0));
    let to = groups.partition_point(|group| !starts_after(group, bounds.1));
    if from >= to || is_empty(bounds) {
        return MergePlan::keep(groups.len());
    }
    let mut steps = Vec::new();
    keep(&mut steps, 0..from);
    for (at, group) in groups.iter().enumerate().take(to).skip(from) {
        let inside = range.contains(&group.min) && range.contains(&group.max);
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

/// Whether a row group lies before the range.
fn ends_before(group: &StoredGroup, start: Bound<&OrdValue>) -> bool {
    match start {
        Bound::Included(start) => group.max < *start,
        Bound::Excluded(start) => group.max <= *start,
        Bound::Unbounded => false,
    }
}

/// Whether a row group lies after the range.
fn starts_after(group: &StoredGroup, end: Bound<&OrdValue>) -> bool {
    match end {
        Bound::Included(end) => group.min > *end,
        Bound::Excluded(end) => group.min >= *end,
        Bound::Unbounded => false,
    }
}

/// Whether no value can lie in the range.
fn is_empty(bounds: (Bound<&OrdValue>, Bound<&OrdValue>)) -> bool {
    match bounds {
        (Bound::Included(start), Bound::Included(end)) => start > end,
        (Bound::Included(start) | Bound::Excluded(start), Bound::Included(end) | Bound::Excluded(end)) => start >= end,
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
    }
}
