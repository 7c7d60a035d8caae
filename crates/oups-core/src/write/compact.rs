//! Writes without rows: row groups made anew in a better size.

use super::insert::Write;
use crate::input::rows::Rows;
use crate::store::dataset::Dataset;

impl Dataset {
    /// Begins a write without rows: it resizes row groups by the rules of the target, and can change metadata.
    ///
    /// Runs of row groups that are too small or too large are rewritten where there are more than `max_off_target` in a
    /// row, or enough rows for a row group of the wanted size; with `max_off_target(None)`, nothing is.
    pub fn rewrite(&self) -> Write<'_> {
        Write::new(self, Rows::none())
    }

    /// Begins a write without rows that brings row groups as near to the target as they come: a [`rewrite`](Self::rewrite)
    /// that tolerates no two off-target row groups in a row. Give it another
    /// [`row_group_target`](Write::row_group_target) to resize, once; [`change_settings`](Self::change_settings) keeps it.
    pub fn compact(&self) -> Write<'_> {
        self.rewrite().max_off_target(1)
    }
}
