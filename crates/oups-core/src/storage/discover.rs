//! Finds the datasets of a store: a walk over the folders of the key's levels, and no others.
//!
//! A manifest stands beside its dataset's folder, so the walk never looks into a dataset's folder. If a filter names
//! all fields of a level, the few folders that it can mean are looked up by name, and the level is not listed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fmt, io};

use crate::Result;
use crate::fs::{DirEntry, EntryKind, Fs, failed};
use crate::key::{FieldValue, KeyError, KeyFilter, KeySchema, StoreKey, component, for_each_field};
use crate::paths::{self, DAMAGED_SUFFIX, MANIFEST_SUFFIX, SIDE_SUFFIXES};

/// At most this many names are looked up one by one. For more, one listing is cheaper.
const MOST_PROBES: usize = 256;
/// How often a folder is listed at most if entries vanish while it is listed.
const MOST_LISTINGS: usize = 16;

/// The content of a store, as far as a filter selects it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Discovery<K> {
    /// The keys of the datasets, in key order.
    pub keys: Vec<K>,
    /// Keys without a dataset that have a folder or a side file, in key order. Such remains are of a removed dataset
    /// that somebody still reads, a first write that is under way or died, a lost manifest, or just an empty folder or
    /// lock file.
    pub remains: Vec<K>,
    /// Entries of the listed folders that are not part of a store, in order of paths.
    pub strangers: Vec<Stranger>,
}

/// A file or folder that is not part of a store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Stranger {
    /// Its path.
    pub path: PathBuf,
    /// Why it is not part of the store.
    pub reason: String,
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

/// Finds the datasets whose keys pass the filter.
///
/// A folder that is removed during the walk is not an error: its datasets are gone. A dataset that exists during the
/// whole walk is found, also if it is written to meanwhile.
///
/// # Errors
///
/// [`Error::Io`](crate::Error::Io) if a folder cannot be listed.
pub(crate) fn discover<K: StoreKey>(
    fs: &dyn Fs,
    root: &Path,
    schema: &KeySchema,
    filter: &KeyFilter,
) -> Result<Discovery<K>> {
    let mut walk = Walk { fs, root, schema, filter, keys: Vec::new(), remains: Vec::new(), strangers: Vec::new() };
    walk.level(0, "")?;
    let Walk { mut keys, mut remains, mut strangers, .. } = walk;
    // The stable sort is fast if most keys are in order already. A folder that changes while it is listed may give an
    // entry twice.
    keys.sort();
    keys.dedup();
    remains.sort_unstable();
    remains.dedup();
    remains.retain(|key| keys.binary_search(key).is_err());
    strangers.sort_unstable();
    strangers.dedup();
    Ok(Discovery { keys, remains, strangers })
}

struct Walk<'a, K> {
    fs: &'a dyn Fs,
    root: &'a Path,
    schema: &'a KeySchema,
    filter: &'a KeyFilter,
    keys: Vec<K>,
    remains: Vec<K>,
    strangers: Vec<Stranger>,
}

impl<K: StoreKey> Walk<'_, K> {
    /// Visits the folder of a level; `above` is the path text that leads to it, with a `/` at its end.
    fn level(&mut self, level: usize, above: &str) -> Result<()> {
        let last = level + 1 == self.schema.levels().len();
        if let Some(components) = self.named_components(level) {
            for component in components {
                if last { self.probe_dataset(above, &component)? } else { self.probe_folder(level, above, &component)? }
            }
            return Ok(());
        }
        let entries = self.list(above)?;
        if last { self.datasets(above, &entries) } else { self.folders(level, above, &entries) }
    }

    /// The components that the filter lets pass at a level, if it names all of them and they are few.
    fn named_components(&self, level: usize) -> Option<Vec<String>> {
        // A file system that folds case would find a name that differs from the one looked up.
        if cfg!(any(target_os = "macos", target_os = "windows")) {
            return None;
        }
        let texts: Vec<_> = self.schema.level_range(level).map(|at| self.filter.texts(at)).collect::<Option<_>>()?;
        let count = texts.iter().try_fold(1, |count: usize, texts| count.checked_mul(texts.len()));
        if count.is_none_or(|count| count > MOST_PROBES) {
            return None;
        }
        let mut combined: Vec<Vec<&str>> = vec![Vec::new()];
        for texts in texts {
            let mut longer = Vec::with_capacity(combined.len() * texts.len());
            for start in &combined {
                longer.extend(texts.iter().map(|text| [start.as_slice(), &[text.as_str()]].concat()));
            }
            combined = longer;
        }
        Some(combined.iter().filter_map(|texts| component(self.schema.separator(), texts)).collect())
    }

    fn probe_folder(&mut self, level: usize, above: &str, component: &str) -> Result<()> {
        let path = format!("{above}{component}");
        if self.kind(&self.root.join(&path))? == Some(EntryKind::Dir) {
            self.level(level + 1, &format!("{path}/"))?;
        }
        Ok(())
    }

    /// Looks up a dataset by its name: its manifest, or the remains of one.
    fn probe_dataset(&mut self, above: &str, component: &str) -> Result<()> {
        let path = format!("{above}{component}");
        let Ok(key) = K::parse_path(self.schema, &path) else { return Ok(()) };
        if self.kind(&self.root.join(format!("{path}{MANIFEST_SUFFIX}")))? == Some(EntryKind::File) {
            self.keys.push(key);
            return Ok(());
        }
        for suffix in ["", ".lock", ".opdmd.removed"] {
            if self.kind(&self.root.join(format!("{path}{suffix}")))?.is_some() {
                self.remains.push(key);
                break;
            }
        }
        Ok(())
    }

    /// Visits the folders whose names pass.
    fn folders(&mut self, level: usize, above: &str, entries: &[DirEntry]) -> Result<()> {
        let mut folders = Vec::new();
        for entry in entries {
            if above.is_empty() && is_of_the_store(entry) {
                continue;
            }
            match self.values(level, above, &entry.name) {
                Err(error) => self.stranger(above, &entry.name, error.to_string()),
                Ok(_) if entry.kind != EntryKind::Dir => {
                    self.stranger(above, &entry.name, "a level of keys is a folder".to_owned());
                }
                Ok(values) => folders.push((values, entry.name.as_str())),
            }
        }
        // In key order, so that the keys found need little sorting.
        folders.sort_unstable();
        let first = self.schema.level_range(level).start;
        for (values, name) in folders {
            if values.iter().zip(first..).all(|(value, at)| self.filter.passes(at, &value.to_text())) {
                self.level(level + 1, &format!("{above}{name}/"))?;
            }
        }
        Ok(())
    }

    /// Collects the datasets whose manifests are listed.
    fn datasets(&mut self, above: &str, entries: &[DirEntry]) -> Result<()> {
        let before = self.keys.len();
        let mut path = above.to_owned();
        let mut manifests = HashSet::with_capacity(entries.len() / 2);
        for entry in entries {
            if let Some(component) = entry.name.strip_suffix(MANIFEST_SUFFIX) {
                path.truncate(above.len());
                path.push_str(component);
                match self.manifest(&path, component, entry.kind) {
                    Ok(true) => _ = manifests.insert(component),
                    Ok(false) => {}
                    Err(reason) => self.stranger(above, &entry.name, reason),
                }
            }
        }
        for entry in entries.iter().filter(|entry| !entry.name.ends_with(MANIFEST_SUFFIX)) {
            self.beside_manifests(above, entry, &manifests)?;
        }
        if let Some(keys) = self.keys.get_mut(before..) {
            keys.sort_unstable();
        }
        Ok(())
    }

    /// Takes the key of a manifest, if it passes the filter. The error says why the name is not that of a dataset.
    fn manifest(&mut self, path: &str, component: &str, kind: EntryKind) -> Result<bool, String> {
        if kind != EntryKind::File {
            return Err("a manifest is a file".to_owned());
        }
        // The levels above have passed already.
        if self.filter.is_all() || self.passes(path, component).map_err(|error| error.to_string())? {
            self.keys.push(K::parse_path(self.schema, path).map_err(|error| error.to_string())?);
        }
        Ok(true)
    }

    /// Looks at an entry of a folder of datasets that is not a manifest.
    fn beside_manifests(&mut self, above: &str, entry: &DirEntry, manifests: &HashSet<&str>) -> Result<()> {
        let name = entry.name.as_str();
        let component = match entry.kind {
            EntryKind::Dir => Some(name.strip_suffix(DAMAGED_SUFFIX).unwrap_or(name)),
            EntryKind::File => SIDE_SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix)),
            EntryKind::Other => None,
        };
        if component.is_some_and(|component| manifests.contains(component))
            || above.is_empty() && is_of_the_store(entry)
        {
            return Ok(());
        }
        let Some(component) = component else {
            self.stranger(above, name, "not part of a dataset".to_owned());
            return Ok(());
        };
        match self.passes(&format!("{above}{component}"), component) {
            Err(error) => self.stranger(above, name, error.to_string()),
            // A folder without a manifest is a removed dataset's, or the listing missed a manifest that was replaced
            // meanwhile, as happens on some file systems. The folder stays through all commits, so it is the sign to
            // look the manifest up by name.
            Ok(true) => self.probe_dataset(above, component)?,
            Ok(false) => {}
        }
        Ok(())
    }

    /// Whether the fields of a path's last component pass the filter. The error says why the path is not that of a key.
    fn passes(&self, path: &str, component: &str) -> Result<bool, KeyError> {
        let mut passes = true;
        let last = self.schema.levels().len() - 1;
        for_each_field(self.schema, last, path, component, |at, field_type, text| {
            passes = passes && self.filter.passes(at, text);
            field_type.has(text).then_some(())
        })?;
        Ok(passes)
    }

    /// The values of a component's fields.
    fn values(&self, level: usize, above: &str, component: &str) -> Result<Vec<FieldValue>, KeyError> {
        let mut values = Vec::new();
        for_each_field(self.schema, level, &format!("{above}{component}"), component, |_, field_type, text| {
            values.push(FieldValue::parse(field_type, text)?);
            Some(())
        })?;
        Ok(values)
    }

    fn stranger(&mut self, above: &str, name: &str, reason: String) {
        self.strangers.push(Stranger { path: self.root.join(format!("{above}{name}")), reason });
    }

    fn kind(&self, path: &Path) -> Result<Option<EntryKind>> {
        self.fs.kind(path).map_err(failed("look at", path))
    }

    /// The folder's entries; an empty list if the folder is gone. The root must exist.
    fn list(&self, above: &str) -> Result<Vec<DirEntry>> {
        let path = match above.strip_suffix('/') {
            Some(above) => self.root.join(above),
            None => self.root.to_owned(),
        };
        let mut listings = 0;
        loop {
            listings += 1;
            match self.fs.list(&path) {
                Ok(entries) => return Ok(entries),
                Err(error) if !is_gone(&error) || above.is_empty() => return Err(failed("list", &path)(error)),
                // "Not found" may also be about an entry that vanished while its folder was listed.
                Err(error) => match self.kind(&path)? {
                    Some(EntryKind::Dir) if listings < MOST_LISTINGS => {}
                    Some(EntryKind::Dir) => return Err(failed("list", &path)(error)),
                    _ => return Ok(Vec::new()),
                },
            }
        }
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether an entry of the root belongs to the store itself.
fn is_of_the_store(entry: &DirEntry) -> bool {
    match entry.kind {
        EntryKind::File => [paths::STORE_FILE, paths::STORE_FILE_TMP, paths::STORE_LOCK].contains(&entry.name.as_str()),
        EntryKind::Dir => entry.name == paths::PINS,
        EntryKind::Other => false,
    }
}

#[cfg(test)]
mod tests;
