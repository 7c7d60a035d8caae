//! The merge plan: which row groups stay and which are merged with which new rows.
//!
//! A plan is a decision as data. Nothing here touches a file: the planner sees the manifest's facts of the stored row
//! groups and looks up positions in the new rows' ordered column. An executor carries the plan out. Data flows one way:
//!
//! ```text
//! stored groups × new rows ─cuts─▶ [NewRun] ─regions─▶ [AtomicRegion] ─spans─▶ [MergeRegion] ─assemble─▶ MergePlan
//! ```
//!
//! Deleting a range makes the same kind of plan ([`plan_delete`]). A [`Cutter`] cuts the merged rows of a step into new
//! row groups. `docs/merge.md` explains the rules with pictures that [`render`] draws.

mod assemble;
mod atomic_region;
pub(crate) mod change_plan;
mod cutter;
mod delete;
mod merge_region;
mod new_rows;
mod new_runs;
mod off_target;
mod render;
pub(crate) mod stored_groups;

#[cfg(test)]
mod tests;

use std::num::NonZeroU64;
use std::ops::Range;

use crate::Result;
use crate::ordered::OrdValue;
use crate::sizing::Sizing;

pub use cutter::{Cutter, EveryPeriod, EveryRows};
pub use delete::plan_delete;
pub use new_rows::NewRows;
pub use render::render;
pub use stored_groups::StoredGroup;

/// The options of a write that its plan depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanOptions {
    /// The target for the ordered column.
    pub sizing: Sizing,
    /// Whether duplicates are looked for, by any rule. A new row then belongs to every row group that may hold its
    /// value, the upper bound included.
    pub dedup: bool,
    /// How many off-target row groups in a row, with new rows among them, are left unmerged; `None`: any number.
    pub max_off_target: Option<NonZeroU64>,
}

/// The changes of a dataset's row groups. Together, the steps hold every stored row group and every new row exactly
/// once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MergePlan {
    /// The steps, in the order of the dataset.
    pub steps: Vec<Step>,
}

/// One step of a [`MergePlan`]. Numbers of row groups are indexes in the manifest, numbers of new rows are positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// These row groups stay as they are.
    Keep {
        /// At least one row group.
        groups: Range<usize>,
    },
    /// These row groups and new rows become new row groups. Rows are sorted stably by the ordered column, stored ones
    /// before new ones, and a [`Cutter`] cuts them.
    Merge {
        /// The row groups that are replaced. If empty, the new rows are inserted here by themselves.
        groups: Range<usize>,
        /// The new rows. If empty, the row groups are only rewritten to another size.
        rows: Range<u64>,
        /// Why they are rewritten.
        reason: Reason,
        /// The first and last value of the ordered column over stored and new rows.
        span: (OrdValue, OrdValue),
    },
    /// This row group may hold rows in the deleted range and others. It is rewritten without those in the range, or
    /// stays as it is if it turns out to hold none in the range.
    Trim {
        /// The row group.
        group: usize,
    },
    /// These row groups lie wholly in the deleted range and are removed.
    Drop {
        /// At least one row group.
        groups: Range<usize>,
    },
}

/// Why row groups are rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// All of them take new rows.
    NewRows,
    /// Some or all of them are off target.
    OffTarget,
}

impl MergePlan {
    /// The plan that keeps this many row groups, which are all that the dataset has.
    #[must_use]
    pub fn keep(groups: usize) -> Self {
        let mut steps = Vec::new();
        assemble::keep(&mut steps, 0..groups);
        Self { steps }
    }

    /// Whether every row group stays and no row is inserted.
    #[must_use]
    pub fn is_noop(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Keep { .. }))
    }
}

/// Plans a write or, without new rows, a compaction.
///
/// Looks up a few positions of the new rows for each row group that takes some, and none for the others.
///
/// ```
/// use oups_core::ordered::OrdValue;
/// use oups_core::plan::{PlanOptions, Step, StoredGroup, plan};
/// use oups_core::sizing::{RowGroupTarget, Sizing};
///
/// let group = |min, max, rows| StoredGroup { min: OrdValue::I64(min), max: OrdValue::I64(max), rows };
/// let stored = [group(1, 5, 100), group(6, 9, 100)];
/// let mut new = [OrdValue::I64(7), OrdValue::I64(12)].as_slice();
/// let RowGroupTarget::Rows(rows) = RowGroupTarget::default() else { unreachable!() };
/// let options = PlanOptions { sizing: Sizing::Rows(rows), dedup: false, max_off_target: None };
///
/// let plan = plan(&stored, &mut new, &options)?;
/// assert_eq!(plan.steps[0], Step::Keep { groups: 0..1 });
/// assert!(matches!(&plan.steps[1], Step::Merge { groups, rows, .. } if (groups, rows) == (&(1..2), &(0..2))));
/// # Ok::<(), oups_core::Error>(())
/// ```
///
/// # Errors
///
/// If the new rows cannot be looked up.
pub fn plan(groups: &[StoredGroup], new: &mut (impl NewRows + ?Sized), options: &PlanOptions) -> Result<MergePlan> {
    let cuts = new_runs::cuts(groups, new, options.dedup)?;
    let regions = atomic_region::regions(groups, &cuts, options.dedup);
    let spans = merge_region::spans(&regions, options);
    Ok(assemble::assemble(groups.len(), &regions, &spans))
}
