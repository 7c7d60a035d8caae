//! Chooses the dataset's files by a good manifest: those that it names and that agree with it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::choose::{Salvage, roll_back};
use super::examine::Found;
use crate::format::manifest::{Manifest, RowGroup};
use crate::paths::file_id;

/// Chooses by the manifest. Missing files that it names are added to the list.
pub(super) fn choose(manifest: &Manifest, files: &mut Vec<Found>) -> Salvage {
    take_misnamed(manifest, files);
    add_missing(manifest, files);
    let entries: HashMap<&str, &RowGroup> = manifest.entries.iter().map(|entry| (&*entry.file, entry)).collect();
    let retired: HashMap<&str, u64> = manifest.retired.iter().map(|file| (file.file.as_str(), file.by)).collect();
    let mut choice = Salvage::default();
    let mut replaced = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        match (entries.get(file.live.as_str()), retired.get(file.live.as_str())) {
            (Some(entry), _) => match fault(file, entry) {
                None => drop(choice.kept.insert(at)),
                Some(reason) => {
                    choice.lost.insert(at);
                    choice.aside.insert(at, reason);
                }
            },
            (None, Some(by)) => drop(replaced.insert(at, *by)),
            (None, None) => {
                let reason = file.content.as_ref().err().cloned().unwrap_or_else(|| "no manifest names it".to_owned());
                choice.aside.insert(at, reason);
            }
        }
    }
    let is_unsynced =
        |at: usize| files.get(at).and_then(|file| entries.get(file.live.as_str())).is_some_and(|entry| !entry.synced);
    // All unsynced commits count as one: whatever they made of the newest durable version, its files come back.
    let era = |commit: u64| if commit > manifest.durable { manifest.durable + 1 } else { commit };
    roll_back(files, &replaced, &mut choice, era, is_unsynced);
    choice
}

/// Why a file cannot be used; `None` if it agrees with the manifest.
fn fault(file: &Found, entry: &RowGroup) -> Option<String> {
    match &file.content {
        Err(reason) => Some(reason.clone()),
        Ok(content) if content.entry.checksum != entry.checksum => {
            Some(format!("its bytes have changed: expected checksum {:032x}", entry.checksum))
        }
        Ok(_) => None,
    }
}

/// Finds files that have the checksum of another entry: they are that entry's files under a wrong name, and will be
/// renamed.
fn take_misnamed(manifest: &Manifest, files: &mut [Found]) {
    let by_checksum: HashMap<u128, &RowGroup> = manifest.entries.iter().map(|entry| (entry.checksum, entry)).collect();
    let has_own = |file: &&Found| {
        file.good()
            .is_some_and(|good| by_checksum.get(&good.entry.checksum).is_some_and(|entry| *entry.file == *file.live))
    };
    let mut taken: HashSet<String> = files.iter().filter(has_own).map(|file| file.live.clone()).collect();
    let mut moved = HashSet::new();
    for (at, file) in files.iter_mut().enumerate() {
        let Some(content) = file.misnamed.take() else { continue };
        let Some(entry) = by_checksum.get(&content.entry.checksum).filter(|entry| !taken.contains(&*entry.file)) else {
            continue;
        };
        let Some(id) = file_id(&entry.file) else { continue };
        taken.insert(entry.file.to_string());
        moved.insert(at);
        (file.live, file.id, file.content) = (entry.file.to_string(), id, Ok(*content));
    }
    let names: HashSet<String> = moved.iter().filter_map(|&at| Some(files.get(at)?.live.clone())).collect();
    for (at, file) in files.iter_mut().enumerate() {
        if !moved.contains(&at) && names.contains(&file.live) {
            // Its name belongs to another file.
            file.live.clear();
        }
    }
}

/// Adds the files that the manifest names and that were not found.
fn add_missing(manifest: &Manifest, files: &mut Vec<Found>) {
    let live = manifest.entries.iter().map(|entry| &*entry.file);
    let names = live.chain(manifest.retired.iter().map(|file| file.file.as_str()));
    let there: HashSet<&str> = files.iter().map(|file| file.live.as_str()).collect();
    let missing: Vec<Found> = names
        .filter(|name| !there.contains(name))
        .filter_map(|name| Some(Found::missing(name, file_id(name)?)))
        .collect();
    files.extend(missing);
}
