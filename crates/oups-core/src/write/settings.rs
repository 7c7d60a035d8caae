//! Changes a dataset's settings.

use super::change::sealed::Sealed;
use super::change::{Change, OfOneDataset, TakesDurability};
use super::progress::Phase;
use super::report::CommitReport;
use crate::format::manifest::CommitKind;
use crate::settings::{DuplicatesOn, KeepRule, Settings};
use crate::sizing::RowGroupTarget;
use crate::store::dataset::Dataset;
use crate::{Error, Result};

/// A change of one dataset's settings: see [`Dataset::change_settings`].
#[derive(Debug)]
pub struct NewSettings {
    dataset: Dataset,
    row_group_target: Option<Result<RowGroupTarget>>,
    duplicates_on: Option<DuplicatesOn>,
    keep: Option<KeepRule>,
    max_off_target: Option<Option<u64>>,
}

impl Sealed for NewSettings {}
impl OfOneDataset for NewSettings {}
impl TakesDurability for NewSettings {}

impl Change<NewSettings> {
    /// The wanted size of row groups, as for a [write](Dataset::write).
    pub fn row_group_target<T: TryInto<RowGroupTarget, Error: Into<Error>>>(mut self, target: T) -> Self {
        self.of.row_group_target = Some(target.try_into().map_err(Into::into));
        self
    }

    /// Which rows count as duplicates of each other. Rows that are stored already are not checked.
    pub fn duplicates_on(mut self, columns: impl Into<DuplicatesOn>) -> Self {
        self.of.duplicates_on = Some(columns.into());
        self
    }

    /// Which of several duplicates stays.
    pub fn keep(mut self, rule: impl Into<KeepRule>) -> Self {
        self.of.keep = Some(rule.into());
        self
    }

    /// How many off-target row groups in a row, with new rows among them, writes leave unmerged; `None`: any number.
    pub fn max_off_target(mut self, groups: impl Into<Option<u64>>) -> Self {
        self.of.max_off_target = Some(groups.into());
        self
    }

    /// Stores the settings in a commit of their own. If they are the same already, nothing is committed.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`]; [`Error::InvalidOption`] or [`Error::UnknownColumn`] if the settings do not fit the
    /// dataset, before anything is touched; else as the commit of [`Dataset::write`], except for those about rows.
    pub fn commit(mut self) -> Result<CommitReport> {
        let target = self.of.row_group_target.take().transpose()?;
        let NewSettings { dataset, duplicates_on, keep, max_off_target, .. } = &self.of;
        let watch = self.watch(dataset);
        let _span = tracing::info_span!("change_settings", dataset = dataset.path_text()).entered();
        let changed = |mut settings: Settings| {
            settings.row_group_target = target.unwrap_or(settings.row_group_target);
            settings.duplicates_on = duplicates_on.clone().unwrap_or(settings.duplicates_on);
            settings.keep = keep.unwrap_or(settings.keep);
            settings.max_off_target = max_off_target.unwrap_or(settings.max_off_target);
            settings
        };
        // Checked before the lock is taken, too, so that bad settings leave nothing behind.
        let known = dataset.loaded()?;
        changed(known.settings.clone()).sizing(&known.dataset_schema()?)?;

        let (turn, base) = self.begin(dataset)?;
        let settings = changed(base.settings.clone());
        settings.sizing(&base.dataset_schema()?)?;
        if settings == base.settings {
            return Ok(CommitReport::nothing(base.version()));
        }
        let mut next = turn.next_of(base);
        next.settings = settings;
        watch.tell(Phase::Publishing, 0, Some(0))?;
        let version = dataset.store.storage.commit(turn, next, CommitKind::Settings)?;
        watch.has_happened(0);
        Ok(CommitReport { changed: true, ..CommitReport::nothing(version) })
    }
}

impl Dataset {
    /// Begins a change of the settings, which writes use unless they give their own options. The first write stored
    /// them. Settings that are not named stay. Stored rows are not touched: a new target shapes the row groups that
    /// later writes make, and [`compact`](Self::compact) applies it at once.
    pub fn change_settings(&self) -> Change<NewSettings> {
        let dataset = self.clone();
        Change::new(NewSettings {
            dataset,
            row_group_target: None,
            duplicates_on: None,
            keep: None,
            max_off_target: None,
        })
    }
}
