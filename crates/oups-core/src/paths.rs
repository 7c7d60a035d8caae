//! The names of all files of a store, formatted and parsed here and nowhere else. See `docs/format.md`.

use std::fmt;
use std::path::{Path, PathBuf};

/// File at the store's root that holds the schema of its keys.
pub(crate) const STORE_FILE: &str = "oups.json";
/// The store file while it is written.
pub(crate) const STORE_FILE_TMP: &str = "oups.json.tmp";
/// Lock at the store's root. It exists only while a store is made.
pub(crate) const STORE_LOCK: &str = "oups.json.lock";
/// Folder at the store's root that holds the pins of readers.
pub(crate) const PINS: &str = "oups.pins";
/// Suffix of a manifest's name, after the last component of the dataset's path.
pub(crate) const MANIFEST_SUFFIX: &str = ".opdmd";

/// Suffixes of all files beside the dataset's folder.
pub(crate) const SIDE_SUFFIXES: [&str; 4] = [MANIFEST_SUFFIX, ".opdmd.tmp", ".opdmd.removed", ".lock"];

/// Suffix of the folder to which `repair` moves files that are damaged or fit nowhere.
pub(crate) const DAMAGED_SUFFIX: &str = ".damaged";
/// Suffix of the folder in which an export is made: its destination's name, this, and random digits.
pub(crate) const INCOMPLETE: &str = ".incomplete-";
/// The highest commit number. It leaves room in the ten digits of names for the numbers that follow it: a removal
/// retires files by the commit after the last.
pub(crate) const LAST_COMMIT: u64 = 0xff_ffff_0000;

const PARQUET: &str = ".parquet";
const TMP: &str = ".tmp";
const RETIRED: &str = ".retired-";

/// The paths of one dataset's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DatasetPaths {
    root: PathBuf,
    /// The dataset's path text, with `/` between levels.
    text: String,
}

impl DatasetPaths {
    /// `text` is a key's path text: its components hold no `.` and no separator of paths.
    pub(crate) fn new(root: &Path, text: &str) -> Self {
        Self { root: root.to_owned(), text: text.to_owned() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the row group files.
    pub(crate) fn folder(&self) -> PathBuf {
        self.root.join(&self.text)
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        self.root.join(format!("{}{suffix}", self.text))
    }

    pub(crate) fn manifest(&self) -> PathBuf {
        self.beside(MANIFEST_SUFFIX)
    }

    pub(crate) fn manifest_tmp(&self) -> PathBuf {
        self.beside(".opdmd.tmp")
    }

    pub(crate) fn tombstone(&self) -> PathBuf {
        self.beside(".opdmd.removed")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.beside(".lock")
    }

    /// The folder of files that `repair` has set aside.
    pub(crate) fn damaged(&self) -> PathBuf {
        self.beside(DAMAGED_SUFFIX)
    }

    /// The folder that holds the dataset's folder and its side files.
    pub(crate) fn parent(&self) -> PathBuf {
        self.parents().pop().unwrap_or_else(|| self.root.clone())
    }

    /// The folders from the store's root (not included) down to the one that holds the dataset's folder.
    pub(crate) fn parents(&self) -> Vec<PathBuf> {
        let mut folder = self.root.clone();
        let mut components: Vec<&str> = self.text.split('/').collect();
        components.pop();
        components
            .into_iter()
            .map(|component| {
                folder.push(component);
                folder.clone()
            })
            .collect()
    }

    /// A row group file by its name.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// The path that a row group file has once `commit` has replaced it and a snapshot still needs it.
    pub(crate) fn retired(&self, name: &str, commit: u64) -> PathBuf {
        self.folder().join(format!("{}{RETIRED}{commit:010x}", name.strip_suffix(PARQUET).unwrap_or(name)))
    }
}

/// The identity of a row group file: the commit that made it, its number among that commit's files, and the commit's
/// draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileId {
    pub(crate) commit: u64,
    pub(crate) part: u32,
    pub(crate) random: u64,
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010x}-{:06x}-{:016x}", self.commit, self.part, self.random)
    }
}

impl FileId {
    /// The name while the file is written.
    pub(crate) fn tmp_name(self) -> String {
        format!("{self}{TMP}")
    }

    /// The final name; `min` and `max` are order-preserving texts without `_` and `-`.
    pub(crate) fn name(self, min: &str, max: &str) -> String {
        format!("{min}_{max}-{self}{PARQUET}")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let id = Self {
            commit: hex(parts.next()?, 10)?,
            part: u32::try_from(hex(parts.next()?, 6)?).ok()?,
            random: hex(parts.next()?, 16)?,
        };
        parts.next().is_none().then_some(id)
    }
}

/// A name in a dataset's folder that oups may have made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FolderName {
    /// A row group file.
    RowGroup(FileId),
    /// A row group file being written.
    Tmp(FileId),
    /// A row group file that commit `by` replaced; `name` is its former name.
    Retired { id: FileId, by: u64, name: String },
}

impl FolderName {
    /// `None` for every name that oups does not make.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        if let Some(stem) = name.strip_suffix(TMP) {
            return FileId::parse(stem).map(Self::Tmp);
        }
        if let Some(stem) = name.strip_suffix(PARQUET) {
            return row_group_id(stem).map(Self::RowGroup);
        }
        let (stem, by) = name.split_once(RETIRED)?;
        Some(Self::Retired { id: row_group_id(stem)?, by: hex(by, 10)?, name: format!("{stem}{PARQUET}") })
    }
}

/// The smallest and largest value in a row group file's name, as texts that sort as the values do.
pub(crate) fn span_texts(name: &str) -> Option<(&str, &str)> {
    name.split_once('-')?.0.split_once('_')
}

/// The id in a row group file's name.
pub(crate) fn file_id(name: &str) -> Option<FileId> {
    row_group_id(name.strip_suffix(PARQUET)?)
}

fn row_group_id(stem: &str) -> Option<FileId> {
    let (span, id) = stem.split_once('-')?;
    let (min, max) = span.split_once('_')?;
    let plain = |text: &str| !text.is_empty() && text.bytes().all(is_lower_hex);
    (plain(min) && plain(max)).then(|| FileId::parse(id)).flatten()
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// Exactly `digits` lower-case hexadecimal digits.
fn hex(text: &str, digits: usize) -> Option<u64> {
    (text.len() == digits && text.bytes().all(is_lower_hex)).then(|| u64::from_str_radix(text, 16).ok()).flatten()
}

/// A commit's draw, as names and versions write it.
pub(crate) fn draw_text(draw: u64) -> String {
    format!("{draw:016x}")
}

/// The draw of a text that [`draw_text`] writes.
pub(crate) fn draw_of_text(text: &str) -> Option<u64> {
    hex(text, 16)
}

/// The name of a new pin file.
pub(crate) fn pin_name(pid: u32, random: u64) -> String {
    format!("{pid:08x}-{random:016x}")
}

/// Whether a name in the pins folder is one of ours.
pub(crate) fn is_pin_name(name: &str) -> bool {
    pin_pid(name).is_some()
}

/// The process that made a pin file; `None` for a name that is not ours.
pub(crate) fn pin_pid(name: &str) -> Option<u32> {
    let (pid, random) = name.split_once('-')?;
    hex(random, 16)?;
    u32::try_from(hex(pid, 8)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_as_they_are_formatted() {
        let id = FileId { commit: 18, part: 3, random: u64::MAX };
        let name = id.name("80", "81");
        assert_eq!(name, "80_81-0000000012-000003-ffffffffffffffff.parquet");
        assert_eq!(FolderName::parse(&name), Some(FolderName::RowGroup(id)));
        assert_eq!(file_id(&name), Some(id));
        assert_eq!(FolderName::parse(&id.tmp_name()), Some(FolderName::Tmp(id)));
        let paths = DatasetPaths::new(Path::new("store"), "a-b/c");
        let retired = paths.retired(&name, 19);
        assert_eq!(retired, Path::new("store/a-b/c/80_81-0000000012-000003-ffffffffffffffff.retired-0000000013"));
        let retired = retired.file_name().unwrap().to_str().unwrap();
        assert_eq!(FolderName::parse(retired), Some(FolderName::Retired { id, by: 19, name }));
    }

    #[test]
    fn foreign_names_are_not_ours() {
        for name in
            ["", "x.parquet", "80_81-12-3-f.parquet", "80_81-0000000012-000003-FFFFFFFFFFFFFFFF.parquet", "a.tmp"]
        {
            assert_eq!(FolderName::parse(name), None, "{name}");
        }
    }

    #[test]
    fn side_files_stand_beside_the_folder() {
        let paths = DatasetPaths::new(Path::new("s"), "a/b/c");
        assert_eq!(paths.parents(), [Path::new("s/a"), Path::new("s/a/b")]);
        assert_eq!(paths.parent(), Path::new("s/a/b"));
        assert_eq!(paths.lock(), Path::new("s/a/b/c.lock"));
        assert_eq!(DatasetPaths::new(Path::new("s"), "c").parent(), Path::new("s"));
    }
}
