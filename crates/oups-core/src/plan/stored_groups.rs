//! Stored row groups as the planner sees them.

use crate::format::manifest::RowGroup;
use crate::ordered::OrdValue;

impl StoredGroup {
    /// The planner's view of these row groups.
    pub(crate) fn all_of(entries: &[RowGroup]) -> Vec<Self> {
        entries.iter().map(|entry| Self { min: entry.min.clone(), max: entry.max.clone(), rows: entry.rows }).collect()
    }
}

/// A stored row group as the planner sees it: one row of the manifest.
///
/// `min` is at most `max`, and each `max` is at most the next `min`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredGroup {
    /// The first value of the ordered column.
    pub(crate) min: OrdValue,
    /// The last value of the ordered column.
    pub(crate) max: OrdValue,
    /// The number of rows, 1 or more.
    pub(crate) rows: u64,
}
