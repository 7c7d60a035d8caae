//! Changes without rows, which make row groups of a better size.

use super::change::sealed::Sealed;
use super::change::{Change, OfOneDataset, Resizes, SetsMetadata, TakesDurability};
use super::insert::Insert;
use super::insert_options::InsertOptions;
use super::report::CommitReport;
use crate::Result;
use crate::input::rows::Rows;
use crate::plan::change_plan::ChangePlan;
use crate::store::dataset::Dataset;

/// A change that brings row groups of one dataset nearer to the target: see [`Dataset::compact`].
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
    /// What [`commit`](Self::commit) would do, without doing it. It takes no lock and changes nothing.
    ///
    /// # Errors
    ///
    /// As the plan of [`Dataset::write`], except for those about rows.
    pub fn plan(self) -> Result<ChangePlan> {
        self.into_write().plan()
    }

    /// Rewrites the row groups, all or nothing. If none needs it, nothing is committed.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`](crate::Error::NoDataset); else as the commit of [`Dataset::write`], except for those about
    /// rows.
    pub fn commit(self) -> Result<CommitReport> {
        self.into_write().commit()
    }

    fn into_write(self) -> Change<Insert> {
        Change { of: self.of.0, options: self.options, listener: self.listener }
    }
}

impl Dataset {
    /// Begins a change without rows. It resizes row groups by the rules of the target, and can change metadata.
    ///
    /// A run of row groups that are too small or too large is rewritten if it has more than `max_off_target` of them,
    /// or enough rows for a row group of the wanted size. With `max_off_target(None)`, nothing is rewritten.
    pub fn rewrite(&self) -> Change<Compaction> {
        Change::new(Compaction(Insert::new(self, Rows::none())))
    }

    /// Begins a change without rows that brings row groups as near to the target as possible: a
    /// [`rewrite`](Self::rewrite) that leaves no two off-target row groups in a row. With another
    /// [`row_group_target`](Change::row_group_target) it resizes once; [`change_settings`](Self::change_settings)
    /// changes the target for good.
    pub fn compact(&self) -> Change<Compaction> {
        self.rewrite().max_off_target(1)
    }
}
