//! Chooses the dataset's files among all files found, without a manifest. `docs/repair.md` has the rules in words.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::examine::Found;
use crate::ordered::OrdValue;
use crate::paths::FileId;

/// How the last writer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LastWriter {
    /// It ended cleanly: it has removed what it did not commit.
    Clean,
    /// It died while it made this commit, before or after the commit point.
    Died(u64),
    /// Unknown.
    Unknown,
}

/// The result of choosing, as indexes in the list of files.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Salvage {
    /// The files of the dataset.
    pub(super) kept: BTreeSet<usize>,
    /// Those of `kept` that a later commit had replaced.
    pub(super) restored: BTreeSet<usize>,
    /// Files that do not belong to the dataset, with the reason.
    pub(super) aside: BTreeMap<usize, String>,
    /// Damaged files whose rows are lost.
    pub(super) lost: BTreeSet<usize>,
    /// Missing files of the newest commit: commit and number.
    pub(super) missing: Vec<(u64, u32)>,
}

/// Chooses without a manifest.
pub(super) fn choose(files: &[Found], last: LastWriter) -> Salvage {
    let mut chooser = Chooser { files, last, replaced: BTreeMap::new(), choice: Salvage::default() };
    chooser.drop_what_never_happened();
    chooser.note_replaced();
    chooser.sort_out();
    chooser.roll_back();
    chooser.part_overlaps();
    chooser.choice
}

struct Chooser<'a> {
    files: &'a [Found],
    last: LastWriter,
    /// For each replaced file, the commit that replaced it.
    replaced: BTreeMap<usize, u64>,
    choice: Salvage,
}

impl Chooser<'_> {
    /// The files of each commit, by the commit's number and draw.
    fn commits(&self) -> BTreeMap<(u64, u64), Vec<usize>> {
        let mut commits: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, file) in self.files.iter().enumerate() {
            commits.entry((file.id.commit, file.id.random)).or_default().push(at);
        }
        commits
    }

    fn newest(&self) -> u64 {
        self.files.iter().map(|file| file.id.commit).max().unwrap_or_default()
    }

    /// Sets the files of commits aside that never reached their commit point.
    fn drop_what_never_happened(&mut self) {
        for ((commit, _), members) in self.commits() {
            if !self.has_happened(commit, &members) {
                let reason = format!("commit {commit} is not complete: it never happened");
                self.choice.aside.extend(members.into_iter().map(|at| (at, reason.clone())));
            }
        }
    }

    /// Whether a commit has reached its commit point. It has if a later one was made, if all its files are there, if
    /// the last writer ended cleanly or was making a later one, or if something was done that only happens after the
    /// commit point.
    fn has_happened(&self, commit: u64, members: &[usize]) -> bool {
        let is_after = match self.last {
            LastWriter::Clean => true,
            LastWriter::Died(making) => making > commit,
            LastWriter::Unknown => false,
        };
        commit < self.newest()
            || is_after
            || self.missing_of(members).is_some_and(|missing| missing.is_empty())
            || self.files.iter().any(|file| file.retired_by.is_some_and(|by| by >= commit))
            || self.has_deleted(members)
    }

    /// The numbers of a commit's missing files; `None` if its last file is missing, which says how many there were.
    fn missing_of(&self, members: &[usize]) -> Option<Vec<u32>> {
        let members = || members.iter().filter_map(|&at| self.files.get(at));
        let parts = members().find_map(|file| file.good()?.claims.parts)?;
        let there: BTreeSet<u32> = members().map(|file| file.id.part).collect();
        Some((0..parts).filter(|part| !there.contains(part)).collect())
    }

    /// Whether a file that the commit replaced is gone. Replaced files are deleted only after the commit point.
    fn has_deleted(&self, members: &[usize]) -> bool {
        let mut names =
            members.iter().filter_map(|&at| self.files.get(at)?.good()).flat_map(|good| &good.claims.replaces);
        names.any(|name| !self.files.iter().any(|file| file.live == *name))
    }

    /// Notes which files were replaced: by their retired names, and by the footers of the files that replaced them.
    fn note_replaced(&mut self) {
        let places: HashMap<&str, usize> =
            self.files.iter().enumerate().map(|(at, file)| (file.live.as_str(), at)).collect();
        for (at, file) in self.files.iter().enumerate().filter(|(at, _)| !self.choice.aside.contains_key(at)) {
            self.replaced.extend(file.retired_by.map(|by| (at, by)));
            let names = file.good().map(|good| good.claims.replaces.as_slice()).unwrap_or_default();
            self.replaced.extend(names.iter().filter_map(|name| Some((*places.get(name.as_str())?, file.id.commit))));
        }
    }

    /// Divides the remaining files into replaced, kept and lost ones, and finds missing files of the newest commit.
    fn sort_out(&mut self) {
        let free = |choice: &Salvage, at: &usize| !choice.aside.contains_key(at);
        for (at, file) in self.files.iter().enumerate() {
            if !free(&self.choice, &at) {
                continue;
            }
            match (self.replaced.get(&at), &file.content) {
                (Some(by), _) => drop(self.choice.aside.insert(at, format!("commit {by} replaced it"))),
                (None, Ok(_)) => drop(self.choice.kept.insert(at)),
                (None, Err(detail)) => {
                    self.choice.aside.insert(at, detail.clone());
                    self.choice.lost.insert(at);
                }
            }
        }
        let newest = self.newest();
        for ((commit, _), members) in self.commits().into_iter().filter(|((commit, _), _)| *commit == newest) {
            if members.iter().all(|at| !self.choice.kept.contains(at)) {
                continue;
            }
            let missing = self.missing_of(&members).unwrap_or_default();
            self.choice.missing.extend(missing.into_iter().map(|part| (commit, part)));
        }
    }

    /// Brings back the files that a lost file's commit replaced, if all of them are there.
    fn roll_back(&mut self) {
        roll_back(self.files, &self.replaced, &mut self.choice, |commit| commit, |_| false);
    }

    /// Takes files of newer commits first. A file that overlaps one that is taken already is old, and was replaced by a
    /// file whose footer cannot say so any more.
    fn part_overlaps(&mut self) {
        let mut order: Vec<usize> = self.choice.kept.iter().copied().collect();
        order.sort_by_key(|&at| {
            self.files.get(at).map(|file| (std::cmp::Reverse(file.id.commit), file.id.part, file.id.random))
        });
        let mut taken: Vec<SpanSet<'_>> = Vec::new();
        for at in order {
            let Some(place) = self.files.get(at).and_then(SpanSet::of) else { continue };
            match place.among(&taken) {
                Some(index) => taken.insert(index, place),
                None => {
                    self.choice.kept.remove(&at);
                    self.choice.restored.remove(&at);
                    self.choice.aside.insert(at, "it overlaps a file of a later commit".to_owned());
                }
            }
        }
    }
}

/// Brings back files that a lost file's commit replaced, in place of all files that the commit made of them. They come
/// back if all of them are there and good, or if none of the files that the commit made is good.
///
/// Commits with the same `era` count as one. `is_listed_whole` says of a lost file whether all files that its commit
/// replaced are known.
pub(super) fn roll_back(
    files: &[Found],
    replaced: &BTreeMap<usize, u64>,
    choice: &mut Salvage,
    era: impl Fn(u64) -> u64,
    is_listed_whole: impl Fn(usize) -> bool,
) {
    let era_of = |at: usize| files.get(at).map_or(0, |file| era(file.id.commit));
    let is_good = |at: &usize| files.get(*at).is_some_and(|file| file.content.is_ok());
    let mut lost = choice.lost.clone();
    let mut eras: BTreeSet<u64> = lost.iter().map(|&at| era_of(at)).collect();
    while let Some(now) = eras.pop_last() {
        let is_old = |at: &usize| replaced.get(at).is_some_and(|by| era(*by) == now) && era_of(*at) < now;
        let (old, new) = (0..files.len()).filter(|at| is_old(at) || era_of(*at) == now).partition(is_old);
        for Replacement { old, new } in regions(files, old, new, &lost) {
            let names = |at: usize| files.get(at).and_then(Found::good).map(|good| good.claims.replaces.as_slice());
            let replaces: Vec<&String> = new.iter().filter_map(|&at| names(at)).flatten().collect();
            let is_there = |name: &&String| old.iter().any(|&at| files.get(at).is_some_and(|file| file.live == **name));
            let is_whole = !replaces.is_empty() && replaces.iter().all(is_there)
                || new.iter().any(|&at| choice.lost.contains(&at) && is_listed_whole(at));
            // If no new file is left, each old file is a gain.
            let is_gain = !new.iter().any(|at| choice.kept.contains(at));
            let (good, bad): (Vec<usize>, Vec<usize>) = old.into_iter().partition(is_good);
            if is_gain || is_whole && bad.is_empty() {
                bring_back(choice, &good, &new);
                // The files that a bad one had replaced in its turn may still be there.
                eras.extend(bad.iter().map(|&at| era_of(at)));
                lost.extend(bad);
            }
        }
    }
}

/// Makes old files part of the dataset again, and sets the new files of their region aside.
fn bring_back(choice: &mut Salvage, old: &[usize], new: &[usize]) {
    for at in old {
        choice.aside.remove(at);
        choice.kept.insert(*at);
        choice.restored.insert(*at);
    }
    for at in new.iter().filter(|at| choice.kept.remove(at)) {
        choice.restored.remove(at);
        choice.aside.insert(*at, "another file of its commit is lost, and the files before it are back".to_owned());
    }
}

/// Old and new files whose spans touch. The old files come back together or not at all.
#[derive(Default)]
struct Replacement {
    old: Vec<usize>,
    new: Vec<usize>,
}

/// The regions in which a new file is lost and old files could come back.
fn regions(files: &[Found], old: Vec<usize>, new: Vec<usize>, lost: &BTreeSet<usize>) -> Vec<Replacement> {
    let span = |at: usize| files.get(at).map(Found::span).unwrap_or_default();
    let mut all: Vec<(usize, bool)> = old.into_iter().map(|at| (at, true)).collect();
    all.extend(new.into_iter().map(|at| (at, false)));
    all.sort_by_key(|&(at, _)| span(at));
    let mut regions: Vec<(Replacement, &str)> = Vec::new();
    for (at, is_old) in all {
        let (min, max) = span(at);
        if regions.last().is_none_or(|(_, end)| min > *end) {
            regions.push((Replacement::default(), max));
        }
        if let Some((region, end)) = regions.last_mut() {
            if is_old {
                region.old.push(at)
            } else {
                region.new.push(at)
            }
            *end = (*end).max(max);
        }
    }
    let is_hit = |region: &Replacement| !region.old.is_empty() && region.new.iter().any(|at| lost.contains(at));
    regions.into_iter().map(|(region, _)| region).filter(is_hit).collect()
}

/// The position of a row group in the order of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SpanSet<'a> {
    min: &'a OrdValue,
    max: &'a OrdValue,
    id: FileId,
}

impl<'a> SpanSet<'a> {
    pub(super) fn of(file: &'a Found) -> Option<Self> {
        let entry = &file.good()?.entry;
        Some(Self { min: &entry.min, max: &entry.max, id: file.id })
    }

    /// The index among sorted row groups; `None` if it overlaps one of them. Row groups may share a boundary value.
    fn among(&self, taken: &[Self]) -> Option<usize> {
        let index = taken.partition_point(|other| other < self);
        let fits_left = index.checked_sub(1).and_then(|left| taken.get(left)).is_none_or(|left| left.max <= self.min);
        let fits_right = taken.get(index).is_none_or(|right| self.max <= right.min);
        (fits_left && fits_right).then_some(index)
    }
}
