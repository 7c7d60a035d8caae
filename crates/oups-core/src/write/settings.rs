//! Changing a dataset's settings.

use std::time::Duration;

use super::report::CommitReport;
use crate::format::manifest::CommitKind;
use crate::settings::{DuplicatesOn, KeepRule, Settings};
use crate::sizing::RowGroupTarget;
use crate::storage::commit_options::CommitOptions;
use crate::store::dataset::Dataset;
use crate::version::Expected;
use crate::{Error, Result};

/// A change of a dataset's settings that has not happened yet: [`commit`](Self::commit) does it.
///
/// Settings are what writes use that do not give their own. They were those of the first write; what is not named here
/// stays. Stored rows are not touched: a new target shapes the row groups that later writes make, and
/// [`Dataset::compact`] applies it at once.
#[derive(Debug)]
#[must_use = "nothing is changed before `commit`"]
pub struct ChangeSettings<'d> {
    dataset: &'d Dataset,
    row_group_target: Option<Result<RowGroupTarget>>,
    duplicates_on: Option<DuplicatesOn>,
    keep: Option<KeepRule>,
    max_off_target: Option<Option<u64>>,
    options: CommitOptions,
}

impl<'d> ChangeSettings<'d> {
    pub(crate) fn new(dataset: &'d Dataset) -> Self {
        let (row_group_target, duplicates_on, keep, max_off_target) = (None, None, None, None);
        Self { dataset, row_group_target, duplicates_on, keep, max_off_target, options: CommitOptions::default() }
    }

    /// The wanted size of row groups, as in [`Write::row_group_target`](super::insert::Write::row_group_target).
    pub fn row_group_target<T: TryInto<RowGroupTarget, Error: Into<Error>>>(mut self, target: T) -> Self {
        self.row_group_target = Some(target.try_into().map_err(Into::into));
        self
    }

    /// Which rows count as duplicates of each other. Rows that are stored already are not looked at.
    pub fn duplicates_on(mut self, columns: impl Into<DuplicatesOn>) -> Self {
        self.duplicates_on = Some(columns.into());
        self
    }

    /// Which of several duplicates stays.
    pub fn keep(mut self, rule: impl Into<KeepRule>) -> Self {
        self.keep = Some(rule.into());
        self
    }

    /// From how many off-target row groups on a merge takes in the neighbours of new rows; `None` never does.
    pub fn max_off_target(mut self, groups: impl Into<Option<u64>>) -> Self {
        self.max_off_target = Some(groups.into());
        self
    }

    /// Fails unless the dataset is at this version: see [`Write::if_version`](super::insert::Write::if_version).
    pub fn if_version(mut self, version: impl Into<Expected>) -> Self {
        self.options.if_version = Some(version.into());
        self
    }

    /// Gives up when the dataset's lock is not to be had for so long. Without it, the change waits.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.options.lock_timeout = Some(timeout);
        self
    }

    /// Stores the settings in a commit of their own. If they are what is stored already, there is no commit.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`]; [`Error::InvalidOption`] or [`Error::UnknownColumn`] for settings that do not fit the
    /// dataset, with nothing changed; then those of [`Write::commit`](super::insert::Write::commit).
    pub fn commit(mut self) -> Result<CommitReport> {
        let _span = tracing::info_span!("change_settings", dataset = self.dataset.path_text()).entered();
        let target = self.row_group_target.take().transpose()?;
        let changed = |mut settings: Settings| {
            settings.row_group_target = target.unwrap_or(settings.row_group_target);
            settings.duplicates_on = self.duplicates_on.clone().unwrap_or(settings.duplicates_on);
            settings.keep = self.keep.unwrap_or(settings.keep);
            settings.max_off_target = self.max_off_target.unwrap_or(settings.max_off_target);
            settings
        };
        // Looked at before the lock is taken, so that bad settings leave nothing behind.
        let known = self.dataset.loaded()?;
        changed(known.settings.clone()).sizing(&known.dataset_schema()?)?;

        let (turn, base) = self.dataset.store.storage.begin(&self.dataset.paths, &self.options)?;
        let settings = changed(base.settings.clone());
        settings.sizing(&base.dataset_schema()?)?;
        if settings == base.settings {
            return Ok(CommitReport::nothing(base.version()));
        }
        let mut next = turn.next_of(base);
        next.settings = settings;
        let version = self.dataset.store.storage.commit(turn, next, CommitKind::Settings)?;
        Ok(CommitReport { changed: true, ..CommitReport::nothing(version) })
    }
}

impl Dataset {
    /// Begins a change of the settings that writes use unless they give their own. Stored rows are not touched.
    pub fn change_settings(&self) -> ChangeSettings<'_> {
        ChangeSettings::new(self)
    }
}
