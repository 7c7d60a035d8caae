//! Carries out a repair. Nothing is deleted. If the repair dies anywhere, a second one can repair the dataset.

use std::path::Path;
use std::sync::Arc;

use super::choose::SpanSet;
use super::examine::{Content, Found};
use super::{Lost, ManifestState, RepairPlan, RepairReport, SetAside};
use crate::error::outcome::Outcome;
use crate::format::manifest::{Lineage, Manifest, RowGroup};
use crate::fs::{StoreFs, failed};
use crate::ordered::OrderedType;
use crate::paths::{DatasetPaths, span_texts};
use crate::row_group::{RowGroupFile, View};
use crate::schema::DatasetSchema;
use crate::storage::outcome::Attempt;
use crate::storage::publish::install;
use crate::storage::turn::Turn;
use crate::{Error, Result};

/// Carries out the plan, in the order of `docs/repair.md`: the mark first, then names and syncs, then the manifest, and
/// only then are other files moved away. So a repair that dies in between is completed by the next one.
pub(super) fn apply(
    (fs, paths): (&StoreFs, &DatasetPaths),
    mut turn: Turn,
    mut plan: RepairPlan,
) -> Result<RepairReport> {
    if plan.is_well() {
        return Ok(Apply::new(fs, paths).report(&plan, plan.base.as_deref(), false));
    }
    let mut next = next_manifest(fs, paths, &mut plan)?;
    turn.mark_repair()?;
    let mut apply = Apply::new(fs, paths);
    let installed = apply.make_whole(&mut turn, &mut plan, next.as_mut());
    let installed = installed.map_err(|error| apply.half_done(error))?;
    apply.set_files_aside(&plan).map_err(|error| match &installed {
        // Readers do not see the files that are still to be moved. A second repair moves them.
        Some(attempt) => attempt.not_durable(error),
        None => apply.half_done(error),
    })?;
    turn.repaired();
    Ok(apply.report(&plan, next.as_ref(), true))
}

/// The repaired manifest. If no row group is lost or restored it is the current one. `None` if there is neither a
/// manifest nor an intact file to take the columns from.
fn next_manifest(fs: &StoreFs, paths: &DatasetPaths, plan: &mut RepairPlan) -> Result<Option<Manifest>> {
    if let Some(base) = plan.base.clone() {
        if plan.choice.lost.is_empty() && plan.choice.restored.is_empty() {
            return Ok(Some((*base).clone()));
        }
        let entries = entries(plan, Some(&base));
        let is_back = |name: &str| entries.iter().any(|entry| *entry.file == *name);
        let retired = base.retired.iter().filter(|file| !is_back(&file.file)).cloned().collect();
        let next = Manifest { commit: plan.commit, entries, retired, ..(*base).clone() };
        return Ok(Some(next.with_durable()));
    }
    let kept = plan.choice.kept.iter().filter_map(|&at| plan.files.get(at));
    let Some(newest) = kept.filter(|file| file.good().is_some()).max_by_key(|file| file.id) else { return Ok(None) };
    let Some(Content { claims, .. }) = newest.good().cloned() else { return Ok(None) };
    let schema = Arc::new(DatasetSchema::new(paths.text(), claims.schema.clone(), &claims.ordered_on)?);
    part_misfits(fs, paths, plan, &schema)?;
    Ok(Some(Manifest {
        commit: plan.commit,
        durable: plan.commit,
        dataset: paths.text().to_owned(),
        schema: claims.schema,
        ordered_on: claims.ordered_on,
        ordered: schema.ordered_type().clone(),
        settings: claims.settings,
        metadata: Default::default(),
        entries: entries(plan, None),
        retired: Vec::new(),
        lineage: Lineage::default(),
    }))
}

/// Sets files aside that cannot be read with the columns of the newest one.
fn part_misfits(fs: &StoreFs, paths: &DatasetPaths, plan: &mut RepairPlan, schema: &Arc<DatasetSchema>) -> Result<()> {
    for at in plan.choice.kept.clone() {
        let Some((file, content)) = plan.files.get(at).and_then(|file| Some((file, file.good()?))) else { continue };
        if content.claims.schema == *schema.stored() && content.claims.ordered_on == schema.ordered_on() {
            continue;
        }
        let path = paths.file(&file.name);
        let opened = RowGroupFile::open_unchecked(fs.open(&path)?, path, schema, View::Stored);
        let reason = match opened {
            Ok(_) if content.claims.ordered_on == schema.ordered_on() => continue,
            Ok(_) => "it is ordered on another column than the newest file".to_owned(),
            Err(Error::Damaged { detail, .. }) => format!("its columns are not those of the newest file: {detail}"),
            Err(error) => return Err(error),
        };
        plan.choice.kept.remove(&at);
        plan.choice.restored.remove(&at);
        plan.choice.lost.insert(at);
        plan.choice.aside.insert(at, reason);
    }
    Ok(())
}

/// The entries of the chosen files, in order. If the manifest has an entry of a file, it stays as it is.
fn entries(plan: &RepairPlan, base: Option<&Manifest>) -> Vec<RowGroup> {
    let mut kept: Vec<&Found> = plan.choice.kept.iter().filter_map(|&at| plan.files.get(at)).collect();
    match base {
        // The manifest's order is exact, even for files with equal names and spans.
        Some(base) if plan.choice.restored.is_empty() => {
            let kept: std::collections::HashSet<&str> = kept.iter().map(|file| file.live.as_str()).collect();
            base.entries.iter().filter(|entry| kept.contains(&*entry.file)).cloned().collect()
        }
        _ => {
            kept.sort_by(|left, right| SpanSet::of(left).cmp(&SpanSet::of(right)));
            let known = |file: &Found| {
                base.and_then(|base| base.entries.iter().find(|entry| *entry.file == *file.live)).cloned()
            };
            let own = |file: &Found| Some(RowGroup { file: file.live.as_str().into(), ..file.good()?.entry.clone() });
            kept.into_iter().filter_map(|file| known(file).or_else(|| own(file))).collect()
        }
    }
}

struct Apply<'a> {
    fs: &'a StoreFs,
    paths: &'a DatasetPaths,
    aside: Vec<SetAside>,
    has_folder: bool,
    /// Whether a file of the dataset has, or may have, another name than before.
    has_moved: bool,
}

impl<'a> Apply<'a> {
    fn new(fs: &'a StoreFs, paths: &'a DatasetPaths) -> Self {
        Self { fs, paths, aside: Vec::new(), has_folder: false, has_moved: false }
    }

    /// Everything up to the commit point, and that: the manifest that is there afterwards names the files that are kept. Returns
    /// the commit, if there was one.
    fn make_whole(
        &mut self,
        turn: &mut Turn,
        plan: &mut RepairPlan,
        next: Option<&mut Manifest>,
    ) -> Result<Option<Attempt>> {
        self.set_manifest_aside(plan)?;
        self.give_names(plan)?;
        let base = plan.base.as_deref();
        let Some(next) = next.filter(|next| base != Some(&**next)) else { return Ok(None) };
        self.sync_files(plan)?;
        *next = install(turn, base.map(Manifest::version), next.clone())?;
        Ok(Some(Attempt::on("repair", &next.dataset, next.version())))
    }

    /// The error for a repair that did not get to its end: what it says, and that not everything is as it was.
    fn half_done(&self, error: Error) -> Error {
        match error.outcome() {
            Outcome::NotDone if self.has_moved => {
                Error::RepairStopped { dataset: self.paths.text().to_owned(), source: Box::new(error) }
            }
            _ => error,
        }
    }

    fn rename(&mut self, from: &Path, to: &Path) -> Result<()> {
        let renamed = self.fs.rename(from, to);
        // One that reports an error may have happened all the same.
        self.has_moved |= renamed.is_ok() || !matches!(self.fs.kind(from), Ok(Some(_)));
        renamed
    }

    /// Moves a file into the folder of damaged files, under its name, or its name and a number if that is taken.
    fn move_aside(&mut self, path: &Path, name: &str, reason: &str) -> Result<()> {
        let folder = self.paths.damaged();
        if !self.has_folder {
            self.fs.create_dir(&folder)?;
            self.fs.sync_dir(&self.paths.parent())?;
            self.has_folder = true;
        }
        let mut to = folder.join(name);
        let mut number = 0;
        while self.fs.kind(&to)?.is_some() {
            number += 1;
            to = folder.join(format!("{name}.{number}"));
        }
        self.rename(path, &to)?;
        self.aside.push(SetAside { file: name.to_owned(), to, reason: reason.to_owned() });
        Ok(())
    }

    fn set_manifest_aside(&mut self, plan: &RepairPlan) -> Result<()> {
        if plan.state != ManifestState::Damaged {
            return Ok(());
        }
        let path = self.paths.manifest();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.move_aside(&path, &name, "the manifest is damaged")?;
        self.fs.sync_dir(&self.paths.damaged())?;
        self.fs.sync_dir(&self.paths.parent())
    }

    /// Gives every file of the dataset its right name. Each file first gets its retired name, since another file may
    /// still have the right one. Readers and a second repair understand retired names.
    fn give_names(&mut self, plan: &mut RepairPlan) -> Result<()> {
        let moving: Vec<usize> = plan.choice.kept.iter().copied().filter(|&at| has_other_name(plan, at)).collect();
        if moving.is_empty() {
            return Ok(());
        }
        for &at in &moving {
            let Some(file) = plan.files.get_mut(at).filter(|file| file.retired_by.is_none()) else { continue };
            let between = self.paths.retired(&file.live, 0);
            self.rename(&self.paths.file(&file.name), &between)?;
            file.name = between.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        }
        for at in moving {
            let Some(live) = plan.files.get(at).map(|file| file.live.clone()) else { continue };
            let in_the_way = plan
                .choice
                .aside
                .keys()
                .copied()
                .find(|other| plan.files.get(*other).is_some_and(|file| file.name == live));
            if let Some(other) = in_the_way {
                self.set_file_aside(plan, other)?;
                plan.files.get_mut(other).into_iter().for_each(|file| file.name.clear());
            }
            if let Some(file) = plan.files.get_mut(at) {
                self.rename(&self.paths.file(&file.name), &self.paths.file(&live))?;
                file.name = live;
            }
        }
        self.fs.sync_dir(&self.paths.folder())
    }

    /// Syncs the files that the new manifest lists and that may not be durable: restored ones, and without a manifest
    /// all.
    fn sync_files(&self, plan: &RepairPlan) -> Result<()> {
        let places = if plan.base.is_some() { &plan.choice.restored } else { &plan.choice.kept };
        for file in places.iter().filter_map(|&at| plan.files.get(at)) {
            self.fs.sync_file(&self.paths.file(&file.name))?;
        }
        self.fs.sync_dir(&self.paths.folder())
    }

    fn set_file_aside(&mut self, plan: &RepairPlan, at: usize) -> Result<()> {
        match (plan.files.get(at).filter(|file| file.is_there()), plan.choice.aside.get(&at)) {
            (Some(file), Some(reason)) => self.move_aside(&self.paths.file(&file.name), &file.name, reason),
            _ => Ok(()),
        }
    }

    /// Moves the files away that do not belong to the dataset, and those that were being written.
    fn set_files_aside(&mut self, plan: &RepairPlan) -> Result<()> {
        for &at in plan.choice.aside.keys() {
            self.set_file_aside(plan, at)?;
        }
        for name in &plan.unfinished {
            self.move_aside(&self.paths.file(name), name, "it was being written")?;
        }
        if self.has_folder {
            self.fs.sync_dir(&self.paths.damaged())?;
            match self.fs.raw().sync_dir(&self.paths.folder()) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(failed("sync", &self.paths.folder())(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn report(mut self, plan: &RepairPlan, next: Option<&Manifest>, changed: bool) -> RepairReport {
        self.aside.sort();
        let restored = plan.choice.restored.iter().filter_map(|&at| Some(plan.files.get(at)?.live.clone()));
        RepairReport {
            dataset: self.paths.text().to_owned(),
            changed,
            version: next.map(Manifest::version),
            manifest: plan.state.clone(),
            row_groups: next.map_or(0, |next| next.entries.len()),
            rows: next.map_or(0, Manifest::rows),
            restored: restored.collect(),
            set_aside: self.aside,
            lost: lost(plan, next),
        }
    }
}

fn has_other_name(plan: &RepairPlan, at: usize) -> bool {
    plan.files.get(at).is_some_and(|file| file.name != file.live)
}

/// The report of lost rows: for each lost file, and for each missing file of the newest commit.
fn lost(plan: &RepairPlan, next: Option<&Manifest>) -> Vec<Lost> {
    let ordered = plan.base.as_deref().or(next).map(|manifest| &manifest.ordered);
    let of_file = |file: &Found, reason: String| {
        let entry = plan.base.as_ref().and_then(|base| base.entries.iter().find(|entry| *entry.file == *file.live));
        let span = match (entry, ordered) {
            (Some(entry), Some(ordered)) => Some((ordered.format(&entry.min), ordered.format(&entry.max))),
            (None, Some(ordered)) => span_of_name(&file.live, ordered),
            (_, None) => None,
        };
        Lost { span, file: Some(file.live.clone()), rows: entry.map(|entry| entry.rows), reason }
    };
    let files = plan.choice.lost.iter().filter_map(|at| {
        let file = plan.files.get(*at)?;
        Some(of_file(file, plan.choice.aside.get(at).cloned().unwrap_or_default()))
    });
    let missing = plan.choice.missing.iter().map(|(commit, part)| {
        let reason = format!("file {part} of commit {commit} is missing");
        Lost { span: None, file: None, rows: None, reason }
    });
    let mut lost: Vec<Lost> = files.chain(missing).collect();
    // File names begin with the span, as a text that sorts as the values do.
    lost.sort_by(|left, right| (&left.file, &left.reason).cmp(&(&right.file, &right.reason)));
    lost
}

fn span_of_name(name: &str, ordered: &OrderedType) -> Option<(String, String)> {
    let (min, max) = span_texts(name)?;
    Some((ordered.format(&ordered.value_of_name(min)?), ordered.format(&ordered.value_of_name(max)?)))
}
