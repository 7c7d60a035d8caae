//! The findings of `verify`.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::store::dataset::Dataset;

/// One thing that `verify` found wrong. Findings sort by dataset, row group, file, kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Finding {
    /// The path text of the dataset's key; `None` if the finding is not about a dataset.
    pub dataset: Option<String>,
    /// The index of the row group in the manifest, from 0; `None` if the finding is not about one.
    pub row_group: Option<usize>,
    /// The file or folder.
    pub file: PathBuf,
    /// What is wrong.
    pub kind: FindingKind,
    /// What was expected and what was found.
    pub detail: String,
}

impl Finding {
    pub(super) fn of(dataset: &Dataset, file: PathBuf, kind: FindingKind, detail: impl Into<String>) -> Self {
        let dataset = Some(dataset.path_text().to_owned());
        Self { dataset, row_group: None, file, kind, detail: detail.into() }
    }

    pub(super) fn of_store(file: &Path, kind: FindingKind, detail: impl Into<String>) -> Self {
        Self { dataset: None, row_group: None, file: file.to_owned(), kind, detail: detail.into() }
    }

    pub(super) fn in_row_group(mut self, at: usize) -> Self {
        self.row_group = Some(at);
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(dataset) = &self.dataset {
            write!(f, "dataset {dataset}")?;
            if let Some(at) = self.row_group {
                write!(f, ", row group {at}")?;
            }
            write!(f, ": ")?;
        }
        write!(f, "{}: {}: {}", self.kind, self.file.display(), self.detail)
    }
}

/// The kind of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// `oups.json` is damaged, gone, or has another schema than the store was opened with.
    StoreFile,
    /// The manifest is damaged, or is that of another dataset.
    Manifest,
    /// The dataset has row group files, but its manifest is gone.
    ManifestLost,
    /// A newer version of oups wrote the file.
    NewerFormat,
    /// A file that the manifest names is missing.
    Missing,
    /// The file is shorter than the manifest says.
    Truncated,
    /// Bytes of the file have changed.
    Changed,
    /// The file holds another row group than its name says.
    Swapped,
    /// The file has the right checksum, but cannot be decoded.
    Undecodable,
    /// The columns are not the dataset's.
    Schema,
    /// The number of rows is not the manifest's.
    Rows,
    /// The rows are not sorted by the ordered column.
    Order,
    /// The smallest or largest ordered value is not the manifest's.
    Span,
    /// The rows of a row group reach into the next one.
    Overlap,
    /// The file cannot be read.
    Unreadable,
    /// A file in the dataset's folder that oups did not make.
    Foreign,
    /// A file that oups made and no manifest names. A dead writer, a power loss or a copy left it.
    Leftover,
    /// A dead writer's mark in the lock file. The next writer clears its leftovers away.
    Mark,
    /// The tombstone of a removed dataset that nobody needs. The next writer clears it away.
    Tombstone,
    /// A dead reader's pin. The next writer clears it away.
    Pin,
    /// A file or folder in the store that does not belong to it.
    Stranger,
}

impl FindingKind {
    /// A short name for programs, such as `manifest-lost`.
    pub fn name(self) -> &'static str {
        match self {
            Self::StoreFile => "store-file",
            Self::Manifest => "manifest",
            Self::ManifestLost => "manifest-lost",
            Self::NewerFormat => "newer-format",
            Self::Missing => "missing",
            Self::Truncated => "truncated",
            Self::Changed => "changed",
            Self::Swapped => "swapped",
            Self::Undecodable => "undecodable",
            Self::Schema => "schema",
            Self::Rows => "rows",
            Self::Order => "order",
            Self::Span => "span",
            Self::Overlap => "overlap",
            Self::Unreadable => "unreadable",
            Self::Foreign => "foreign",
            Self::Leftover => "leftover",
            Self::Mark => "mark",
            Self::Tombstone => "tombstone",
            Self::Pin => "pin",
            Self::Stranger => "stranger",
        }
    }

    /// Whether rows are lost or may be wrong, so that the dataset must be repaired. Everything else is untidiness,
    /// which does not disturb reading and writing.
    pub fn is_damage(self) -> bool {
        self < Self::Foreign
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StoreFile => "damaged store file",
            Self::Manifest => "damaged manifest",
            Self::ManifestLost => "lost manifest",
            Self::NewerFormat => "newer format",
            Self::Missing => "missing file",
            Self::Truncated => "truncated file",
            Self::Changed => "changed bytes",
            Self::Swapped => "swapped file",
            Self::Undecodable => "undecodable file",
            Self::Schema => "wrong columns",
            Self::Rows => "wrong number of rows",
            Self::Order => "rows out of order",
            Self::Span => "wrong span",
            Self::Overlap => "overlapping row groups",
            Self::Unreadable => "unreadable file",
            Self::Foreign => "foreign file",
            Self::Leftover => "leftover",
            Self::Mark => "mark of a dead writer",
            Self::Tombstone => "stale tombstone",
            Self::Pin => "stale pin",
            Self::Stranger => "not part of the store",
        })
    }
}
