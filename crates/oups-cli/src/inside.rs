//! A path inside a store where the store was to be named: `oups ls data/JFK`.

use std::path::{Path, PathBuf};

use oups::{AnyKey, Store};

/// What was meant, if the path leads into a store.
pub(crate) fn hint(path: &Path) -> Option<String> {
    let (store, below) = store_around(path)?;
    let shown = store.display();
    let of_dataset = key_of(&store, &below).map(|key| format!("`oups info {shown} {key}` shows the dataset, "));
    Some(format!("{} is inside the store {shown}: {}`oups ls {shown}` lists its keys", path.display(), of_dataset.unwrap_or_default()))
}

/// The nearest folder above that is a store, and the rest of the path.
fn store_around(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let is_store = |folder: &&Path| folder.join("oups.json").is_file();
    let found = |path: &Path| {
        let store = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()).find(is_store)?;
        Some((store.to_owned(), path.strip_prefix(store).ok()?.to_owned()))
    };
    // As it was typed, if that will do; `.` says nothing of what is above.
    found(path).or_else(|| found(&path.canonicalize().ok()?))
}

/// The key whose dataset is in the folder.
fn key_of(store: &Path, below: &Path) -> Option<AnyKey> {
    let store = Store::<AnyKey>::open(store).ok()?;
    let key = store.parse_key(below.to_str()?).ok()?;
    store.dataset(&key).ok()?.exists().ok()?.then_some(key)
}
