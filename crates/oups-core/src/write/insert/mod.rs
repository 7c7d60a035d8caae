//! A write, from its options to its commit.

pub(crate) mod checked;
pub(crate) mod next_manifest;
pub(crate) mod options;
pub(crate) mod planned;

use std::sync::Arc;
use std::time::Duration;

use super::evolution::check_stored;
use super::execute::{MergeJob, Outcome, execute};
use super::report::CommitReport;
use crate::dedup::Keep;
use crate::format::manifest::{CommitKind, Manifest};
use crate::input::rows::{IntoRows, Rows};
use crate::plan::change_plan::ChangePlan;
use crate::plan::{MergePlan, StoredGroup};
use crate::schema::DatasetSchema;
use crate::settings::DuplicatesOn;
use crate::sizing::RowGroupTarget;
use crate::storage::commit_options::{CommitOptions, Durability};
use crate::storage::local::LocalStorage;
use crate::storage::turn::Turn;
use crate::store::dataset::Dataset;
use crate::version::{Expected, Version};
use crate::{Error, Result};
use checked::{Checked, is_for, plan_write};
use next_manifest::next_manifest;

pub(crate) use options::InsertOptions;

/// A write that has not happened yet: [`commit`](Self::commit) does it, all or nothing.
///
/// Options that are not given are those of the dataset's settings, which are the options of its first write.
#[derive(Debug)]
#[must_use = "nothing is written before `commit`"]
pub struct Write<'d> {
    dataset: &'d Dataset,
    rows: Rows,
    options: InsertOptions,
}

impl<'d> Write<'d> {
    pub(crate) fn new(dataset: &'d Dataset, rows: Rows) -> Self {
        Self::with_options(dataset, rows, InsertOptions::default())
    }

    pub(crate) fn with_options(dataset: &'d Dataset, rows: Rows, options: InsertOptions) -> Self {
        Self { dataset, rows, options }
    }

    /// The column that the dataset is ordered on. Needed at the first write; later it may be left out.
    pub fn ordered_on(mut self, column: impl Into<String>) -> Self {
        self.options.ordered_on = Some(column.into());
        self
    }

    /// The wanted size of row groups: a number of rows, or a period such as `"15min"`, `"1D"`, `"W-MON"`, `"MS"`.
    ///
    /// A target that is none, such as `0` or `"1fortnight"`, is reported by [`commit`](Self::commit).
    pub fn row_group_target<T: TryInto<RowGroupTarget, Error: Into<Error>>>(mut self, target: T) -> Self {
        self.options.row_group_target = Some(target.try_into().map_err(Into::into));
        self
    }

    /// From how many off-target row groups on a merge takes in the neighbours of new rows; `None` never does.
    pub fn max_off_target(mut self, groups: impl Into<Option<u64>>) -> Self {
        self.options.max_off_target = Some(groups.into());
        self
    }

    /// Which rows count as duplicates: those that are equal in the ordered column and in these, or in all columns, or none.
    pub fn duplicates_on(mut self, columns: impl Into<DuplicatesOn>) -> Self {
        self.options.duplicates_on = Some(columns.into());
        self
    }

    /// Which of several duplicates stays.
    pub fn keep(mut self, keep: impl Into<Keep>) -> Self {
        self.options.keep = Some(keep.into());
        self
    }

    /// Sets a text in the dataset's metadata.
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.metadata.push((key.into(), Some(value.into())));
        self
    }

    /// Removes a text from the dataset's metadata; that it is not there is no error.
    pub fn unset_metadata(mut self, key: impl Into<String>) -> Self {
        self.options.metadata.push((key.into(), None));
        self
    }

    /// Fails unless the dataset is at this version: a [`Version`], or the number of its commit alone, which does not tell a
    /// dataset from one that was removed and made again. [`Version::ABSENT`] and 0 stand for "does not exist".
    pub fn if_version(mut self, version: impl Into<Expected>) -> Self {
        self.options.if_version = Some(version.into());
        self
    }

    /// Gives up when the dataset's lock is not to be had for so long in all. Without it, the write waits.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.options.lock_timeout = Some(timeout);
        self
    }

    /// Whether the commit waits for the disk. Unsynced is for bulk loads that can be repeated: see [`Durability`].
    pub fn durability(mut self, durability: Durability) -> Self {
        self.options.durability = durability;
        self
    }

    /// Lets the dataset's columns grow so that the rows fit: new columns, which are null in older rows, and wider types.
    /// `docs/schema.md` has the rules. Stored row groups are not touched.
    pub fn evolve_schema(mut self) -> Self {
        self.options.evolve_schema = true;
        self
    }

    /// What [`commit`](Self::commit) would do, without doing it: reads and checks the rows, takes no lock, changes nothing.
    ///
    /// # Errors
    ///
    /// Those of [`commit`](Self::commit) about rows, options and version, and those of reading the manifest. Stored rows
    /// are not looked at: whether a dictionary is full or a stored time overflows a finer unit, only a commit finds out.
    pub fn plan(self) -> Result<ChangePlan> {
        let Self { dataset, rows, mut options } = self;
        let target = options.row_group_target.take().transpose()?;
        let known = dataset.store.storage.load(&dataset.paths)?.map(|loaded| loaded.manifest);
        options.check_known(dataset, known.as_deref())?;
        let checked = Checked::new(dataset, known.as_deref(), rows, &options, target)?;
        let plan = plan_write(known.as_deref(), &checked.rules(), &checked.input)?;
        let groups = known.map(|known| StoredGroup::all_of(&known.entries)).unwrap_or_default();
        Ok(ChangePlan::new(plan, groups, checked.schema.ordered_type().clone()))
    }

    /// Does the write. It is visible to readers as a whole when this returns, and not at all if it fails, but for two
    /// errors that say otherwise.
    ///
    /// # Errors
    ///
    /// Everything about the rows and options is refused before anything is touched: [`Error::NoOrderedColumn`],
    /// [`Error::UnknownColumn`], [`Error::Schema`], [`Error::UnsupportedType`], [`Error::Unsorted`],
    /// [`Error::Unorderable`], [`Error::InvalidOption`], [`Error::Input`]. [`Error::DictionaryFull`] is found while row
    /// groups are made, which are then removed. Then [`Error::LockTimeout`],
    /// [`Error::VersionConflict`], [`Error::ManifestLost`], [`Error::Damaged`] or [`Error::Io`], with the dataset as it
    /// was. [`Error::NotDurable`] means that the write is visible, [`Error::OutcomeUnknown`] that this is not known:
    /// [`Error::outcome`] tells them apart.
    pub fn commit(self) -> Result<CommitReport> {
        let Self { dataset, mut rows, mut options } = self;
        let _span = tracing::info_span!("write", dataset = dataset.path_text()).entered();
        let target = options.row_group_target.take().transpose()?;
        let (storage, durability) = (&dataset.store.storage, options.durability);
        let terms = CommitOptions { if_version: options.if_version, lock_timeout: options.lock_timeout, durability };
        let mut patience = terms.patience();
        loop {
            let loaded = storage.load(&dataset.paths)?;
            let known = loaded.as_ref().map(|loaded| loaded.manifest.clone());
            // Looked at again under the lock; here, so that nobody waits for input or lock in vain.
            options.check_known(dataset, known.as_deref())?;
            let checked = Checked::new(dataset, known.as_deref(), rows, &options, target)?;
            tracing::debug!(rows = checked.input.rows(), "the input is read and fits");
            let turn = storage.turn(&dataset.paths, loaded.as_ref(), durability, &mut patience)?;
            if is_for(turn.base(), known.as_deref()) {
                return write(storage, turn, &checked, &options);
            }
            // Another writer has made or remade the dataset since: the rows must fit what is there now.
            tracing::debug!("the dataset is another one since: checking the rows again");
            drop(turn);
            rows = Rows::again(checked.input);
        }
    }
}

/// Steps 4 to 13, under the lock.
fn write(storage: &LocalStorage, mut turn: Turn, checked: &Checked, options: &InsertOptions) -> Result<CommitReport> {
    options.check_version(turn.dataset(), turn.base())?;
    if let Some(base) = turn.base().filter(|_| options.evolve_schema) {
        check_stored(&turn, base, &checked.schema)?;
    }
    let found = turn.base().map_or(Version::ABSENT, Manifest::version);
    let plan = plan_write(turn.base(), &checked.rules(), &checked.input)?;
    tracing::debug!(base = found.commit(), regions = plan.steps.len(), is_noop = plan.is_noop(), "planned");
    let (schema, outcome) = make_files(&mut turn, checked, &plan, options)?;
    let mut written = CommitReport {
        rows_written: outcome.rows_written,
        duplicates_dropped: outcome.duplicates_dropped,
        files_written: turn.files_made(),
        files_replaced: outcome.replaced.len(),
        ..CommitReport::nothing(found)
    };
    let next = next_manifest(&turn, &schema, &checked.settings, outcome, &options.metadata);
    // Rows that are there already, but not durably, are not yet written as they are to be.
    let is_durable = |base: &Manifest| options.durability == Durability::Unsynced || base.is_durable();
    if turn.base().is_some_and(|base| base.is_same_but_for_commit(&next) && is_durable(base)) {
        tracing::info!(version = found.commit(), "nothing would change: no commit");
        return Ok(written);
    }
    let kind = kind_of(turn.base(), &next, checked.input.rows());
    (written.version, written.changed) = (storage.commit(turn, next, kind)?, true);
    Ok(written)
}

/// What a write has done: with new rows it is one, whatever else it does.
fn kind_of(base: Option<&Manifest>, next: &Manifest, rows: u64) -> CommitKind {
    match base {
        Some(base) if rows == 0 && base.entries != next.entries => CommitKind::Rewrite,
        Some(base) if rows == 0 && base.metadata != next.metadata => CommitKind::Meta,
        Some(base) if rows == 0 && base.schema == next.schema => CommitKind::Sync,
        _ => CommitKind::Write,
    }
}

/// Makes the new files, with the columns that they have in the end: a dictionary that is found too narrow for a row
/// group becomes wider if it may, and all is done again.
fn make_files(
    turn: &mut Turn,
    checked: &Checked,
    plan: &MergePlan,
    options: &InsertOptions,
) -> Result<(Arc<DatasetSchema>, Outcome)> {
    let (rules, input) = (&checked.rules(), &checked.input);
    let mut schema = checked.schema.clone();
    loop {
        let job = MergeJob { schema: &schema, rules, plan, input, deleted: None };
        let error = match execute(turn, &job) {
            Ok(outcome) => return Ok((schema, outcome)),
            Err(error) => error,
        };
        let wider = match &error {
            Error::DictionaryFull { column, .. } if options.evolve_schema => schema.with_wider_keys(column)?,
            _ => None,
        };
        schema = Arc::new(wider.ok_or(error)?);
        turn.discard()?;
    }
}

impl Dataset {
    /// Begins a write of these rows: a [`RecordBatch`](arrow::array::RecordBatch), a `Vec` of them, or any
    /// [`RecordBatchReader`](arrow::array::RecordBatchReader). Nothing happens before [`Write::commit`].
    pub fn write<Kind>(&self, rows: impl IntoRows<Kind>) -> Write<'_> {
        Write::new(self, rows.into_rows())
    }
}
