//! Verifies the names in a dataset's folder and beside it against the manifest.

use std::collections::HashSet;

use super::{Finding, FindingKind};
use crate::format::manifest::{Manifest, Retired};
use crate::format::mark::Mark;
use crate::fs::{DirEntry, EntryKind};
use crate::paths::FolderName;
use crate::storage::lock::{Quiet, is_marked, is_read};
use crate::storage::retire::all_of as retired_by_removal;
use crate::store::dataset::Dataset;
use crate::{Error, Result};

/// Findings in the folder of a dataset and beside it: entries that should not be there.
pub(super) fn beside_manifest(dataset: &Dataset, manifest: &Manifest) -> Result<Vec<Finding>> {
    let (fs, paths) = (dataset.store.storage.fs(), &dataset.paths);
    let (findings, doubts) = Names::of(dataset, manifest).judge()?;
    let side_files = [paths.manifest_tmp(), paths.tombstone()];
    let mut is_odd = doubts > 0 || is_marked(fs, paths)?;
    for file in &side_files {
        is_odd = is_odd || fs.kind(file)?.is_some();
    }
    if !is_odd {
        return Ok(findings);
    }
    // A writer at work would explain these entries. If no writer is, they are looked at again.
    let Some(quiet) = Quiet::try_hold(fs, paths)? else { return Ok(findings) };
    let Ok(Some(newest)) = crate::storage::load::load(fs, paths) else { return Ok(findings) };
    let (mut findings, _) = Names { is_certain: true, ..Names::of(dataset, &newest.manifest) }.judge()?;
    findings.extend(mark(dataset, &quiet));
    let kinds =
        [(FindingKind::Leftover, "a manifest that was being written"), (FindingKind::Tombstone, "the dataset exists")];
    for (file, (kind, detail)) in side_files.into_iter().zip(kinds) {
        if fs.kind(&file)?.is_some() {
            findings.push(Finding::of(dataset, file, kind, detail));
        }
    }
    Ok(findings)
}

/// Findings for a dataset without a manifest.
pub(super) fn without_manifest(dataset: &Dataset) -> Result<Vec<Finding>> {
    let (fs, paths) = (dataset.store.storage.fs(), &dataset.paths);
    let Some(quiet) = Quiet::try_hold(fs, paths)? else { return Ok(Vec::new()) };
    if fs.kind(&paths.manifest())?.is_some() {
        // A writer has made the dataset since the first look.
        return Ok(Vec::new());
    }
    let mut findings: Vec<Finding> = mark(dataset, &quiet).into_iter().collect();
    if fs.kind(&paths.manifest_tmp())?.is_some() {
        findings.push(Finding::of(
            dataset,
            paths.manifest_tmp(),
            FindingKind::Leftover,
            "a manifest that was being written",
        ));
    }
    let removed = match crate::storage::load::load_tombstone(fs, paths) {
        Ok(tombstone) => tombstone,
        Err(error @ (Error::Damaged { .. } | Error::NewerFormat { .. } | Error::KeyFolded { .. })) => {
            findings.push(Finding::of(dataset, paths.tombstone(), FindingKind::Manifest, error.to_string()));
            return Ok(findings);
        }
        Err(error) => return Err(error),
    };
    let died = Mark::parse(&quiet.mark).and_then(|mark| mark.commit);
    match removed {
        Some(removed) => findings.extend(of_removed(dataset, &removed.manifest)?),
        None => findings.extend(of_nothing(dataset, died)?),
    }
    Ok(findings)
}

/// The finding for a mark in the lock file. `quiet` proves that no writer is at work, so its writer has died.
pub(crate) fn mark(dataset: &Dataset, quiet: &Quiet) -> Option<Finding> {
    let detail = match Mark::parse(&quiet.mark) {
        _ if quiet.mark.is_empty() => return None,
        Some(mark) => format!("{} has died", mark.holder()),
        None => "the mark is incomplete".to_owned(),
    };
    Some(Finding::of(dataset, dataset.paths.lock(), FindingKind::Mark, detail))
}

/// Findings for a removed dataset. Its tombstone and its files stay for as long as a reader needs some of them.
fn of_removed(dataset: &Dataset, removed: &Manifest) -> Result<Vec<Finding>> {
    let retired = retired_by_removal(removed);
    let empty = Manifest { entries: Vec::new(), retired, ..removed.clone() };
    let (mut findings, _) = Names { is_certain: true, ..Names::of(dataset, &empty) }.judge()?;
    if !is_read(dataset.store.storage.fs(), &dataset.paths)? {
        let detail = format!("nobody reads the removed version {}", removed.commit);
        findings.push(Finding::of(dataset, dataset.paths.tombstone(), FindingKind::Tombstone, detail));
    }
    Ok(findings)
}

/// Findings for a folder without manifest and tombstone: a first write died, or the manifest is lost.
fn of_nothing(dataset: &Dataset, died: Option<u64>) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut lost = 0;
    for entry in dataset.store.storage.fs().list(&dataset.paths.folder())? {
        let path = dataset.paths.file(&entry.name);
        match (entry.kind, FolderName::parse(&entry.name)) {
            (EntryKind::File, Some(FolderName::RowGroup(id) | FolderName::Tmp(id))) if Some(id.commit) == died => {
                findings.push(Finding::of(dataset, path, FindingKind::Leftover, "of a first write that died"));
            }
            (EntryKind::File, Some(FolderName::Tmp(_))) => {
                findings.push(Finding::of(dataset, path, FindingKind::Leftover, "a file that was being written"));
            }
            (EntryKind::File, Some(FolderName::RowGroup(_) | FolderName::Retired { .. })) => lost += 1,
            _ => findings.push(Finding::of(dataset, path, FindingKind::Foreign, "not a file of a dataset")),
        }
    }
    if lost > 0 {
        let detail = format!("the folder holds {lost} row group files");
        findings.push(Finding::of(dataset, dataset.paths.manifest(), FindingKind::ManifestLost, detail));
    }
    Ok(findings)
}

/// The names in a dataset's folder.
struct Names<'a> {
    dataset: &'a Dataset,
    commit: u64,
    live: HashSet<&'a str>,
    retired: HashSet<(&'a str, u64)>,
    /// Whether no writer is at work and the manifest is the newest.
    is_certain: bool,
}

impl<'a> Names<'a> {
    fn of(dataset: &'a Dataset, manifest: &'a Manifest) -> Self {
        let retired = manifest.retired.iter().map(|Retired { file, by }| (file.as_str(), *by)).collect();
        let live = manifest.entries.iter().map(|entry| &*entry.file).collect();
        Self { dataset, commit: manifest.commit, live, retired, is_certain: false }
    }

    /// The names that should not be there, and how many names only a writer at work would explain.
    fn judge(&self) -> Result<(Vec<Finding>, usize)> {
        let mut findings = Vec::new();
        let mut doubts = 0;
        for entry in self.dataset.store.storage.fs().list(&self.dataset.paths.folder())? {
            let (kind, detail) = match self.verdict(&entry) {
                Verdict::Ours => continue,
                Verdict::Doubtful(_) if !self.is_certain => {
                    doubts += 1;
                    continue;
                }
                Verdict::Doubtful(detail) | Verdict::Leftover(detail) => (FindingKind::Leftover, detail),
                Verdict::Foreign => (FindingKind::Foreign, "not a file of a dataset".to_owned()),
            };
            findings.push(Finding::of(self.dataset, self.dataset.paths.file(&entry.name), kind, detail));
        }
        Ok((findings, doubts))
    }

    /// Judges an entry by its name and kind.
    fn verdict(&self, entry: &DirEntry) -> Verdict {
        let name = entry.name.as_str();
        let parsed = if entry.kind == EntryKind::File { FolderName::parse(name) } else { None };
        match parsed {
            None => Verdict::Foreign,
            Some(FolderName::Tmp(_)) => Verdict::Doubtful("a file that was being written".to_owned()),
            Some(FolderName::RowGroup(id)) => {
                let is_retired = || self.retired.iter().any(|(file, _)| *file == name);
                if self.live.contains(name) || is_retired() {
                    return Verdict::Ours;
                }
                self.unnamed(id.commit, format!("of commit {}; no manifest names it", id.commit))
            }
            Some(FolderName::Retired { id, by, name }) => {
                if self.retired.contains(&(name.as_str(), by)) {
                    Verdict::Ours
                } else if self.live.contains(name.as_str()) {
                    self.unnamed(by, format!("named as replaced by commit {by}, but the manifest lists it"))
                } else {
                    self.unnamed(id.commit, format!("replaced by commit {by}; no manifest lists it"))
                }
            }
        }
    }

    /// The verdict on a file that the manifest does not name. It is a leftover, unless a writer may have made, or may
    /// be making, a newer manifest that names it.
    fn unnamed(&self, commit: u64, detail: String) -> Verdict {
        if commit > self.commit { Verdict::Doubtful(detail) } else { Verdict::Leftover(detail) }
    }
}

enum Verdict {
    Ours,
    /// A writer at work would explain it.
    Doubtful(String),
    Leftover(String),
    Foreign,
}
