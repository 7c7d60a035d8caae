//! Snapshots: one version of a dataset, which a reader holds and whose files stay meanwhile.

pub(crate) mod open;

use std::collections::BTreeMap;
use std::path::PathBuf;
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
use crate::storage::store_copy::StoreCopy;
use crate::version::Version;

/// One version of a dataset. Whatever writers do, its files stay readable until the last clone is dropped. Cheap to clone.
///
/// If no pin can be made (read-only media, no permission), the snapshot reads without one. Reading a file that a writer
/// has deleted then fails with [`Error::SnapshotGone`](crate::Error::SnapshotGone).
///
/// A query engine plans by the row groups and their statistics, and reads the files that it needs:
///
/// ```
/// # use std::sync::Arc;
/// # use arrow::array::{Int64Array, RecordBatch};
/// # use oups_core::{AnyKey, KeySchema, Separator, Store};
/// # let folder = tempfile::tempdir()?;
/// # let store = Store::<AnyKey>::create_for(folder.path(), KeySchema::parse("city:str", Separator::default())?)?;
/// # let dataset = store.dataset(&store.parse_key("berlin")?)?;
/// # let column = |values: Vec<i64>| Arc::new(Int64Array::from(values)) as _;
/// # let rows = RecordBatch::try_from_iter([("day", column(vec![1, 2, 3])), ("count", column(vec![7, 0, 9]))])?;
/// # dataset.write(rows).ordered_on("day").row_group_target(2).commit()?;
/// use oups_core::row_group::{Known, ReadOptions};
///
/// let snapshot = dataset.snapshot()?;
/// let mut rows = 0;
/// for group in snapshot.row_groups() {
///     if snapshot.statistics(group, "count")?.nulls == Known::Exact(0) {
///         for batch in snapshot.open(group)?.batches(ReadOptions::default())? {
///             rows += batch?.num_rows();
///         }
///     }
/// }
/// assert_eq!((snapshot.row_groups().len(), rows), (2, 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

    /// The version.
    pub fn version(&self) -> Version {
        self.held.manifest.version()
    }

    /// The dataset's columns. Row groups that are older than a column have nulls in it. Row groups that are older than
    /// a wider type are converted when they are read.
    pub fn schema(&self) -> &SchemaRef {
        &self.held.manifest.schema
    }

    /// The name of the ordered column.
    pub fn ordered_on(&self) -> &str {
        &self.held.manifest.ordered_on
    }

    /// The type of the ordered column, by which its values are compared and formatted.
    pub fn ordered_type(&self) -> &OrderedType {
        &self.held.manifest.ordered
    }

    /// The row groups, in order: no value of one is below a value of the one before.
    pub fn row_groups(&self) -> &[RowGroup] {
        &self.held.manifest.entries
    }

    /// The number of rows.
    pub fn rows(&self) -> u64 {
        self.held.manifest.rows()
    }

    /// The length of all row group files in bytes.
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

    /// The columns with the ordered column, in both schemas: stored, and plain.
    #[doc(hidden)]
    pub fn dataset_schema(&self) -> &Arc<DatasetSchema> {
        &self.held.schema
    }

    /// The version's manifest.
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.held.manifest
    }

    /// Opens one of the version's row group files, and checks it against the manifest: its length, its rows, its single
    /// row group. The store handle [caches](crate::StoreOptions::footer_cache) the last footers and page indexes, so a
    /// file that was opened before is mostly opened without reading them.
    ///
    /// # Errors
    ///
    /// As [`read_at`](Self::read_at); [`Error::Damaged`](crate::Error::Damaged) if the file differs from the manifest's
    /// facts.
    pub fn open(&self, group: &RowGroup) -> Result<RowGroupFile> {
        self.opened(self.read_at(group)?, group)
    }

    /// As [`open`](Self::open), after verifying the checksum of the whole file.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); [`Error::Damaged`](crate::Error::Damaged) if any byte has changed.
    pub fn open_verified(&self, group: &RowGroup) -> Result<RowGroupFile> {
        let file = self.read_at(group)?;
        check_bytes(&*file, &self.path_of(group), group)?;
        self.opened(file, group)
    }

    /// The bytes of one of the version's row group files, neither decoded nor checked, for engines that read Parquet
    /// themselves. The file is found under its live name or, once a later commit has replaced it, under its retired
    /// name. Once open, it can be read to its end whatever happens to its name.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if the file is missing;
    /// [`Error::SnapshotGone`](crate::Error::SnapshotGone) if it is missing, and the snapshot has no pin or its store
    /// was moved; [`Error::Forked`](crate::Error::Forked) in a child of the process that made the snapshot.
    pub fn read_at(&self, group: &RowGroup) -> Result<Arc<dyn ReadFile>> {
        let Held { storage, paths, manifest, pin, .. } = &*self.held;
        storage.open(pin.as_deref(), (paths, manifest), group)
    }

    /// Statistics of a column in one of the version's row groups. Those of the ordered column come from the manifest,
    /// and are exact. Those of other columns come from the file's footer, which is read unless it is cached.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`](crate::Error::UnknownColumn) if the dataset does not have the column; else as
    /// [`open`](Self::open).
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

    /// Copies the version into a store that is being made. `told` is called after every few files with their bytes.
    pub(crate) fn copy(&self, to: &StoreCopy, told: impl FnMut(u64) -> Result<()>) -> Result<()> {
        let Held { storage, paths, manifest, pin, .. } = &*self.held;
        storage.copy(pin.as_deref(), (paths, manifest), to, told)
    }

    /// Where a row group file is while it is live: its name for messages and caches. Only [`read_at`](Self::read_at) finds
    /// it once a later commit has replaced it.
    pub fn path_of(&self, group: &RowGroup) -> PathBuf {
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
