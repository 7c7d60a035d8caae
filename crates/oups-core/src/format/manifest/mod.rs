//! The manifest: the row group files of a version, in order. It is an immutable value.

pub(crate) mod codec;
mod invariants;
mod lineage;
mod pages;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;

use crate::ordered::{OrdValue, OrderedType};
use crate::schema::DatasetSchema;
use crate::settings::Settings;
use crate::version::Version;
use crate::{Result, paths};

pub(crate) use codec::encode;
pub(crate) use lineage::{CommitKind, Lineage};

/// One version of a dataset: its row groups in order, and everything else that a reader or writer must know.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Manifest {
    /// The number of the commit that made this version, from 1.
    pub(crate) commit: u64,
    /// The dataset's path text.
    pub(crate) dataset: String,
    /// The dataset's columns.
    pub(crate) schema: SchemaRef,
    /// The newest version whose files are all known to be durable: this one, unless entries are not synced.
    pub(crate) durable: u64,
    /// The name of the ordered column.
    pub(crate) ordered_on: String,
    /// The type of the ordered column.
    pub(crate) ordered: OrderedType,
    /// The dataset's settings.
    pub(crate) settings: Settings,
    /// The user's metadata.
    pub(crate) metadata: BTreeMap<String, String>,
    /// The row groups, in order.
    pub(crate) entries: Vec<RowGroup>,
    /// Replaced files that may still exist.
    pub(crate) retired: Vec<Retired>,
    /// The commit that made this version, its time, and the commits before it.
    pub(crate) lineage: Lineage,
}

/// The facts of one row group file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowGroup {
    /// The live name of the file in the dataset's folder. All versions that have the file share this text.
    pub(crate) file: Arc<str>,
    /// The number of rows.
    pub(crate) rows: u64,
    /// The length of the file in bytes.
    pub(crate) bytes: u64,
    /// The smallest ordered value.
    pub(crate) min: OrdValue,
    /// The largest ordered value.
    pub(crate) max: OrdValue,
    /// XXH3-128 of the file's bytes.
    pub(crate) checksum: u128,
    /// Whether the file is known to be durable.
    pub(crate) synced: bool,
}

impl RowGroup {
    /// The live name of the file in the dataset's folder. Once a later commit has replaced the file, it has another
    /// name.
    pub fn file_name(&self) -> &str {
        &self.file
    }

    /// The number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The length of the file in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The smallest ordered value.
    pub fn min(&self) -> &OrdValue {
        &self.min
    }

    /// The largest ordered value.
    pub fn max(&self) -> &OrdValue {
        &self.max
    }

    /// XXH3-128 of the file's bytes.
    pub fn checksum(&self) -> u128 {
        self.checksum
    }

    /// The version whose commit made the file; `None` for a name that is not ours.
    pub fn made_by(&self) -> Option<Version> {
        paths::file_id(&self.file).map(|id| Version::new(id.commit, id.random))
    }

    /// Whether the file is known to be durable. The files of a write with
    /// [`Durability::Unsynced`](crate::Durability::Unsynced) are not, until [`Dataset::sync`](crate::Dataset::sync).
    pub fn is_synced(&self) -> bool {
        self.synced
    }

    /// The commit that made the file; `None` for a name that is not ours.
    pub(crate) fn commit(&self) -> Option<u64> {
        paths::file_id(&self.file).map(|id| id.commit)
    }
}

/// A replaced file that may still exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Retired {
    /// Its name when it was live.
    pub(crate) file: String,
    /// The commit that replaced it.
    pub(crate) by: u64,
}

impl Manifest {
    /// Which version it is.
    pub(crate) fn version(&self) -> Version {
        Version::new(self.commit, self.lineage.draw())
    }

    /// Rows of the dataset.
    pub(crate) fn rows(&self) -> u64 {
        self.entries.iter().map(|entry| entry.rows).sum()
    }

    /// Bytes of the dataset's row group files.
    pub(crate) fn bytes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.bytes).sum()
    }

    /// Whether every file is known to be durable.
    pub(crate) fn is_durable(&self) -> bool {
        self.entries.iter().all(|entry| entry.synced)
    }

    /// The manifest with `durable` set: this version if all its files are, else the durable version so far.
    pub(crate) fn with_durable(self) -> Self {
        Self { durable: if self.is_durable() { self.commit } else { self.durable }, ..self }
    }

    /// The columns, with the ordered column.
    ///
    /// # Errors
    ///
    /// If a newer oups has stored a type that this one does not allow.
    pub(crate) fn dataset_schema(&self) -> Result<DatasetSchema> {
        DatasetSchema::new(&self.dataset, self.schema.clone(), &self.ordered_on)
    }

    /// Whether the versions differ in nothing but their commits, so that no commit is needed.
    pub(crate) fn is_same_but_for_commit(&self, next: &Self) -> bool {
        self.entries == next.entries
            && self.metadata == next.metadata
            && self.settings == next.settings
            && self.schema == next.schema
    }

    /// The smallest and largest ordered value; `None` without rows.
    pub(crate) fn span(&self) -> Option<(&OrdValue, &OrdValue)> {
        Some((&self.entries.first()?.min, &self.entries.last()?.max))
    }
}
