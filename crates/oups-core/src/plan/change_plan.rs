//! The result of a dry run.

use std::fmt;

use crate::ordered::{OrdValue, OrderedType};
use crate::plan::{MergePlan, Step, StoredGroup, render};

/// What a write or a deletion would do. Making it takes no lock and changes nothing.
///
/// Its text is the picture of `docs/merge.md`: a strip of row groups, a line for each step, and the cost. Duplicates
/// count as new rows, since only merging finds them.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangePlan {
    plan: MergePlan,
    stored: Vec<StoredGroup>,
    ordered: OrderedType,
}

impl ChangePlan {
    pub(crate) fn new(plan: MergePlan, stored: Vec<StoredGroup>, ordered: OrderedType) -> Self {
        Self { plan, stored, ordered }
    }

    /// Whether every row group stays as it is and no row is inserted.
    pub fn is_noop(&self) -> bool {
        self.plan.is_noop()
    }

    /// The steps, in the order of the dataset.
    pub fn steps(&self) -> &[Step] {
        &self.plan.steps
    }

    /// The number of row groups whose files are not touched.
    pub fn row_groups_kept(&self) -> usize {
        self.count(|step| match step {
            Step::Keep { groups } => groups.len(),
            _ => 0,
        })
    }

    /// The number of row groups that new files replace, with all or some of their rows.
    pub fn row_groups_rewritten(&self) -> usize {
        self.count(|step| match step {
            Step::Merge { groups, .. } => groups.len(),
            Step::Trim { .. } => 1,
            _ => 0,
        })
    }

    /// The number of row groups that are removed with all their rows.
    pub fn row_groups_dropped(&self) -> usize {
        self.count(|step| match step {
            Step::Drop { groups } => groups.len(),
            _ => 0,
        })
    }

    /// The number of rows in the row groups that are rewritten.
    pub fn rows_rewritten(&self) -> u64 {
        let rows = |groups: std::ops::Range<usize>| -> u64 {
            self.stored.get(groups).unwrap_or_default().iter().map(|group| group.rows).sum()
        };
        let of = |step: &Step| -> u64 {
            match step {
                Step::Merge { groups, .. } => rows(groups.clone()),
                Step::Trim { group } => rows(*group..group + 1),
                _ => 0,
            }
        };
        self.plan.steps.iter().map(of).sum()
    }

    /// The number of new rows.
    pub fn new_rows(&self) -> u64 {
        let of = |step: &Step| match step {
            Step::Merge { rows, .. } => rows.end - rows.start,
            _ => 0,
        };
        self.plan.steps.iter().map(of).sum()
    }

    /// Draws the picture; `show` writes a value of the ordered column.
    pub fn draw(&self, show: &dyn Fn(&OrderedType, &OrdValue) -> String) -> String {
        render(&self.plan, &self.stored, &|value| show(&self.ordered, value))
    }

    fn count(&self, of: impl Fn(&Step) -> usize) -> usize {
        self.plan.steps.iter().map(of).sum()
    }
}

impl fmt::Display for ChangePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.draw(&OrderedType::format))
    }
}
