//! A write, from its options to its commit.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use arrow::error::ArrowError;

use super::evolution::check_stored;
use super::execute::{Job, Outcome, Rules, execute};
use super::ingest;
use crate::dedup::Keep;
use crate::format::manifest::{CommitKind, Manifest, Retired};
use crate::input::rows::{Rows, RowsKind};
use crate::input::{DEFAULT_MEMORY_LIMIT, Input};
use crate::key::KeySchema;
use crate::ordered::OrdValue;
use crate::plan::change_plan::Plan;
use crate::plan::{MergePlan, NewRows, PlanOptions, StoredGroup, plan};
use crate::schema::{DatasetSchema, fit, fit_wider};
use crate::settings::{DuplicatesOn, KeepRule, Settings};
use crate::sizing::{RowGroupTarget, Sizing};
use crate::storage::commit_options::check_version;
use crate::storage::handle_cache::Kept;
use crate::storage::lock::Patience;
use crate::storage::publish::{Durability, commit};
use crate::storage::turn::Turn;
use crate::storage::turn::new_files::NewFiles;
use crate::store::dataset::Dataset;
use crate::version::{Expected, Version};
use crate::{Error, Result};

/// A write that has not happened yet: [`commit`](Self::commit) does it, all or nothing.
///
/// Options that are not given are those of the dataset's settings, which are the options of its first write.
#[derive(Debug)]
#[must_use = "nothing is written before `commit`"]
pub struct Write<'d> {
    dataset: &'d Dataset,
    rows: Rows,
    options: Options,
}

#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) ordered_on: Option<String>,
    pub(crate) row_group_target: Option<Result<RowGroupTarget>>,
    pub(crate) max_off_target: Option<Option<u64>>,
    pub(crate) duplicates_on: Option<DuplicatesOn>,
    pub(crate) keep: Option<Keep>,
    pub(crate) metadata: Vec<(String, Option<String>)>,
    pub(crate) if_version: Option<Expected>,
    pub(crate) lock_timeout: Option<Duration>,
    pub(crate) durability: Durability,
    pub(crate) evolve_schema: bool,
    /// Whose fields are not among the columns of the rows, because an ingest took them as keys.
    pub(crate) taken_as_keys: Option<KeySchema>,
}

/// What a write, a deletion or another commit did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// The dataset's version afterwards.
    pub version: Version,
    /// Whether there was anything to change: without, there is no commit.
    pub changed: bool,
    /// Rows in the row group files that were written: new rows, and stored rows that were merged with them.
    pub rows_written: u64,
    /// Rows that a deletion removed.
    pub rows_deleted: u64,
    /// Rows, new and stored ones, that were merged and are not there afterwards because they are duplicates:
    /// `docs/duplicates.md` says which are counted. A step without new rows drops none.
    pub duplicates_dropped: u64,
    /// Row group files that were written.
    pub files_written: usize,
    /// Row group files that were replaced.
    pub files_replaced: usize,
}

impl Written {
    /// Nothing was changed.
    pub(crate) fn nothing(version: Version) -> Self {
        Self { version, ..Self::default() }
    }
}

impl<'d> Write<'d> {
    pub(crate) fn new(dataset: &'d Dataset, rows: Rows) -> Self {
        Self::with_options(dataset, rows, Options::default())
    }

    pub(crate) fn with_options(dataset: &'d Dataset, rows: Rows, options: Options) -> Self {
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
    pub fn plan(self) -> Result<Plan> {
        let Self { dataset, rows, mut options } = self;
        let target = options.row_group_target.take().transpose()?;
        let known =
            dataset.store.storage.cache.load(&dataset.store.storage.fs, &dataset.paths)?.map(|loaded| loaded.manifest);
        options.check_version(dataset.path_text(), known.as_deref())?;
        let checked = Checked::new(dataset, known.as_deref(), rows, &options, target)?;
        let plan = plan_write(known.as_deref(), &checked.rules(), &checked.input)?;
        let groups = known.map(|known| StoredGroup::all_of(&known.entries)).unwrap_or_default();
        Ok(Plan::new(plan, groups, checked.schema.ordered_type().clone()))
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
    pub fn commit(self) -> Result<Written> {
        let Self { dataset, mut rows, mut options } = self;
        let _span = tracing::info_span!("write", dataset = dataset.path_text()).entered();
        let target = options.row_group_target.take().transpose()?;
        let mut patience = Patience::of(options.lock_timeout);
        loop {
            let loaded = dataset.store.storage.cache.load(&dataset.store.storage.fs, &dataset.paths)?;
            let known = loaded.as_ref().map(|loaded| loaded.manifest.clone());
            // Looked at again under the lock; here, so that nobody waits for input or lock in vain.
            options.check_version(dataset.path_text(), known.as_deref())?;
            let checked = Checked::new(dataset, known.as_deref(), rows, &options, target)?;
            tracing::debug!(rows = checked.input.rows(), "the input is read and fits");
            let turn = Turn::begin(&dataset.store.storage.fs, &dataset.paths, &mut patience, loaded.as_ref())?;
            if is_for(turn.base(), known.as_deref()) {
                return write(turn, &checked, &options, &dataset.store.storage.cache);
            }
            // Another writer has made or remade the dataset since: the rows must fit what is there now.
            tracing::debug!("the dataset is another one since: checking the rows again");
            drop(turn);
            rows = Rows::again(checked.input);
        }
    }
}

/// Rows and options that fit the dataset as it was looked at without the lock.
struct Checked {
    schema: Arc<DatasetSchema>,
    settings: Settings,
    sizing: Sizing,
    keep: Keep,
    input: Input,
}

impl Checked {
    fn new(
        dataset: &Dataset,
        known: Option<&Manifest>,
        rows: Rows,
        options: &Options,
        target: Option<RowGroupTarget>,
    ) -> Result<Self> {
        let schema = target_schema(dataset, known, &rows, options.ordered_on.as_deref())?;
        if let Some(keys) = &options.taken_as_keys {
            ingest::none_is_a_key(&schema, keys)?;
        }
        let schema = Arc::new(match rows.schema().filter(|_| options.evolve_schema) {
            Some(input) => schema.evolved(&input)?,
            None => schema,
        });
        let settings = options.settings(known, target);
        let sizing = settings.sizing(&schema)?;
        let keep = options.rule(&settings, &schema, rows.schema().is_some())?;
        let input = read(&schema, rows, options.evolve_schema)?;
        Ok(Self { schema, settings, sizing, keep, input })
    }

    fn rules(&self) -> Rules<'_> {
        Rules { settings: &self.settings, sizing: self.sizing, keep: &self.keep }
    }
}

impl Options {
    /// The options given for this write, over the dataset's settings.
    fn settings(&self, known: Option<&Manifest>, target: Option<RowGroupTarget>) -> Settings {
        let mut settings = known.map(|manifest| manifest.settings.clone()).unwrap_or_default();
        settings.row_group_target = target.unwrap_or(settings.row_group_target);
        settings.max_off_target = self.max_off_target.unwrap_or(settings.max_off_target);
        settings.duplicates_on = self.duplicates_on.clone().unwrap_or(settings.duplicates_on);
        settings.keep = self.keep.as_ref().map_or(settings.keep, Keep::rule);
        settings
    }

    /// Checks the version that the caller wants to write to.
    fn check_version(&self, dataset: &str, base: Option<&Manifest>) -> Result<()> {
        check_version(dataset, self.if_version, base.map_or(Version::ABSENT, Manifest::version))
    }

    /// The rule for duplicates: this write's, or the one that the settings name.
    fn rule(&self, settings: &Settings, schema: &DatasetSchema, has_rows: bool) -> Result<Keep> {
        let stored = match settings.keep {
            KeepRule::Last => Some(Keep::Last),
            KeepRule::First => Some(Keep::First),
            KeepRule::Reject => Some(Keep::Reject),
            // Only the program has the rule itself. Without duplicates to look for it is not needed; without new rows
            // it would not be asked, and neither does `Reject` look at what is stored.
            KeepRule::Resolve if !has_rows => Some(Keep::Reject),
            KeepRule::Resolve => (!settings.drops_duplicates()).then_some(Keep::Last),
        };
        let keep = self.keep.clone().or(stored).ok_or_else(|| Error::InvalidOption {
            option: "keep",
            expected: format!("the rule by which dataset {} resolves duplicates", schema.dataset()),
            found: "none".to_owned(),
        })?;
        if let Keep::Resolve(resolver) = &keep {
            resolver.columns().iter().try_for_each(|column| schema.index_of(column).map(|_| ()))?;
        }
        Ok(keep)
    }
}

/// The schema that the rows must fit: the dataset's, or that of the rows where there is no dataset yet.
fn target_schema(
    dataset: &Dataset,
    known: Option<&Manifest>,
    rows: &Rows,
    ordered_on: Option<&str>,
) -> Result<DatasetSchema> {
    let name = dataset.path_text();
    match (known, ordered_on) {
        (None, _) if rows.schema().is_none() => Err(dataset.absent()),
        (Some(manifest), Some(column)) if column != manifest.ordered_on => Err(Error::InvalidOption {
            option: "ordered_on",
            expected: format!("`{}`, on which dataset {name} is ordered", manifest.ordered_on),
            found: format!("`{column}`"),
        }),
        (Some(manifest), _) => manifest.dataset_schema(),
        (None, None) => Err(Error::NoOrderedColumn { dataset: name.to_owned() }),
        (None, Some(column)) => DatasetSchema::new(name, rows.schema().ok_or_else(|| dataset.absent())?, column),
    }
}

fn read(schema: &Arc<DatasetSchema>, rows: Rows, evolve: bool) -> Result<Input> {
    let fit = |columns: &Schema| if evolve { fit_wider(schema, columns) } else { fit(schema, columns) };
    match rows.0 {
        RowsKind::Batches(batches) => {
            // Without a batch there are no columns to fit.
            let columns = batches.first().map_or_else(|| schema.stored().clone(), RecordBatch::schema);
            Input::from_batches(fit(&columns)?, batches)
        }
        RowsKind::Reader(reader) | RowsKind::Again { reader, .. } => {
            Input::from_reader(fit(&reader.schema())?, reader, DEFAULT_MEMORY_LIMIT)
        }
        RowsKind::Partition(partition) => Input::from_partition(fit(partition.plain())?, partition),
    }
}

/// Whether what was looked at without the lock still is what rows and options were checked against.
fn is_for(base: Option<&Manifest>, known: Option<&Manifest>) -> bool {
    match (base, known) {
        (None, None) => true,
        (Some(base), Some(known)) => {
            base.schema == known.schema && base.ordered_on == known.ordered_on && base.settings == known.settings
        }
        _ => false,
    }
}

/// Steps 4 to 13, under the lock.
fn write(mut turn: Turn, checked: &Checked, options: &Options, kept: &Kept) -> Result<Written> {
    options.check_version(turn.paths.text(), turn.base())?;
    if let Some(base) = turn.base().filter(|_| options.evolve_schema) {
        check_stored(&turn, base, &checked.schema)?;
    }
    let found = turn.base().map_or(Version::ABSENT, Manifest::version);
    let plan = plan_write(turn.base(), &checked.rules(), &checked.input)?;
    tracing::debug!(base = found.commit(), regions = plan.steps.len(), is_noop = plan.is_noop(), "planned");
    let (schema, files, outcome) = make_files(&mut turn, checked, &plan, options)?;
    let mut written = Written {
        rows_written: outcome.rows_written,
        duplicates_dropped: outcome.duplicates_dropped,
        files_written: files.len(),
        files_replaced: outcome.replaced.len(),
        ..Written::nothing(found)
    };
    let next = next_manifest(&turn, &schema, &checked.settings, outcome, &options.metadata);
    // Rows that are there already, but not durably, are not yet written as they are to be.
    let is_durable = |base: &Manifest| options.durability == Durability::Unsynced || base.is_durable();
    if turn.base().is_some_and(|base| base.is_same_but_for_commit(&next) && is_durable(base)) {
        tracing::info!(version = found.commit(), "nothing would change: no commit");
        return Ok(written);
    }
    let kind = kind_of(turn.base(), &next, checked.input.rows());
    let done = commit(turn, files, next, kind, options.durability)?;
    (written.version, written.changed) = (done.manifest.version(), true);
    // The next write of this handle is spared decoding it.
    kept.keep(done);
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

/// Ends a turn that changes nothing: a synced one makes durable what is there, if it is not.
pub(crate) fn unchanged(turn: Turn, base: Manifest, durability: Durability) -> Result<Written> {
    if durability == Durability::Unsynced || base.is_durable() {
        return Ok(Written::nothing(base.version()));
    }
    let (next, files) = (turn.next_of(base), NewFiles::none(&turn, Durability::Synced)?);
    let done = commit(turn, files, next, CommitKind::Sync, Durability::Synced)?;
    Ok(Written { changed: true, ..Written::nothing(done.manifest.version()) })
}

/// Makes the new files, with the columns that they have in the end: a dictionary that is found too narrow for a row
/// group becomes wider if it may, and all is done again.
fn make_files(
    turn: &mut Turn,
    checked: &Checked,
    plan: &MergePlan,
    options: &Options,
) -> Result<(Arc<DatasetSchema>, NewFiles, Outcome)> {
    let (rules, input, durability) = (&checked.rules(), &checked.input, options.durability);
    let mut schema = checked.schema.clone();
    loop {
        let mut files = NewFiles::none(turn, durability)?;
        let job = Job { schema: &schema, rules, plan, input, deleted: None, durability };
        let error = match execute(turn, &mut files, &job) {
            Ok(outcome) => return Ok((schema, files, outcome)),
            Err(error) => error,
        };
        let wider = match &error {
            Error::DictionaryFull { column, .. } if options.evolve_schema => schema.with_wider_keys(column)?,
            _ => None,
        };
        schema = Arc::new(wider.ok_or(error)?);
        files.discard()?;
    }
}

fn plan_write(base: Option<&Manifest>, rules: &Rules<'_>, input: &Input) -> Result<MergePlan> {
    let groups: Vec<StoredGroup> = base.map(|base| StoredGroup::all_of(&base.entries)).unwrap_or_default();
    let options = PlanOptions {
        sizing: rules.sizing,
        dedup: rules.settings.drops_duplicates(),
        max_off_target: rules.settings.max_off_target.and_then(NonZeroU64::new),
    };
    plan(&groups, &mut &*input, &options)
}

/// The planner asks the input, which may be on disk, for positions only.
impl NewRows for &Input {
    fn rows(&self) -> u64 {
        Input::rows(self)
    }

    fn value_at(&mut self, row: u64) -> Result<OrdValue> {
        let none = || Error::Arrow {
            dataset: self.schema().dataset().to_owned(),
            source: ArrowError::ComputeError(format!("the input has no row {row}")),
        };
        Input::value_at(self, row)?.ok_or_else(none)
    }

    fn rows_below(&mut self, value: &OrdValue) -> Result<u64> {
        self.rank(value)
    }

    fn rows_up_to(&mut self, value: &OrdValue) -> Result<u64> {
        self.rank_inclusive(value)
    }
}

fn next_manifest(
    turn: &Turn,
    schema: &DatasetSchema,
    settings: &Settings,
    outcome: Outcome,
    edits: &[(String, Option<String>)],
) -> Manifest {
    let mut metadata = turn.base().map(|base| base.metadata.clone()).unwrap_or_default();
    for (key, value) in edits {
        match value {
            Some(value) => metadata.insert(key.clone(), value.clone()),
            None => metadata.remove(key),
        };
    }
    let by = turn.commit;
    let replaced = outcome.replaced.into_iter().map(|file| Retired { file, by });
    Manifest {
        commit: turn.commit,
        durable: turn.durable(),
        dataset: schema.dataset().to_owned(),
        schema: schema.stored().clone(),
        ordered_on: schema.ordered_on().to_owned(),
        ordered: schema.ordered_type().clone(),
        // A later write's own options are for that write only.
        settings: turn.base().map_or_else(|| settings.clone(), |base| base.settings.clone()),
        metadata,
        entries: outcome.entries,
        retired: turn.retired.iter().cloned().chain(replaced).collect(),
        lineage: turn.base().map(|base| base.lineage.clone()).unwrap_or_default(),
    }
}
