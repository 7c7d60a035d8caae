//! What a reader holds: one version of a dataset, whose files stay until it lets go.

pub(crate) mod moment;
pub(crate) mod open;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Result;
use crate::format::manifest::{Manifest, RowGroup};
use crate::fs::{ReadFile, StoreFs};
use crate::paths::DatasetPaths;
use crate::row_group::{Footers, RowGroupFile, View};
use crate::schema::DatasetSchema;
use crate::storage::files::{at_its_name, check_bytes, facts};
use crate::storage::lock::Pin;
use crate::version::Version;

/// One version of a dataset. Whatever writers do, its files stay readable until the last clone is dropped.
///
/// Where no pin can be made (read-only media, no permission) the snapshot reads unpinned; a file that a writer deletes
/// is then [`Error::SnapshotGone`](crate::Error::SnapshotGone).
#[derive(Clone, Debug)]
pub struct Snapshot {
    fs: StoreFs,
    paths: DatasetPaths,
    manifest: Arc<Manifest>,
    schema: Arc<DatasetSchema>,
    pin: Option<Arc<Pin>>,
    /// Of the store handle.
    footers: Arc<Footers>,
}

impl Snapshot {
    /// The dataset's path text.
    pub fn dataset(&self) -> &str {
        self.paths.text()
    }

    /// Its columns and which of them it is ordered on.
    pub fn schema(&self) -> &Arc<DatasetSchema> {
        &self.schema
    }

    /// Which version it is.
    pub fn version(&self) -> Version {
        self.manifest.version()
    }

    /// The version's manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where a row group file is while it is live.
    pub(crate) fn path_of(&self, entry: &RowGroup) -> PathBuf {
        self.paths.file(&entry.file)
    }

    /// Opens one of the version's row group files and checks it against the manifest: length, rows, one row group. Of a
    /// file that was opened before through the same store handle footer and page index are known, as long as they are
    /// among the last 32 MiB of them.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if the file is missing or not what the manifest says, [`Error::SnapshotGone`](crate::Error::SnapshotGone) if it is missing
    /// and the snapshot is not pinned or its store was moved, [`Error::Forked`](crate::Error::Forked) in a child of the process that made the snapshot.
    pub fn open_row_group(&self, entry: &RowGroup) -> Result<RowGroupFile> {
        self.opened(self.open_file(entry)?, entry)
    }

    /// As [`open_row_group`](Self::open_row_group), after comparing every byte of the file with its checksum.
    ///
    /// # Errors
    ///
    /// As [`open_row_group`](Self::open_row_group), and [`Error::Damaged`](crate::Error::Damaged) for any changed byte.
    pub fn open_row_group_verified(&self, entry: &RowGroup) -> Result<RowGroupFile> {
        let file = self.open_file(entry)?;
        check_bytes(&*file, &self.paths.file(&entry.file), entry)?;
        self.opened(file, entry)
    }

    fn opened(&self, file: Arc<dyn ReadFile>, entry: &RowGroup) -> Result<RowGroupFile> {
        let (path, facts) = (self.paths.file(&entry.file), facts(entry));
        if let Some(footer) = self.footers.get(entry.checksum, &self.schema, &facts) {
            return RowGroupFile::reopen(file, path, &self.schema, &facts, footer);
        }
        let open = RowGroupFile::open(file, path, &self.schema, View::Stored, &facts)?;
        self.footers.insert(entry.checksum, open.footer(facts));
        Ok(open)
    }

    pub(crate) fn open_file(&self, entry: &RowGroup) -> Result<Arc<dyn ReadFile>> {
        self.at_its_name(entry, |path| self.fs.open(path))
    }

    /// Does something with a row group file under its live name or, once a later commit has replaced it, its retired one.
    pub(crate) fn at_its_name<T>(&self, entry: &RowGroup, act: impl Fn(&Path) -> Result<T>) -> Result<T> {
        at_its_name(&self.fs, &self.paths, &self.manifest, self.pin.as_deref(), entry, act)
    }
}
