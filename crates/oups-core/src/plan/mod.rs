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

pub use cutter::Cutter;

pub(crate) use delete::plan_delete;
pub(crate) use new_rows::NewRows;
pub(crate) use render::render;
pub(crate) use stored_groups::StoredGroup;

/// The options of a write that its plan depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlanOptions {
    /// The target for the ordered column.
    pub(crate) sizing: Sizing,
    /// Whether duplicates are looked for, by any rule. A new row then belongs to every row group that may hold its
    /// value, the upper bound included.
    pub(crate) dedup: bool,
    /// How many off-target row groups in a row, with new rows among them, are left unmerged; `None`: any number.
    pub(crate) max_off_target: Option<NonZeroU64>,
}

/// The changes of a dataset's row groups. Together, the steps hold every stored row group and every new row exactly
/// once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MergePlan {
    /// The steps, in the order of the dataset.
    pub(crate) steps: Vec<Step>,
}

/// One step of a [`ChangePlan`](change_plan::ChangePlan). Numbers of row groups are indexes in the manifest, numbers of new rows are positions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// These row groups stay as they are.
    Keep {
        /// At least one row group.
        groups: Range<usize>,
    },
    /// These row groups and new rows become new row groups. Rows are sorted stably by the ordered column, stored ones
    /// before new ones, and cut by the target.
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
    pub(crate) fn keep(groups: usize) -> Self {
        let mut steps = Vec::new();
        assemble::keep(&mut steps, 0..groups);
        Self { steps }
    }

    /// Whether every row group stays and no row is inserted.
    #[must_use]
    pub(crate) fn is_noop(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Keep { .. }))
    }
}

/// Plans a write or, without new rows, a compaction.
///
/// Looks up a few positions of the new rows for each row group that takes some, and none for the others.
///
/// # Errors
///
/// If the new rows cannot be looked up.
pub(crate) fn plan(
    groups: &[StoredGroup],
    new: &mut (impl NewRows + ?Sized),
    options: &PlanOptions,
) -> Result<MergePlan> {
    let cuts = new_runs::cuts(groups, new, options.dedup)?;
    let regions = atomic_region::regions(groups, &cuts, options.dedup);
    let spans = merge_region::spans(&regions, options);
    Ok(assemble::assemble(groups.len(), &regions, &spans))
}
