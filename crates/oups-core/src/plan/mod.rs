//! The merge plan: which row groups stay and which are merged with which new rows.
//!
//! Decisions as data. Nothing here touches a file: the planner sees what the manifest says of the stored row groups and
//! asks positions of the new rows' ordered column; an executor does what the plan says. Data flows one way:
//!
//! ```text
//! stored groups × new rows ─cuts─▶ [Cut] ─regions─▶ [Region] ─spans─▶ [Span] ─assemble─▶ MergePlan
//! ```
//!
//! Deleting a range plans the same kind of value ([`plan_delete`]), and a [`Cutter`] says where the merged rows of a step
//! are cut into new row groups. `docs/merge.md` explains the rules with pictures, which [`render`] draws.

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
    /// The target, laid on the ordered column.
    pub sizing: Sizing,
    /// Whether rows with equal keys meet and are resolved in any way: a new row then belongs to every row group that may
    /// hold its value, the upper bound included.
    pub dedup: bool,
    /// How many off-target row groups are tolerated in a row beside new rows; none: they are never looked at.
    pub max_off_target: Option<NonZeroU64>,
}

/// What is to happen to a dataset's row groups: steps in order, which together hold every stored row group and every new
/// row exactly once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MergePlan {
    /// The steps, in the order of the dataset.
    pub steps: Vec<Step>,
}

/// One step of a [`MergePlan`]. Row groups are named by their index in the manifest, new rows by their position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// These row groups stay as they are.
    Keep {
        /// At least one row group.
        groups: Range<usize>,
    },
    /// These row groups and new rows become new row groups: stored rows before new ones, sorted stably by the ordered
    /// column, cut by a [`Cutter`].
    Merge {
        /// The row groups that are replaced. Empty: new rows only, inserted here.
        groups: Range<usize>,
        /// The new rows. Empty: the row groups are only rewritten to another size.
        rows: Range<u64>,
        /// Why they are rewritten.
        reason: Reason,
        /// The first and last value of the ordered column over stored and new rows.
        span: (OrdValue, OrdValue),
    },
    /// This row group may hold rows within the deleted range and others: it is rewritten without the former. It stays as
    /// it is if it turns out to hold none.
    Trim {
        /// The row group.
        group: usize,
    },
    /// These row groups lie wholly within the deleted range: they go.
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
    /// Off-target row groups are merged as well, or nothing but them.
    OffTarget,
}

impl MergePlan {
    /// The plan that leaves so many row groups as they are.
    #[must_use]
    pub fn keep(groups: usize) -> Self {
        let mut steps = Vec::new();
        assemble::keep(&mut steps, 0..groups);
        Self { steps }
    }

    /// Whether every row group stays and there is no new row.
    #[must_use]
    pub fn is_noop(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Keep { .. }))
    }
}

/// Plans a write, or, with no new rows, a compaction.
///
/// Looks up a few positions for each row group that takes new rows, and none for the others.
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
/// Only those of looking up the new rows.
pub fn plan(groups: &[StoredGroup], new: &mut (impl NewRows + ?Sized), options: &PlanOptions) -> Result<MergePlan> {
    let cuts = new_runs::cuts(groups, new, options.dedup)?;
    let regions = atomic_region::regions(groups, &cuts, options.dedup);
    let spans = merge_region::spans(&regions, options);
    Ok(assemble::assemble(groups.len(), &regions, &spans))
}
