//! Changes without rows: row groups made anew in a better size.

use super::change::sealed::Sealed;
use super::change::{Change, OfOneDataset, Resizes, SetsMetadata, TakesDurability};
use super::insert::Insert;
use super::insert_options::InsertOptions;
use super::report::CommitReport;
use crate::Result;
use crate::input::rows::Rows;
use crate::plan::change_plan::ChangePlan;
use crate::store::dataset::Dataset;

/// Row groups of one dataset brought nearer to the target: see [`Dataset::compact`].
#[derive(Debug)]
pub struct Compaction(Insert);

impl Sealed for Compaction {}
impl OfOneDataset for Compaction {}
impl TakesDurability for Compaction {}
impl SetsMetadata for Compaction {
    fn insert_options(&mut self) -> &mut InsertOptions {
        self.0.insert_options()
    }
}
impl Resizes for Compaction {}

impl Change<Compaction> {
    /// What [`commit`](Self::commit) would do, without doing it: takes no lock, changes nothing.
    ///
    /// # Errors
    ///
    /// As [`Dataset::write`]'s.
    pub fn plan(self) -> Result<ChangePlan> {
        self.into_write().plan()
    }

    /// Does it, all or nothing. If nothing is to be done, there is no commit.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`](crate::Error::NoDataset), and those of [`Dataset::write`]'s commit that are not about rows.
    pub fn commit(self) -> Result<CommitReport> {
        self.into_write().commit()
    }

    fn into_write(self) -> Change<Insert> {
        Change { of: self.of.0, options: self.options, listener: self.listener }
    }
}

impl Dataset {
    /// Begins a change without rows: it resizes row groups by the rules of the target, and can change metadata.
    ///
    /// Runs of row groups that are too small or too large are rewritten where there are more than `max_off_target` in a
    /// row, or enough rows for a row group of the wanted size; with `max_off_target(None)`, nothing is.
    pub fn rewrite(&self) -> Change<Compaction> {
        Change::new(Compaction(Insert::new(self, Rows::none())))
    }

    /// Begins a change without rows that brings row groups as near to the target as they come: a [`rewrite`](Self::rewrite)
    /// that tolerates no two off-target row groups in a row. Give it another
    /// [`row_group_target`](Change::row_group_target) to resize, once; [`change_settings`](Self::change_settings) keeps it.
    pub fn compact(&self) -> Change<Compaction> {
        self.rewrite().max_off_target(1)
    }
}
