//! Recognises a path inside of a store, given in place of the store: `oups ls data/JFK`.

use std::path::{Component, Path, PathBuf};

use crate::terminal::shell;
use oups::{AnyKey, ErrorKind, Store};

/// The command that was meant, if the path leads into a store.
pub(crate) fn hint(path: &Path) -> Option<String> {
    let (store, below) = store_around(path)?;
    let shown = shell::word(&store);
    let of_dataset = key_of(&store, &below).map(|key| format!("`oups info {shown} {key}` shows the dataset, "));
    Some(format!("{}: {}`oups ls {shown}` lists its keys", told(path, &store), of_dataset.unwrap_or_default()))
}

/// The message that the path leads into a store, if it does.
pub(crate) fn message(path: &Path) -> Option<String> {
    store_around(path).map(|(store, _)| told(path, &store))
}

fn told(path: &Path, store: &Path) -> String {
    format!("{} is inside the store {}", path.display(), store.display())
}

/// The nearest folder above the path that is a store, and the rest of the path.
fn store_around(path: &Path) -> Option<(PathBuf, PathBuf)> {
    // A store whose oups.json is damaged, or newer than this program, is still a store.
    let is_store = |folder: &&Path| match Store::<AnyKey>::open(folder) {
        Ok(_) => true,
        Err(error) => matches!(error.kind(), ErrorKind::Damaged | ErrorKind::Unsupported),
    };
    let found = |path: &Path| {
        let store = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()).find(is_store)?;
        Some((store.to_owned(), path.strip_prefix(store).ok()?.to_owned()))
    };
    // The typed path comes first, so that messages show it. It does not do for `.`, which shows no folder above, nor
    // for `data/../x`, which is not in `data`.
    let goes_up = path.components().any(|part| part == Component::ParentDir);
    let typed = if goes_up { None } else { found(path) };
    typed.or_else(|| found(&canonical(path)?))
}

/// The existing part of the path, without links, `.` and `..`.
fn canonical(path: &Path) -> Option<PathBuf> {
    let there = std::path::absolute(path).ok()?.ancestors().find_map(|folder| folder.canonicalize().ok())?;
    // If the path does not exist, the existing folder is one above it: the added name keeps it so.
    Some(if path.exists() { there } else { there.join("new") })
}

/// The key of the dataset that is in the folder, if it is one.
fn key_of(store: &Path, below: &Path) -> Option<AnyKey> {
    let store = Store::<AnyKey>::open(store).ok()?;
    let key = store.parse_key(below.to_str()?).ok()?;
    store.dataset(&key).ok()?.exists().ok()?.then_some(key)
}
