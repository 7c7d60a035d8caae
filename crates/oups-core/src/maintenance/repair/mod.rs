//! Repairs a damaged dataset: it keeps every row group that is intact. See `docs/repair.md`.
//!
//! A repair looks at every file ([`examine`]), decides ([`choose`], [`listed`]), and carries the decision out
//! ([`apply`]). The order of the last step is such that a repair that dies loses nothing, and a second one completes
//! it.

mod apply;
mod choose;
mod examine;
mod listed;
mod report;

use std::sync::Arc;

use crate::format::manifest::Manifest;
use crate::fs::StoreFs;
use crate::paths::DatasetPaths;
use crate::storage::lock::{Left, Patience};
use crate::storage::turn::Turn;
use crate::store::dataset::Dataset;
use crate::write::change::Change;
use crate::write::progress::{Phase, Watch};
use crate::{Error, Result};
use choose::{LastWriter, Salvage, choose};
use examine::{Found, examine};

pub use report::{Lost, ManifestState, RepairReport, SetAside};

/// The plan of a repair: the files found, and the decision about each.
struct RepairPlan {
    state: ManifestState,
    /// The current manifest, if it is good.
    base: Option<Arc<Manifest>>,
    files: Vec<Found>,
    choice: Salvage,
    /// Names of files that were being written.
    unfinished: Vec<String>,
    /// The repair's commit number: above every number that is found anywhere.
    commit: u64,
}

impl RepairPlan {
    /// Examines the files and decides. `None` if the dataset does not exist, and no file of one is there.
    fn make(fs: &StoreFs, paths: &DatasetPaths, turn: &Turn, watch: &Watch) -> Result<Option<Self>> {
        let (state, base) = match crate::storage::load::load(fs, paths) {
            Ok(Some(loaded)) => (ManifestState::Good, Some(loaded.manifest)),
            Ok(None) => (ManifestState::Lost, None),
            Err(Error::Damaged { .. }) => (ManifestState::Damaged, None),
            Err(error) => return Err(error),
        };
        let (mut files, unfinished) = examine(fs, paths, watch)?;
        let removed = match &base {
            None => crate::storage::load::load_tombstone(fs, paths)
                .ok()
                .flatten()
                .map_or(0, |removed| removed.manifest.commit),
            Some(_) => 0,
        };
        // A removed dataset does not come back.
        files.retain(|file| base.is_some() || file.id.commit > removed);
        let died = match turn.left() {
            Some(Left::Died { commit }) => *commit,
            _ => None,
        };
        let numbers = files.iter().map(|file| file.id.commit.max(file.retired_by.unwrap_or_default()));
        let known = [base.as_ref().map_or(0, |base| base.commit), died.unwrap_or_default(), removed + 1];
        let commit = numbers.chain(known).max().unwrap_or_default() + 1;
        let choice = match &base {
            Some(base) => listed::choose(base, &mut files),
            None => choose(&files, last_writer(turn.left())),
        };
        let is_there = base.is_some() || state == ManifestState::Damaged || !files.is_empty();
        let never_was = state == ManifestState::Lost && choice.kept.is_empty() && choice.lost.is_empty();
        Ok((is_there && !never_was).then_some(Self { state, base, files, choice, unfinished, commit }))
    }

    /// Whether there is nothing to repair.
    fn is_well(&self) -> bool {
        let Salvage { restored, aside, lost, missing, .. } = &self.choice;
        self.base.is_some()
            && self.unfinished.is_empty()
            && [restored.is_empty(), aside.is_empty(), lost.is_empty(), missing.is_empty()].iter().all(|&none| none)
            && !self.must_move()
    }

    /// Whether a file of the dataset has a wrong name.
    fn must_move(&self) -> bool {
        self.choice.kept.iter().any(|&at| self.files.get(at).is_some_and(|file| file.name != file.live))
    }
}

fn last_writer(left: Option<&Left>) -> LastWriter {
    match left {
        Some(Left::Clean) => LastWriter::Clean,
        Some(Left::Died { commit: Some(commit) }) => LastWriter::Died(*commit),
        Some(Left::Died { commit: None }) | None => LastWriter::Unknown,
    }
}

/// A change that repairs a dataset: see [`Dataset::repair`].
#[derive(Debug)]
pub struct Repair(Dataset);

impl Change<Repair> {
    /// Repairs the dataset under the writers' lock. If there is nothing to repair, changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`] if the dataset does not exist and no file of one is left; [`Error::NewerFormat`],
    /// [`Error::KeyFolded`], [`Error::LockTimeout`]; [`Error::Io`] if a file operation fails and nothing has changed;
    /// [`Error::RepairStopped`] if some files were moved before that; [`Error::NotDurable`] or [`Error::OutcomeUnknown`] as
    /// for other commits.
    pub fn commit(self) -> Result<RepairReport> {
        let dataset = &self.of.0;
        let (fs, paths) = (dataset.store.storage.fs(), &dataset.paths);
        let _span = tracing::info_span!("repair", dataset = paths.text()).entered();
        // Checked before locking: taking the lock makes folders.
        let is_there = |path: &std::path::Path| Ok::<_, Error>(fs.kind(path)?.is_some());
        if !is_there(&paths.manifest())? && !is_there(&paths.folder())? && !is_there(&paths.tombstone())? {
            return Err(dataset.absent());
        }
        let watch = self.watch(dataset);
        let waiting = watch.waiting(self.options.lock_timeout);
        let mut patience = Patience::of(self.options.lock_timeout).telling(waiting.as_ref().map(|told| told as _));
        let turn = dataset.store.storage.begin_repair(paths, &mut patience)?;
        let plan = RepairPlan::make(fs, paths, &turn, &watch)?.ok_or_else(|| dataset.absent())?;
        let files = plan.choice.kept.len() as u64;
        watch.tell(Phase::Publishing, 0, Some(files))?;
        let report = apply::apply((fs, paths), turn, plan)?;
        watch.has_happened(files);
        Ok(report)
    }
}

impl Dataset {
    /// Begins the repair of a damaged dataset, also of one whose manifest is lost. It keeps every row group that is
    /// intact. Damaged files are moved to a folder beside the dataset's; nothing is deleted. `docs/repair.md` says how,
    /// and what a repair cannot know.
    pub fn repair(&self) -> Change<Repair> {
        Change::new(Repair(self.clone()))
    }
}
