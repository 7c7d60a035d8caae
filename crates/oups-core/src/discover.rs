//! Which datasets there are: a walk over the folders of the levels that the schema has, and no others.
//!
//! A dataset is where its manifest is, so the walk never looks into a dataset's folder. Where a filter names all fields
//! of a level, the few folders that it can mean are asked for by name, and the level is not listed.

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::fs::{DirEntry, EntryKind, Fs, failed};
use crate::key::{KeyFilter, KeySchema, StoreKey, component, for_each_field};
use crate::layout::{self, DAMAGED_SUFFIX, MANIFEST_SUFFIX, SIDE_SUFFIXES};

/// More names than this are not asked for one by one: one listing is cheaper.
const MOST_PROBES: usize = 256;
/// How often a folder is listed anew that an entry vanished from while it was listed.
const MOST_LISTINGS: usize = 16;

/// What a store holds, as far as a filter asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery<K> {
    /// The keys of the datasets, in key order.
    pub keys: Vec<K>,
    /// Keys without a dataset of which a folder or a side file is there, in key order: a removed dataset that somebody
    /// still reads, a first write under way or dead, a lost manifest, or just an empty folder or lock file.
    pub remains: Vec<K>,
    /// What lies in the folders that were listed and is no part of a store, in order of paths.
    pub strangers: Vec<Stranger>,
}

/// A file or folder that is no part of a store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stranger {
    /// Its path.
    pub path: PathBuf,
    /// Why it is none.
    pub reason: String,
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

/// Finds the datasets whose keys pass the filter.
///
/// A folder that is removed meanwhile is no error: its datasets are gone. A dataset that is there during the whole walk
/// is found, also while it is written to.
///
/// # Errors
///
/// [`Error::Io`](crate::Error::Io) if a folder cannot be listed.
pub(crate) fn discover<K: StoreKey>(fs: &dyn Fs, root: &Path, schema: &KeySchema, filter: &KeyFilter) -> Result<Discovery<K>> {
    let mut walk = Walk {
        fs,
        root,
        schema,
        filter,
        keys: Vec::new(),
        remains: Vec::new(),
        strangers: Vec::new(),
    };
    walk.level(0, "")?;
    let Walk {
        mut keys,
        mut remains,
        mut strangers,
        ..
    } = walk;
    // A folder that changes while it is listed may give an entry twice.
    keys.sort_unstable();
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
                if last {
                    self.probe_dataset(above, &component)?
                } else {
                    self.probe_folder(level, above, &component)?
                }
            }
            return Ok(());
        }
        let entries = self.list(above)?;
        if last {
            self.datasets(above, &entries)
        } else {
            self.folders(level, above, &entries)
        }
    }

    /// The components that the filter lets pass at a level, if it names them all and they are few.
    fn named_components(&self, level: usize) -> Option<Vec<String>> {
        // A file system that folds names would answer for another name than it was asked.
        if cfg!(any(target_os = "macos", target_os = "windows")) {
            return None;
        }
        let texts: Vec<_> = self
            .schema
            .level_range(level)
            .map(|at| self.filter.texts(at))
            .collect::<Option<_>>()?;
        let count = texts
            .iter()
            .try_fold(1, |count: usize, texts| count.checked_mul(texts.len()));
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
        Some(
            combined
                .iter()
                .filter_map(|texts| component(self.schema.separator(), texts))
                .collect(),
        )
    }

    fn probe_folder(&mut self, level: usize, above: &str, component: &str) -> Result<()> {
        let path = format!("{above}{component}");
        if self.kind(&self.root.join(&path))? == Some(EntryKind::Dir) {
            self.level(level + 1, &format!("{path}/"))?;
        }
        Ok(())
    }

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

    /// Goes into the folders whose names pass.
    fn folders(&mut self, level: usize, above: &str, entries: &[DirEntry]) -> Result<()> {
        for entry in entries {
            let path = format!("{above}{}", entry.name);
            match self.passes(level, &path, &entry.name) {
                _ if above.is_empty() && is_of_the_store(entry) => {}
                Err(reason) => self.stranger(&path, reason),
                Ok(_) if entry.kind != EntryKind::Dir => self.stranger(&path, "a level of keys is a folder".to_owned()),
                Ok(false) => {}
                Ok(true) => self.level(level + 1, &format!("{path}/"))?,
            }
        }
        Ok(())
    }

    /// Collects the datasets whose manifests are listed.
    fn datasets(&mut self, above: &str, entries: &[DirEntry]) -> Result<()> {
        let level = self.schema.levels().len() - 1;
        let mut folders = Vec::new();
        let mut manifests = HashSet::new();
        for entry in entries {
            let name = entry.name.as_str();
            if let Some(component) = name.strip_suffix(MANIFEST_SUFFIX) {
                manifests.insert(component);
                self.manifest(level, above, component, entry.kind);
            } else if above.is_empty() && is_of_the_store(entry) {
                continue;
            } else if !name.contains('.') && entry.kind == EntryKind::Dir {
                folders.push(name);
            } else {
                match self.side_file_of(level, above, entry) {
                    Some(component) => folders.push(component),
                    None => self.stranger(&format!("{above}{name}"), "no part of a dataset".to_owned()),
                }
            }
        }
        // A folder without a manifest is a removed dataset's, or a listing missed a manifest that was replaced meanwhile,
        // as some file systems do. The folder, which stays through all commits, tells where to ask again.
        folders.sort_unstable();
        folders.dedup();
        for name in folders.into_iter().filter(|name| !manifests.contains(name)) {
            match self.passes(level, &format!("{above}{name}"), name) {
                Err(reason) => self.stranger(&format!("{above}{name}"), reason),
                Ok(false) => {}
                Ok(true) => self.probe_dataset(above, name)?,
            }
        }
        Ok(())
    }

    /// Takes the key of a manifest, if it passes.
    fn manifest(&mut self, level: usize, above: &str, component: &str, kind: EntryKind) {
        let path = format!("{above}{component}");
        if kind != EntryKind::File {
            return self.stranger(&format!("{path}{MANIFEST_SUFFIX}"), "a manifest is a file".to_owned());
        }
        let key = K::parse_path(self.schema, &path).map_err(|error| error.to_string());
        // The levels above have passed; without a filter there is nothing left to ask.
        let passes = if self.filter.is_all() {
            Ok(true)
        } else {
            self.passes(level, &path, component)
        };
        match (key, passes) {
            (Ok(key), Ok(true)) => self.keys.push(key),
            (Ok(_), Ok(false)) => {}
            (Err(reason), _) | (_, Err(reason)) => self.stranger(&format!("{path}{MANIFEST_SUFFIX}"), reason),
        }
    }

    /// Whether the component's fields pass the filter; the error says why it is none.
    fn passes(&self, level: usize, path: &str, component: &str) -> Result<bool, String> {
        let mut passes = true;
        for_each_field(self.schema, level, path, component, |at, value| {
            passes = passes && self.filter.passes(at, &value.to_text());
        })
        .map_err(|error| error.to_string())?;
        Ok(passes)
    }

    /// The component of the dataset, written or removed, whose side file or side folder the entry is.
    fn side_file_of<'e>(&self, level: usize, above: &str, entry: &'e DirEntry) -> Option<&'e str> {
        let name = entry.name.as_str();
        let component = match entry.kind {
            EntryKind::File => SIDE_SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix)),
            EntryKind::Dir => name.strip_suffix(DAMAGED_SUFFIX),
            EntryKind::Other => None,
        }?;
        self.passes(level, &format!("{above}{component}"), component).is_ok().then_some(component)
    }

    fn stranger(&mut self, path: &str, reason: String) {
        self.strangers.push(Stranger {
            path: self.root.join(path),
            reason,
        });
    }

    fn kind(&self, path: &Path) -> Result<Option<EntryKind>> {
        self.fs.kind(path).map_err(failed("look at", path))
    }

    /// The folder's entries; none if it is gone, which only the root must not be.
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
                // "Not there" can also be said of an entry that vanished from a folder that is still there.
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

/// Whether an entry of the root is the store's own.
fn is_of_the_store(entry: &DirEntry) -> bool {
    match entry.kind {
        EntryKind::File => {
            [layout::STORE_FILE, layout::STORE_FILE_TMP, layout::STORE_LOCK].contains(&entry.name.as_str())
        }
        EntryKind::Dir => entry.name == layout::PINS,
        EntryKind::Other => false,
    }
}

#[cfg(test)]
mod tests;
