//! Deletes a range of rows.

use std::sync::Arc;

use super::change::sealed::Sealed;
use super::change::{Change, OfOneDataset, TakesDurability};
use super::execute::{MergeJob, Rules, execute, rows_of};
use super::progress::{Phase, Steps, Watch};
use super::report::CommitReport;
use super::unchanged::unchanged;
use crate::Result;
use crate::dedup::Keep;
use crate::format::manifest::{CommitKind, Manifest, Retired};
use crate::input::Input;
use crate::ordered::{IntoRange, OrderedRange, Span};
use crate::plan::change_plan::ChangePlan;
use crate::plan::{MergePlan, StoredGroup, plan_delete};
use crate::schema::fit;
use crate::storage::local::LocalStorage;
use crate::storage::turn::Turn;
use crate::store::dataset::Dataset;

/// A change that deletes the rows of a range: see [`Dataset::delete`].
#[derive(Debug)]
pub struct Deletion {
    dataset: Dataset,
    range: OrderedRange,
}

impl Sealed for Deletion {}
impl OfOneDataset for Deletion {}
impl TakesDurability for Deletion {}

impl Deletion {
    fn span(&self, manifest: &Manifest) -> Result<Option<Span>> {
        self.range.resolve(&manifest.dataset, &manifest.ordered_on, &manifest.ordered)
    }
}

impl Change<Deletion> {
    /// What [`commit`](Self::commit) would do, without doing it. It takes no lock and changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`](crate::Error::NoDataset), [`Error::Bound`](crate::Error::Bound),
    /// [`Error::VersionConflict`](crate::Error::VersionConflict), or an error of reading the manifest.
    pub fn plan(self) -> Result<ChangePlan> {
        let known = self.of.dataset.loaded()?;
        self.options.check_version(&known.dataset, known.version())?;
        let span = self.of.span(&known)?;
        Ok(ChangePlan::new(
            plan_span(&known, span.as_ref()),
            StoredGroup::all_of(&known.entries),
            known.ordered.clone(),
        ))
    }

    /// Deletes the rows. Readers see the whole deletion once this returns, and nothing of it if it fails. If no row is
    /// in the range, nothing is committed, unless the dataset has unsynced rows and the deletion is a synced one.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`](crate::Error::NoDataset) if the dataset does not exist;
    /// [`Error::Bound`](crate::Error::Bound) if a bound cannot be compared with the ordered column; else as the commit
    /// of [`Dataset::write`].
    pub fn commit(self) -> Result<CommitReport> {
        let dataset = &self.of.dataset;
        let _span = tracing::info_span!("delete", dataset = dataset.path_text()).entered();
        // A bad bound is refused before anything is touched, even the lock file.
        self.of.span(&*dataset.loaded()?)?;
        let (turn, base) = self.begin(dataset)?;
        let (watch, storage) = (self.watch(dataset), &dataset.store.storage);
        match self.of.span(&base)? {
            Some(span) => delete(storage, turn, base, span, &watch),
            None => unchanged(storage, turn, base, &watch),
        }
    }
}

fn plan_span(base: &Manifest, span: Option<&Span>) -> MergePlan {
    let groups = StoredGroup::all_of(&base.entries);
    match span {
        Some(span) => plan_delete(&groups, span),
        None => MergePlan::keep(groups.len()),
    }
}

/// Steps 4 to 13, under the lock.
fn delete(storage: &LocalStorage, mut turn: Turn, base: Manifest, span: Span, watch: &Watch) -> Result<CommitReport> {
    let plan = plan_span(&base, Some(&span));
    if plan.is_noop() {
        return unchanged(storage, turn, base, watch);
    }
    let schema = Arc::new(base.dataset_schema()?);
    let input = Input::from_batches(fit(&schema, schema.plain())?, Vec::new())?;
    let rules = Rules { settings: &base.settings, sizing: base.settings.sizing(&schema)?, keep: &Keep::Last };
    let steps = Steps::new(watch, Phase::Merging, Some(rows_of(&plan, Some(&base))));
    let job =
        MergeJob { schema: &schema, rules: &rules, plan: &plan, input: &input, deleted: Some(&span), steps: &steps };
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
        return unchanged(storage, turn, base, watch);
    }
    let by = turn.commit();
    let mut next = turn.next_of(base);
    next.entries = outcome.entries;
    next.retired.extend(outcome.replaced.into_iter().map(|file| Retired { file, by }));
    watch.tell(Phase::Publishing, 0, Some(done.files_written as u64))?;
    done.version = storage.commit(turn, next, CommitKind::Delete)?;
    watch.has_happened(done.files_written as u64);
    Ok(done)
}

impl Dataset {
    /// Begins the deletion of all rows whose ordered value is in a range. It is any Rust range of numbers, bytes or
    /// texts; times and dates are texts. `a..b` does not hold `b`.
    ///
    /// Row groups wholly inside the range are removed without being read. At most two at its ends are written anew
    /// without the deleted rows. All others stay as they are.
    pub fn delete(&self, range: impl IntoRange) -> Change<Deletion> {
        Change::new(Deletion { dataset: self.clone(), range: range.into_range() })
    }
}
