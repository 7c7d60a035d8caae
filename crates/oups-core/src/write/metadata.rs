//! A write of metadata alone.

use super::insert::Write;
use crate::store::dataset::Dataset;

impl Dataset {
    /// Begins a write of metadata alone: no row group is looked at.
    pub fn change_metadata(&self) -> Write<'_> {
        self.rewrite().max_off_target(None)
    }
}
