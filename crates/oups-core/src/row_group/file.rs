//! Opens and checks one row group file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::SchemaRef;
use parquet::arrow::ARROW_SCHEMA_META_KEY;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};

use super::adapter::Adapter;
use super::options::{RowGroupFacts, View};
use super::stored_bytes::StoredBytes;
use crate::Result;
use crate::format::schema_text::from_text as schema_from_text;
use crate::fs::ReadFile;
use crate::guard::{DecodeError, damaged, guard};
use crate::ordered::OrdValue;
use crate::schema::DatasetSchema;

/// A stored file with one row group, open for reading. Its footer and page index are read, and its facts are checked.
///
/// The file may have older columns than the dataset; a caller sees the dataset's.
#[derive(Clone)]
pub struct RowGroupFile {
    pub(super) path: Arc<Path>,
    pub(super) bytes: StoredBytes,
    pub(super) metadata: ArrowReaderMetadata,
    pub(super) schema: Arc<DatasetSchema>,
    pub(super) adapter: Adapter,
    pub(super) view: View,
    pub(crate) rows: u64,
}

impl fmt::Debug for RowGroupFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowGroupFile").field("path", &self.path).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl RowGroupFile {
    /// Reads footer and page index, and checks the file: its length, its single row group, the number of rows, the
    /// columns, and that the footer's statistics do not contradict the span.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged), which names the failed check; [`Error::Io`](crate::Error::Io) if the
    /// file cannot be read.
    pub(crate) fn open(
        file: Arc<dyn ReadFile>,
        path: impl Into<PathBuf>,
        schema: &Arc<DatasetSchema>,
        view: View,
        facts: &RowGroupFacts,
    ) -> Result<Self> {
        let path = path.into();
        check_length(&*file, &path, facts)?;
        let open = Self::open_unchecked(file, path, schema, view)?;
        if open.rows != facts.rows {
            return Err(damaged(&open.path, format!("expected {} rows, found {}", facts.rows, open.rows)));
        }
        open.check_span(facts)?;
        Ok(open)
    }

    /// Reads footer and page index of a file without known facts.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if it is not a Parquet file with one row group of the dataset's columns.
    pub(crate) fn open_unchecked(
        file: Arc<dyn ReadFile>,
        path: impl Into<PathBuf>,
        schema: &Arc<DatasetSchema>,
        view: View,
    ) -> Result<Self> {
        let path = path.into();
        let bytes = guard(&path, || StoredBytes::with_tail(file))?;
        let metadata = guard(&path, || {
            let reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Optional);
            reader.parse_and_finish(&bytes).map(Arc::new)
        })?;
        let adapter = guard(&path, || Adapter::new(schema, &*own_schema(&metadata, schema)?, view))?;
        // Decoded with the adapter's types, not with those that the footer names.
        let metadata = guard(&path, || {
            let options = ArrowReaderOptions::new().with_schema(adapter.decoded.clone());
            ArrowReaderMetadata::try_new(metadata, options)
        })?;
        let groups = metadata.metadata().row_groups();
        let [group] = groups else {
            return Err(damaged(&path, format!("expected one row group, found {}", groups.len())));
        };
        let found = u64::try_from(group.num_rows()).ok().filter(|rows| *rows > 0);
        let rows = found.ok_or_else(|| damaged(&path, format!("a row group of {} rows", group.num_rows())))?;
        Ok(Self { path: path.into(), bytes: bytes.bare(), metadata, schema: schema.clone(), adapter, view, rows })
    }

    /// The number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The Arrow schema of the rows.
    pub fn arrow_schema(&self) -> &SchemaRef {
        match self.view {
            View::Stored => self.schema.stored(),
            View::Plain => self.schema.plain(),
        }
    }

    /// The footer's key-values, in the footer's order; keys without a value are left out.
    pub fn key_values(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.metadata.metadata().file_metadata().key_value_metadata();
        pairs.into_iter().flatten().filter_map(|pair| Some((pair.key.as_str(), pair.value.as_deref()?)))
    }

    pub(super) fn group(&self) -> Result<&RowGroupMetaData> {
        let group = self.metadata.metadata().row_groups().first();
        group.ok_or_else(|| damaged(&self.path, "no row group"))
    }
}

/// Fails if the file's length is not that of its facts.
pub(crate) fn check_length(file: &dyn ReadFile, path: &Path, facts: &RowGroupFacts) -> Result<()> {
    if file.len() == facts.bytes {
        return Ok(());
    }
    Err(damaged(path, format!("expected {} bytes, found {}", facts.bytes, file.len())))
}

/// The key-values of a Parquet file's footer, in the footer's order.
///
/// # Errors
///
/// [`Error::Damaged`](crate::Error::Damaged) if the footer cannot be read.
pub(crate) fn footer_pairs(file: Arc<dyn ReadFile>, path: &Path) -> Result<Vec<(String, String)>> {
    let bytes = guard(path, || StoredBytes::with_tail(file))?;
    let metadata = guard(path, || ParquetMetaDataReader::new().parse_and_finish(&bytes))?;
    let pairs = metadata.file_metadata().key_value_metadata().into_iter().flatten();
    Ok(pairs.filter_map(|pair| Some((pair.key.clone(), pair.value.clone()?))).collect())
}

/// The columns that a file was written with, by its footer. A footer without them is taken to have the dataset's
/// columns; if it does not, decoding fails.
fn own_schema(metadata: &ParquetMetaData, dataset: &DatasetSchema) -> Result<SchemaRef, String> {
    let pairs = metadata.file_metadata().key_value_metadata().into_iter().flatten();
    let text = pairs.filter(|pair| pair.key == ARROW_SCHEMA_META_KEY).find_map(|pair| pair.value.as_deref());
    match text {
        None => Ok(dataset.stored().clone()),
        Some(text) if text == dataset.footer_text() => Ok(dataset.stored().clone()),
        Some(text) => schema_from_text(text)
            .map(Arc::new)
            .ok_or_else(|| "the Arrow schema in its footer cannot be decoded".to_owned()),
    }
}

impl RowGroupFile {
    /// Checks that the statistics of the ordered column, if the file has them, do not contradict the span. They may be
    /// wider than the span: those of long texts are cut, and a zero in them may stand for the other zero.
    pub(super) fn check_span(&self, facts: &RowGroupFacts) -> Result<()> {
        let leaf = self.ordered_leaf()?;
        let (min, max) = guard(&self.path, || {
            let field = &self.adapter.ordered.field;
            let converter = StatisticsConverter::from_column_index(leaf, field, self.metadata.parquet_schema())?;
            let groups = || self.metadata.metadata().row_groups().iter();
            let (mins, maxes) = (converter.row_group_mins(groups())?, converter.row_group_maxes(groups())?);
            Ok::<_, DecodeError>((self.spans(&mins)?, self.spans(&maxes)?))
        })?;
        let ordered = self.schema.ordered_type();
        if let Some(Some(min)) = min.first()
            && min > &facts.min
        {
            let (expected, found) = (ordered.format(&facts.min), ordered.format(min));
            return Err(damaged(&self.path, format!("expected rows from {expected} on, found them from {found} on")));
        }
        if let Some(Some(max)) = max.first()
            && max < &facts.max
        {
            let (expected, found) = (ordered.format(&facts.max), ordered.format(max));
            return Err(damaged(&self.path, format!("expected rows up to {expected}, found them up to {found}")));
        }
        Ok(())
    }

    /// The ordered column's leaf. It has a single one, since ordered columns are never nested.
    pub(crate) fn ordered_leaf(&self) -> Result<usize> {
        let parquet = self.metadata.parquet_schema();
        let root = self.adapter.ordered.root;
        let leaf = (0..parquet.num_columns()).find(|leaf| parquet.get_column_root_idx(*leaf) == root);
        leaf.ok_or_else(|| damaged(&self.path, "the ordered column is missing"))
    }

    pub(crate) fn spans(&self, statistics: &ArrayRef) -> Result<Vec<Option<OrdValue>>, DecodeError> {
        // The file's type, which may be another kind of text than the dataset's.
        let keys = self.adapter.ordered.ordered_type.keys(statistics)?;
        Ok((0..keys.len()).map(|at| keys.get(at).filter(|_| statistics.is_valid(at))).collect())
    }
}
