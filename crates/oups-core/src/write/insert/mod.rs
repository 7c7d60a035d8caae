//! A write of new rows, from its options to its commit.

pub(crate) mod checked;
pub(crate) mod next_manifest;
pub(crate) mod planned;

use std::sync::Arc;

use super::change::sealed::Sealed;
use super::change::{BringsRows, Change, OfOneDataset, Resizes, SetsMetadata, TakesDurability};
use super::evolution::check_stored;
use super::execute::{MergeJob, Outcome, execute, rows_of};
use super::insert_options::InsertOptions;
use super::progress::{Phase, Steps, Watch};
use super::report::CommitReport;
use crate::format::manifest::{CommitKind, Manifest};
use crate::input::rows::{IntoRows, Rows};
use crate::plan::change_plan::ChangePlan;
use crate::plan::{MergePlan, StoredGroup};
use crate::schema::DatasetSchema;
use crate::storage::commit_options::{CommitOptions, Durability};
use crate::storage::local::LocalStorage;
use crate::storage::turn::Turn;
use crate::store::dataset::Dataset;
use crate::version::Version;
use crate::{Error, Result};
use checked::{Checked, is_for, plan_write};
use next_manifest::next_manifest;

/// New rows for one dataset: see [`Dataset::write`].
#[derive(Debug)]
pub struct Insert {
    dataset: Dataset,
    rows: Rows,
    options: InsertOptions,
}

impl Sealed for Insert {}
impl OfOneDataset for Insert {}
impl TakesDurability for Insert {}
impl SetsMetadata for Insert {
    fn insert_options(&mut self) -> &mut InsertOptions {
        &mut self.options
    }
}
impl Resizes for Insert {}
impl BringsRows for Insert {}

impl Change<Insert> {
    /// What [`commit`](Self::commit) would do, without doing it. It reads and checks the rows, takes no lock, and
    /// changes nothing.
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit) for rows, options and version; an error of reading the manifest. Stored rows are not
    /// looked at, so only a commit finds that a dictionary is full or that a stored time overflows a finer unit.
    pub fn plan(self) -> Result<ChangePlan> {
        let Self { of: Insert { dataset, rows, mut options }, options: terms, listener } = self;
        let (watch, target) =
            (Watch::new(&listener, dataset.path_text()), options.row_group_target.take().transpose()?);
        let known = dataset.store.storage.load(&dataset.paths)?.map(|loaded| loaded.manifest);
        check_known(&terms, &dataset, known.as_deref())?;
        let checked = Checked::new(&dataset, known.as_deref(), rows, &options, target, &watch)?;
        let plan = plan_write(known.as_deref(), &checked.rules(), &checked.input)?;
        let groups = known.map(|known| StoredGroup::all_of(&known.entries)).unwrap_or_default();
        Ok(ChangePlan::new(plan, groups, checked.schema.ordered_type().clone()))
    }

    /// Does the write. Readers see the whole write once this returns, and nothing of it if it fails, except for the two
    /// last errors below.
    ///
    /// # Errors
    ///
    /// - Bad rows and options are refused before anything is touched: [`Error::NoOrderedColumn`],
    ///   [`Error::UnknownColumn`], [`Error::Schema`], [`Error::UnsupportedType`], [`Error::Unsorted`],
    ///   [`Error::Unorderable`], [`Error::InvalidOption`], [`Error::Input`].
    /// - After [`Error::LockTimeout`], [`Error::VersionConflict`], [`Error::ManifestLost`], [`Error::Damaged`],
    ///   [`Error::DictionaryFull`], [`Error::Duplicate`], [`Error::Resolution`], [`Error::Stopped`] or [`Error::Io`]
    ///   the dataset is as it was, and the files that were made are removed.
    /// - After [`Error::NotDurable`] the write is visible, and a power loss may undo it.
    /// - After [`Error::OutcomeUnknown`] it is not known whether the write is visible. [`Error::outcome`] sums this up.
    pub fn commit(self) -> Result<CommitReport> {
        let Self { of: Insert { dataset, mut rows, mut options }, options: terms, listener } = self;
        let _span = tracing::info_span!("write", dataset = dataset.path_text()).entered();
        let (watch, target) =
            (Watch::new(&listener, dataset.path_text()), options.row_group_target.take().transpose()?);
        let storage = &dataset.store.storage;
        let waiting = watch.waiting(terms.lock_timeout);
        let mut patience = terms.patience().telling(waiting.as_ref().map(|told| told as _));
        loop {
            let loaded = storage.load(&dataset.paths)?;
            let known = loaded.as_ref().map(|loaded| loaded.manifest.clone());
            // Checked again under the lock. The check here saves reading the input and waiting for the lock in vain.
            check_known(&terms, &dataset, known.as_deref())?;
            let checked = Checked::new(&dataset, known.as_deref(), rows, &options, target, &watch)?;
            tracing::debug!(rows = checked.input.rows(), "the input is read and fits");
            let turn = storage.turn(&dataset.paths, loaded.as_ref(), terms.durability, &mut patience)?;
            if is_for(turn.base(), known.as_deref()) {
                let write = Write { checked: &checked, options: &options, terms: &terms, watch: &watch };
                return write.run(storage, turn);
            }
            // Another writer has made or remade the dataset since, so the rows must be fitted again.
            tracing::debug!("the dataset is another one since: checking the rows again");
            drop(turn);
            rows = Rows::again(checked.input);
        }
    }
}

fn version_of(base: Option<&Manifest>) -> Version {
    base.map_or(Version::ABSENT, Manifest::version)
}

/// Checks the version that the caller expects against the one read without the lock.
fn check_known(terms: &CommitOptions, dataset: &Dataset, known: Option<&Manifest>) -> Result<()> {
    let checked = terms.check_version(dataset.path_text(), version_of(known));
    if known.is_some() { checked } else { checked.map_err(|conflict| dataset.lost_or(conflict)) }
}

/// A write whose rows are read and fit the dataset.
struct Write<'a> {
    checked: &'a Checked,
    options: &'a InsertOptions,
    terms: &'a CommitOptions,
    watch: &'a Watch,
}

impl Write<'_> {
    /// Steps 4 to 13, under the lock.
    fn run(&self, storage: &LocalStorage, mut turn: Turn) -> Result<CommitReport> {
        let Self { checked, options, terms, watch } = self;
        let found = version_of(turn.base());
        terms.check_version(turn.dataset(), found)?;
        if let Some(base) = turn.base().filter(|_| options.evolve_schema) {
            check_stored(&turn, base, &checked.schema)?;
        }
        let plan = plan_write(turn.base(), &checked.rules(), &checked.input)?;
        tracing::debug!(base = found.commit(), regions = plan.steps.len(), is_noop = plan.is_noop(), "planned");
        let (schema, outcome) = self.make_files(&mut turn, &plan)?;
        let mut written = CommitReport {
            rows_written: outcome.rows_written,
            duplicates_dropped: outcome.duplicates_dropped,
            files_written: turn.files_made(),
            files_replaced: outcome.replaced.len(),
            ..CommitReport::nothing(found)
        };
        let next = next_manifest(&turn, &schema, &checked.settings, outcome, &options.metadata);
        // Rows that are stored but not yet durable still need a commit.
        let is_durable = |base: &Manifest| terms.durability == Durability::Unsynced || base.is_durable();
        if turn.base().is_some_and(|base| base.is_same_but_for_commit(&next) && is_durable(base)) {
            tracing::info!(version = found.commit(), "nothing would change: no commit");
            return Ok(written);
        }
        let kind = kind_of(turn.base(), &next, checked.input.rows());
        watch.tell(Phase::Publishing, 0, Some(written.files_written as u64))?;
        (written.version, written.changed) = (storage.commit(turn, next, kind)?, true);
        watch.has_happened(written.files_written as u64);
        Ok(written)
    }

    /// Makes the new files. Returns the schema, too: if a dictionary turns out too narrow for a row group, and the
    /// schema may evolve, its keys become wider and all files are made again.
    fn make_files(&self, turn: &mut Turn, plan: &MergePlan) -> Result<(Arc<DatasetSchema>, Outcome)> {
        let (rules, input, mut schema) = (&self.checked.rules(), &self.checked.input, self.checked.schema.clone());
        loop {
            let steps = Steps::new(self.watch, Phase::Merging, Some(rows_of(plan, turn.base())));
            let job = MergeJob { schema: &schema, rules, plan, input, deleted: None, steps: &steps };
            let error = match execute(turn, &job) {
                Ok(outcome) => return Ok((schema, outcome)),
                Err(error) => error,
            };
            let wider = match &error {
                Error::DictionaryFull { column, .. } if self.options.evolve_schema => schema.with_wider_keys(column)?,
                _ => None,
            };
            schema = Arc::new(wider.ok_or(error)?);
            turn.discard()?;
        }
    }
}

/// The kind of a commit. With new rows it is a write, whatever else it does, unless all of them are there already: then it
/// only makes durable what is stored.
fn kind_of(base: Option<&Manifest>, next: &Manifest, rows: u64) -> CommitKind {
    match base {
        Some(base) if base.is_same_but_for_commit(next) => CommitKind::Sync,
        Some(base) if rows == 0 && base.entries != next.entries => CommitKind::Rewrite,
        Some(base) if rows == 0 && base.metadata != next.metadata => CommitKind::Meta,
        _ => CommitKind::Write,
    }
}

impl Insert {
    pub(crate) fn new(dataset: &Dataset, rows: Rows) -> Self {
        Self::with_options(dataset.clone(), rows, InsertOptions::default())
    }

    pub(crate) fn with_options(dataset: Dataset, rows: Rows, options: InsertOptions) -> Self {
        Self { dataset, rows, options }
    }
}

impl Dataset {
    /// Begins a write of these rows: a [`RecordBatch`](arrow::array::RecordBatch), a `Vec` of them, or any
    /// [`RecordBatchReader`](arrow::array::RecordBatchReader).
    ///
    /// Options that are not given come from the dataset's settings, which its first write stored.
    pub fn write<Kind>(&self, rows: impl IntoRows<Kind>) -> Change<Insert> {
        Change::new(Insert::new(self, rows.into_rows()))
    }
}
