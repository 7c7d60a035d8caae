//! How the engine reads a row group file: what it caches of footers, and what is checked of them.

use std::ops::Range;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::ParquetFileReaderFactory;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::execution::cache::cache_manager::FileMetadataCache;
use datafusion::object_store::ObjectMeta;
use datafusion::parquet::arrow::arrow_reader::ArrowReaderOptions;
use datafusion::parquet::arrow::async_reader::AsyncFileReader;
use datafusion::parquet::errors::{ParquetError, Result as ParquetResult};
use datafusion::parquet::file::metadata::ParquetMetaData;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::pinned::{PinnedFile, PinnedFiles};

/// Makes the readers of pinned files, which share the footers that the engine caches.
#[derive(Debug)]
pub(crate) struct PinnedReaders {
    files: Arc<PinnedFiles>,
    footers: Arc<FileMetadataCache>,
    engine: CachedParquetFileReaderFactory,
}

impl PinnedReaders {
    /// Readers of these files.
    pub(crate) fn new(files: Arc<PinnedFiles>, footers: Arc<FileMetadataCache>) -> Self {
        let engine = CachedParquetFileReaderFactory::new(files.clone(), footers.clone());
        Self { files, footers, engine }
    }
}

impl ParquetFileReaderFactory for PinnedReaders {
    fn create_reader(
        &self,
        partition: usize,
        file: PartitionedFile,
        size_hint: Option<usize>,
        metrics: &ExecutionPlanMetricsSet,
    ) -> Result<Box<dyn AsyncFileReader + Send>> {
        let meta = file.object_meta.clone();
        let engine = self.engine.create_reader(partition, file, size_hint, metrics)?;
        Ok(Box::new(PinnedReader { engine, meta, size_hint, files: self.files.clone(), footers: self.footers.clone() }))
    }
}

/// The engine's own reader, but for footers: their errors name the file and are errors of oups.
struct PinnedReader {
    engine: Box<dyn AsyncFileReader + Send>,
    meta: ObjectMeta,
    size_hint: Option<usize>,
    files: Arc<PinnedFiles>,
    footers: Arc<FileMetadataCache>,
}

impl AsyncFileReader for PinnedReader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, ParquetResult<Bytes>> {
        self.engine.get_bytes(range)
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, ParquetResult<Vec<Bytes>>> {
        self.engine.get_byte_ranges(ranges)
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, ParquetResult<Arc<ParquetMetaData>>> {
        async move {
            let file = self.files.get(&self.meta.location).map_err(|error| ParquetError::External(error.into()))?;
            let footer = DFParquetMetadata::new(&*self.files, &self.meta)
                .with_file_metadata_cache(Some(self.footers.clone()))
                .with_metadata_size_hint(self.size_hint)
                .with_page_index_policy(options.map(ArrowReaderOptions::column_index_policy));
            // The decoder of footers panics on some damaged ones.
            let footer = AssertUnwindSafe(footer.fetch_metadata()).catch_unwind().await;
            let checked = match footer {
                Ok(Ok(footer)) => check(file, footer),
                Ok(Err(DataFusionError::ParquetError(error))) => Err(undecodable(file, &error.to_string())),
                Ok(Err(other)) => return Err(ParquetError::External(other.into())),
                Err(_) => Err(undecodable(file, "the decoder stopped")),
            };
            checked.map_err(|error| ParquetError::External(error.into()))
        }
        .boxed()
    }
}

/// Compares a footer with what the manifest says of the file.
fn check(file: &PinnedFile, footer: Arc<ParquetMetaData>) -> Result<Arc<ParquetMetaData>, oups::Error> {
    let expected = file.row_group().and_then(|group| i64::try_from(group.rows()).ok()).unwrap_or_default();
    match (footer.num_row_groups(), footer.file_metadata().num_rows()) {
        (1, rows) if rows == expected => Ok(footer),
        (1, rows) => Err(file.damaged(format!("expected {expected} rows, found {rows}"))),
        (groups, _) => Err(file.damaged(format!("expected one row group, found {groups}"))),
    }
}

fn undecodable(file: &PinnedFile, detail: &str) -> oups::Error {
    file.damaged(format!("its footer cannot be decoded ({detail})"))
}
