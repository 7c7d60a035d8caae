//! Deleting a range of rows.

use std::sync::Arc;
use std::time::Duration;

use super::execute::{MergeJob, Rules, execute};
use super::report::CommitReport;
use super::unchanged::unchanged;
use crate::Result;
use crate::dedup::Keep;
use crate::format::manifest::{CommitKind, Manifest, Retired};
use crate::input::Input;
use crate::ordered::{IntoRange, OrderedRange, Span};
use crate::plan::change_plan::ChangePlan;
use crate::plan::{MergePlan, StoredGroup, plan_delete};
use crate::row_group::OrdRange;
use crate::schema::fit;
use crate::storage::commit_options::{CommitOptions, Durability};
use crate::storage::local::LocalStorage;
use crate::storage::turn::Turn;
use crate::store::dataset::Dataset;
use crate::version::Expected;

/// A deletion that has not happened yet: [`commit`](Self::commit) does it, all or nothing.
///
/// Row groups wholly inside the range go without being read, at most two at its ends are written anew without the deleted
/// rows, and all others stay as they are.
#[derive(Debug)]
#[must_use = "nothing is deleted before `commit`"]
pub struct Delete<'d> {
    dataset: &'d Dataset,
    range: OrderedRange,
    options: CommitOptions,
}

impl<'d> Delete<'d> {
    pub(crate) fn new(dataset: &'d Dataset, range: OrderedRange) -> Self {
        Self { dataset, range, options: CommitOptions::default() }
    }

    /// Fails unless the dataset is at this version: see [`Write::if_version`](super::insert::Write::if_version).
    pub fn if_version(mut self, version: impl Into<Expected>) -> Self {
        self.options.if_version = Some(version.into());
        self
    }

    /// Gives up when the dataset's lock is not to be had for so long. Without it, the deletion waits.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.options.lock_timeout = Some(timeout);
        self
    }

    /// Whether the commit waits for the disk: see [`Durability`].
    pub fn durability(mut self, durability: Durability) -> Self {
        self.options.durability = durability;
        self
    }

    /// What [`commit`](Self::commit) would do, without doing it: takes no lock and changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`](crate::Error::NoDataset), [`Error::Bound`](crate::Error::Bound),
    /// [`Error::VersionConflict`](crate::Error::VersionConflict), and those of reading the manifest.
    pub fn plan(self) -> Result<ChangePlan> {
        let known = self.dataset.loaded()?;
        self.options.check_version(&known.dataset, known.version())?;
        let span = self.span(&known)?;
        Ok(ChangePlan::new(
            plan_span(&known, span.as_ref()),
            StoredGroup::all_of(&known.entries),
            known.ordered.clone(),
        ))
    }

    /// Deletes the rows. Readers see all of it when this returns, and nothing of it if it fails. If no row is in the
    /// range, there is no commit, unless a synced one has something unsynced to make durable.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`](crate::Error::NoDataset) where there is none, [`Error::Bound`](crate::Error::Bound) for a
    /// bound that cannot be compared with the ordered column, and then those of [`Write::commit`](super::insert::Write::commit).
    pub fn commit(self) -> Result<CommitReport> {
        let _span = tracing::info_span!("delete", dataset = self.dataset.path_text()).entered();
        // A bad bound is refused before anything is touched, were it only the lock file.
        self.span(&*self.dataset.loaded()?)?;
        let (turn, base) = self.dataset.store.storage.begin(&self.dataset.paths, &self.options)?;
        match self.span(&base)? {
            Some(span) => delete(&self.dataset.store.storage, turn, base, span),
            None => unchanged(&self.dataset.store.storage, turn, base),
        }
    }

    fn span(&self, manifest: &Manifest) -> Result<Option<Span>> {
        self.range.resolve(&manifest.dataset, &manifest.ordered_on, &manifest.ordered)
    }
}

fn plan_span(base: &Manifest, span: Option<&Span>) -> MergePlan {
    let groups = StoredGroup::all_of(&base.entries);
    match span {
        Some(span) => plan_delete(&groups, (span.start().cloned(), span.end().cloned())),
        None => MergePlan::keep(groups.len()),
    }
}

/// Steps 4 to 13, under the lock.
fn delete(storage: &LocalStorage, mut turn: Turn, base: Manifest, span: Span) -> Result<CommitReport> {
    let plan = plan_span(&base, Some(&span));
    if plan.is_noop() {
        return unchanged(storage, turn, base);
    }
    let schema = Arc::new(base.dataset_schema()?);
    let range = OrdRange { start: span.start().cloned(), end: span.end().cloned() };
    let input = Input::from_batches(fit(&schema, schema.plain())?, Vec::new())?;
    let rules = Rules { settings: &base.settings, sizing: base.settings.sizing(&schema)?, keep: &Keep::Last };
    let job = MergeJob { schema: &schema, rules: &rules, plan: &plan, input: &input, deleted: Some(&range) };
    let outcome = execute(&mut turn, &job)?;
    let mut done = CommitReport {
        version: base.version(),
        changed: true,
        rows_written: outcome.rows_written,
        rows_deleted: outcome.rows_deleted,
        duplicates_dropped: outcome.duplicates_dropped,
        files_written: turn.files_made(),
        files_replaced: outcome.replaced.len(),
    };
    if outcome.replaced.is_empty() {
        return unchanged(storage, turn, base);
    }
    let by = turn.commit();
    let mut next = turn.next_of(base);
    next.entries = outcome.entries;
    next.retired.extend(outcome.replaced.into_iter().map(|file| Retired { file, by }));
    done.version = storage.commit(turn, next, CommitKind::Delete)?;
    Ok(done)
}

impl Dataset {
    /// Begins the deletion of all rows whose ordered value is in a range: any Rust range of numbers, texts (times and dates
    /// are texts), bytes. `a..b` does not hold `b`. Nothing happens before [`Delete::commit`].
    pub fn delete(&self, range: impl IntoRange) -> Delete<'_> {
        Delete::new(self, range.into_range())
    }
}
