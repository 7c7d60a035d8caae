//! A cache of footers that were read and checked, for opening their files again.

use std::path::PathBuf;
use std::sync::Arc;

use parquet::arrow::arrow_reader::ArrowReaderMetadata;

use super::adapter::Adapter;
use super::file::{RowGroupFile, check_length};
use super::options::{RowGroupFacts, View};
use super::stored_bytes::StoredBytes;
use crate::Result;
use crate::cache::recent::Cache;
use crate::fs::ReadFile;
use crate::schema::DatasetSchema;

/// The footer and page index of a file, read and checked. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Footer {
    pub(super) metadata: ArrowReaderMetadata,
    pub(super) adapter: Adapter,
    /// The facts that the file was checked against.
    pub(super) facts: RowGroupFacts,
    pub(super) schema: Arc<DatasetSchema>,
}

impl Footer {
    fn is_of(&self, schema: &Arc<DatasetSchema>, facts: &RowGroupFacts) -> bool {
        self.facts == *facts && (Arc::ptr_eq(&self.schema, schema) || self.schema.is_same(schema))
    }
}

/// The footers that snapshots of one store handle have read last. No file stays open.
///
/// The key is the file's checksum, which the manifest gives: files with the same checksum have the same bytes, whatever
/// their name, dataset and version. The parts of a [`Footer`] that depend on facts and schema are compared.
pub(crate) struct Footers(Cache<u128, Footer>);

impl Footers {
    /// At most this many bytes of footers; 0 caches none.
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self(Cache::new(most_bytes))
    }

    /// The footer of the file with this checksum, if the cache has it for these facts and this schema.
    pub(crate) fn get(&self, checksum: u128, schema: &Arc<DatasetSchema>, facts: &RowGroupFacts) -> Option<Footer> {
        self.0.get(&checksum).filter(|footer| footer.is_of(schema, facts))
    }

    /// Adds the footer of a file.
    pub(crate) fn insert(&self, checksum: u128, footer: Footer) {
        let bytes = footer.metadata.metadata().memory_size();
        self.0.insert(checksum, footer, bytes);
    }
}

impl std::fmt::Debug for Footers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl RowGroupFile {
    /// Opens a file whose footer was read and checked before. Only its length is checked.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if the file's length differs from the facts.
    pub(crate) fn reopen(
        file: Arc<dyn ReadFile>,
        path: PathBuf,
        schema: &Arc<DatasetSchema>,
        facts: &RowGroupFacts,
        footer: Footer,
    ) -> Result<Self> {
        check_length(&*file, &path, facts)?;
        let Footer { metadata, adapter, .. } = footer;
        let (bytes, schema) = (StoredBytes::new(file), schema.clone());
        Ok(Self { path: path.into(), bytes, metadata, schema, adapter, view: View::Stored, rows: facts.rows })
    }

    /// The footer of this file, which was opened with these facts, for [`reopen`](Self::reopen).
    pub(crate) fn footer(&self, facts: RowGroupFacts) -> Footer {
        let (metadata, adapter) = (self.metadata.clone(), self.adapter.clone());
        Footer { metadata, adapter, facts, schema: self.schema.clone() }
    }
}
