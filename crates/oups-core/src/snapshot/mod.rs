//! What a reader holds: one version of a dataset, whose files stay until it lets go.

pub(crate) mod open;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;

use crate::Result;
use crate::format::manifest::{Manifest, RowGroup};
use crate::fs::ReadFile;
use crate::ordered::{OrdValue, OrderedType};
use crate::paths::DatasetPaths;
use crate::row_group::{ColumnStatistics, Known, RowGroupFile, View};
use crate::schema::DatasetSchema;
use crate::settings::Settings;
use crate::storage::Pin;
use crate::storage::files::{check_bytes, facts};
use crate::storage::local::LocalStorage;
use crate::version::Version;

/// One version of a dataset. Whatever writers do, its files stay readable until the last clone is dropped. Cheap to clone.
///
/// Where no pin can be made (read-only media, no permission) the snapshot reads unpinned; a file that a writer deletes
/// is then [`Error::SnapshotGone`](crate::Error::SnapshotGone).
#[derive(Clone, Debug)]
pub struct Snapshot {
    held: Arc<Held>,
}

/// What all clones of a snapshot share.
#[derive(Debug)]
struct Held {
    storage: Arc<LocalStorage>,
    paths: DatasetPaths,
    manifest: Arc<Manifest>,
    schema: Arc<DatasetSchema>,
    /// One pin may hold several snapshots.
    pin: Option<Arc<Pin>>,
}

impl Snapshot {
    /// The version with this manifest, which the pin holds.
    fn of(
        storage: &Arc<LocalStorage>,
        paths: &DatasetPaths,
        manifest: Arc<Manifest>,
        pin: Option<Arc<Pin>>,
    ) -> Result<Self> {
        let schema = Arc::new(manifest.dataset_schema()?);
        let held = Held { storage: storage.clone(), paths: paths.clone(), manifest, schema, pin };
        Ok(Self { held: Arc::new(held) })
    }

    /// The dataset's path text.
    pub fn dataset(&self) -> &str {
        self.held.paths.text()
    }

    /// Which version it is.
    pub fn version(&self) -> Version {
        self.held.manifest.version()
    }

    /// Its columns, as they are stored: row groups that are older than a column have nulls there, and row groups that are
    /// older than a wider type are converted when they are read.
    pub fn schema(&self) -> &SchemaRef {
        &self.held.manifest.schema
    }

    /// The name of the column that it is ordered on.
    pub fn ordered_on(&self) -> &str {
        &self.held.manifest.ordered_on
    }

    /// The type of the column that it is ordered on: how its values are written, and compared.
    pub fn ordered_type(&self) -> &OrderedType {
        &self.held.manifest.ordered
    }

    /// The row groups, in order: no row of one is below a row of the one before.
    pub fn row_groups(&self) -> &[RowGroup] {
        &self.held.manifest.entries
    }

    /// The number of rows.
    pub fn rows(&self) -> u64 {
        self.held.manifest.rows()
    }

    /// Bytes of the row group files.
    pub fn bytes(&self) -> u64 {
        self.held.manifest.bytes()
    }

    /// The smallest and the largest ordered value; `None` without rows.
    pub fn span(&self) -> Option<(&OrdValue, &OrdValue)> {
        self.held.manifest.span()
    }

    /// The settings that writes use unless they give their own.
    pub fn settings(&self) -> &Settings {
        &self.held.manifest.settings
    }

    /// The user's metadata.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.held.manifest.metadata
    }

    /// The columns with the ordered one, in both forms: as they are stored, and without dictionaries.
    #[doc(hidden)]
    pub fn dataset_schema(&self) -> &Arc<DatasetSchema> {
        &self.held.schema
    }

    /// The version's manifest.
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.held.manifest
    }

    /// Opens one of the version's row group files and checks it against the manifest: length, rows, one row group. Of a
    /// file that was opened before through the same store handle footer and page index are known, as long as they are
    /// among the last 32 MiB of them.
    ///
    /// # Errors
    ///
    /// Those of [`read_at`](Self::read_at), and [`Error::Damaged`](crate::Error::Damaged) if the file is not what the
    /// manifest says.
    pub fn open(&self, group: &RowGroup) -> Result<RowGroupFile> {
        self.opened(self.read_at(group)?, group)
    }

    /// As [`open`](Self::open), after comparing every byte of the file with its checksum.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and [`Error::Damaged`](crate::Error::Damaged) for any changed byte.
    pub fn open_verified(&self, group: &RowGroup) -> Result<RowGroupFile> {
        let file = self.read_at(group)?;
        check_bytes(&*file, &self.path_of(group), group)?;
        self.opened(file, group)
    }

    /// The bytes of one of the version's row group files, undecoded and unchecked: for engines that read Parquet
    /// themselves. The file is found under its name or, once a later commit has replaced it, under the name that it has
    /// then. It can be read to its end whatever happens to its name.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if the file is missing,
    /// [`Error::SnapshotGone`](crate::Error::SnapshotGone) if it is missing and the snapshot is not pinned or its store was
    /// moved, [`Error::Forked`](crate::Error::Forked) in a child of the process that made the snapshot.
    pub fn read_at(&self, group: &RowGroup) -> Result<Arc<dyn ReadFile>> {
        let Held { storage, paths, manifest, pin, .. } = &*self.held;
        storage.open(pin.as_deref(), (paths, manifest), group)
    }

    /// What is known of the values of a column in one of the version's row groups: of the ordered column from the version
    /// itself, exactly; of others from the statistics in the file, whose footer is read unless it is known.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`](crate::Error::UnknownColumn), and those of [`open`](Self::open).
    pub fn statistics(&self, group: &RowGroup, column: &str) -> Result<ColumnStatistics> {
        let schema = &self.held.schema;
        let position = schema.index_of(column)?;
        if position != schema.ordered_index() {
            return self.open(group)?.column_statistics(position);
        }
        let value = |value: &OrdValue| {
            let array = schema.ordered_type().to_array(std::slice::from_ref(value));
            array.map(Known::Exact).map_err(|error| schema.arrow_error(error))
        };
        Ok(ColumnStatistics { min: value(&group.min)?, max: value(&group.max)?, nulls: Known::Exact(0) })
    }

    /// Copies a row group file to a path where nothing is yet.
    pub(crate) fn copy(&self, group: &RowGroup, to: &Path) -> Result<()> {
        let Held { storage, paths, manifest, pin, .. } = &*self.held;
        storage.copy(pin.as_deref(), (paths, manifest), group, to)
    }

    /// Where a row group file is while it is live: for messages.
    pub(crate) fn path_of(&self, group: &RowGroup) -> PathBuf {
        self.held.paths.file(&group.file)
    }

    fn opened(&self, file: Arc<dyn ReadFile>, group: &RowGroup) -> Result<RowGroupFile> {
        let (path, facts) = (self.path_of(group), facts(group));
        let (footers, schema) = (self.held.storage.footers(), &self.held.schema);
        if let Some(footer) = footers.get(group.checksum, schema, &facts) {
            return RowGroupFile::reopen(file, path, schema, &facts, footer);
        }
        let open = RowGroupFile::open(file, path, schema, View::Stored, &facts)?;
        footers.insert(group.checksum, open.footer(facts));
        Ok(open)
    }
}
