//! Changes only metadata.

use super::change::sealed::Sealed;
use super::change::{Change, OfOneDataset, SetsMetadata, TakesDurability};
use super::insert::Insert;
use super::insert_options::InsertOptions;
use super::report::CommitReport;
use crate::Result;
use crate::input::rows::Rows;
use crate::store::dataset::Dataset;

/// A change of one dataset's metadata: see [`Dataset::change_metadata`].
#[derive(Debug)]
pub struct NewMetadata(Insert);

impl Sealed for NewMetadata {}
impl OfOneDataset for NewMetadata {}
impl TakesDurability for NewMetadata {}
impl SetsMetadata for NewMetadata {
    fn insert_options(&mut self) -> &mut InsertOptions {
        self.0.insert_options()
    }
}

impl Change<NewMetadata> {
    /// Changes the metadata. If it is the same already, nothing is committed.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`](crate::Error::NoDataset); else as the commit of [`Dataset::write`], except for those about
    /// rows.
    pub fn commit(self) -> Result<CommitReport> {
        Change { of: self.of.0, options: self.options, listener: self.listener }.commit()
    }
}

impl Dataset {
    /// Begins a change of metadata. No row group is looked at.
    pub fn change_metadata(&self) -> Change<NewMetadata> {
        let mut insert = Insert::new(self, Rows::none());
        insert.insert_options().max_off_target = Some(None);
        Change::new(NewMetadata(insert))
    }
}
