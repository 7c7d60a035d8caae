//! The report of a repair.

use std::fmt;
use std::path::PathBuf;

use crate::version::Version;

/// What [`Dataset::repair`](crate::store::dataset::Dataset::repair) found and did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RepairReport {
    /// The path text of the dataset's key.
    pub dataset: String,
    /// Whether anything was changed; `false` if there was nothing to repair.
    pub changed: bool,
    /// The dataset's version now; `None` if no row group is left, so that the dataset does not exist any more.
    pub version: Option<Version>,
    /// The state in which the manifest was found.
    pub manifest: ManifestState,
    /// The number of row groups of the dataset now.
    pub row_groups: usize,
    /// The number of rows of the dataset now.
    pub rows: u64,
    /// Files that a later commit had replaced and that belong to the dataset again, because their replacements are
    /// lost.
    pub restored: Vec<String>,
    /// Files that were moved out of the way, in order of names. No file was deleted.
    pub set_aside: Vec<SetAside>,
    /// Rows that are lost, in order of spans.
    pub lost: Vec<Lost>,
}

impl RepairReport {
    /// Whether the user's metadata is lost, which only the manifest holds.
    pub fn metadata_lost(&self) -> bool {
        self.changed && self.manifest != ManifestState::Good
    }
}

/// The state in which a repair finds the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ManifestState {
    /// It is intact.
    Good,
    /// It is damaged, and was rebuilt from the row group files.
    Damaged,
    /// It is gone, and was rebuilt from the row group files.
    Lost,
}

/// A file that was moved out of the way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct SetAside {
    /// Its name before.
    pub file: String,
    /// Its path now.
    pub to: PathBuf,
    /// Why it was moved.
    pub reason: String,
}

/// Rows that are lost.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Lost {
    /// The smallest and largest ordered value of the file, as text; `None` if neither the manifest nor the file's name
    /// says.
    pub span: Option<(String, String)>,
    /// The file that held the rows; `None` if only its number is known.
    pub file: Option<String>,
    /// The number of rows; `None` if the manifest is lost too.
    pub rows: Option<u64>,
    /// What happened to the file.
    pub reason: String,
}

impl fmt::Display for RepairReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dataset, row_groups, rows, .. } = self;
        if !self.changed {
            return writeln!(f, "dataset {dataset}: all is well, nothing was changed");
        }
        match self.version {
            Some(version) => writeln!(
                f,
                "dataset {dataset}: repaired as version {}, {row_groups} row groups, {rows} rows",
                version.commit()
            )?,
            None => writeln!(f, "dataset {dataset}: no row group is left")?,
        }
        match self.manifest {
            ManifestState::Good => {}
            ManifestState::Damaged => writeln!(f, "the manifest was damaged and is rebuilt; metadata is lost")?,
            ManifestState::Lost => writeln!(f, "the manifest was gone and is rebuilt; metadata is lost")?,
        }
        self.lost.iter().try_for_each(|lost| writeln!(f, "{lost}"))?;
        self.restored.iter().try_for_each(|file| writeln!(f, "restored: {file}"))?;
        self.set_aside.iter().try_for_each(|SetAside { file, to, reason }| {
            writeln!(f, "set aside: {file} as {}: {reason}", to.display())
        })
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rows {
            Some(rows) => write!(f, "lost: {rows} rows")?,
            None => write!(f, "lost: rows")?,
        }
        if let Some((min, max)) = &self.span {
            write!(f, " from {min} to {max}")?;
        }
        match &self.file {
            Some(file) => write!(f, " ({file}: {})", self.reason),
            None => write!(f, " ({})", self.reason),
        }
    }
}
