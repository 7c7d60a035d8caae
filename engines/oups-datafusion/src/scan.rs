//! A scan: the files of snapshots as one plan node of the engine's own.

use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::Session;
use datafusion::common::{Result, ScalarValue, Statistics, plan_datafusion_err};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::object_store::ObjectMeta;
use datafusion::object_store::path::Path;
use datafusion::physical_plan::ExecutionPlan;
use oups::Snapshot;

use crate::columns::Columns;
use crate::pinned::PinnedFiles;
use crate::statistics;

/// A dataset that a scan reads: its snapshot, and the values of its key.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) snapshot: Snapshot,
    pub(crate) key: Vec<ScalarValue>,
}

/// The plan that reads datasets.
///
/// # Errors
///
/// For a store whose path the engine cannot have.
pub(crate) fn plan(
    state: &dyn Session,
    root: &std::path::Path,
    columns: &Columns,
    datasets: &[Wanted],
    projection: Option<&Vec<usize>>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let mut files = PinnedFiles::default();
    let mut groups = Vec::new();
    for dataset in datasets {
        for (at, group) in dataset.snapshot.row_groups().iter().enumerate() {
            let location = location(root, dataset.snapshot.dataset(), group.file_name())?;
            files.insert(location.clone(), &dataset.snapshot, at);
            let meta = ObjectMeta {
                location,
                last_modified: chrono::DateTime::UNIX_EPOCH,
                size: group.bytes(),
                e_tag: None,
                version: None,
            };
            let statistics = Arc::new(statistics::of_row_group(columns, &dataset.snapshot, group)?);
            let file = PartitionedFile::new_from_meta(meta)
                .with_partition_values(dataset.key.clone())
                .with_statistics(statistics);
            let statistics = file.statistics.clone();
            let group = FileGroup::new(vec![file]);
            groups.push(statistics.into_iter().fold(group, FileGroup::with_statistics));
        }
    }
    let schema: &SchemaRef = columns.read.table_schema();
    let all = Statistics::try_merge_iter(groups.iter().filter_map(|group| group.file_statistics(None)), schema)?;
    let cache = state.runtime_env().cache_manager.get_file_metadata_cache();
    let source = ParquetSource::new(columns.read.clone())
        .with_pushdown_filters(true)
        .with_parquet_file_reader_factory(Arc::new(CachedParquetFileReaderFactory::new(Arc::new(files), cache)));
    let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(source))
        .with_file_groups(groups)
        .with_statistics(all)
        .with_projection_indices(Some(columns.read_positions(projection)))?
        .build();
    Ok(DataSourceExec::from_data_source(config))
}

/// Where a row group is while it is live, as the engine names it.
fn location(root: &std::path::Path, dataset: &str, file: &str) -> Result<Path> {
    let path = std::path::absolute(root.join(dataset).join(file))?;
    let refused = || plan_datafusion_err!("the path {} cannot be read by the engine", path.display());
    Path::parse(path.to_str().ok_or_else(refused)?).map_err(|_| refused())
}
