//! A scan: the row group files of snapshots as one plan node of the engine's own.

use std::path::Path as FilePath;
use std::sync::Arc;

use datafusion::arrow::compute::SortOptions;
use datafusion::arrow::datatypes::DataType;
use datafusion::catalog::Session;
use datafusion::common::{Result, ScalarValue, Statistics, plan_datafusion_err};
use datafusion::config::TableParquetOptions;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::logical_expr::Expr;
use datafusion::object_store::path::Path;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{LexOrdering, Partitioning, PhysicalSortExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use oups::Snapshot;

use crate::columns::Columns;
use crate::groups::{DatasetFiles, Grouped, group};
use crate::options::OupsOptions;
use crate::pinned::{PinnedFiles, object_meta};
use crate::prune::prune;
use crate::reader::PinnedReaders;
use crate::renaming::Renaming;
use crate::statement::Statement;
use crate::statistics::DatasetStatistics;

/// A dataset that a scan reads: its snapshot, and the values of its key.
#[derive(Clone, Debug)]
pub(crate) struct ScannedDataset {
    pub(crate) snapshot: Snapshot,
    pub(crate) key: Vec<ScalarValue>,
}

/// What a scan is to read.
#[derive(Clone, Debug)]
pub(crate) struct Scan<'a> {
    pub(crate) columns: &'a Columns,
    /// In key order.
    pub(crate) datasets: Vec<ScannedDataset>,
    /// The statement that it is part of; none for a snapshot that was given.
    pub(crate) statement: Option<Arc<Statement>>,
    /// The wanted columns, by their places in the table.
    pub(crate) projection: Option<&'a Vec<usize>>,
    /// Filters that are evaluated later too: here they only rule row groups out.
    pub(crate) filters: &'a [Expr],
    /// So many rows will do.
    pub(crate) limit: Option<usize>,
    pub(crate) ordered_keys: usize,
}

impl Scan<'_> {
    /// The plan of the scan.
    ///
    /// # Errors
    ///
    /// If the columns do not hold those of a dataset, for a store whose path the engine cannot have, and where a filter
    /// cannot be evaluated.
    pub(crate) fn plan(self, state: &dyn Session) -> Result<Arc<dyn ExecutionPlan>> {
        self.columns.check(self.datasets.iter().map(|dataset| &dataset.snapshot))?;
        let mut pinned = PinnedFiles::new(self.statement.clone());
        let mut datasets = Vec::with_capacity(self.datasets.len());
        for dataset in &self.datasets {
            datasets.push(files(self.columns, dataset, &mut pinned)?);
        }
        let datasets = first(self.limit, self.pruned(state, datasets)?);
        let grouped = group(datasets, state.config().target_partitions(), self.ordered_keys);
        if grouped.groups.is_empty() {
            let shown = self.columns.shown.clone();
            let schema = self.projection.map_or(Ok(shown.clone()), |places| shown.project(places).map(Arc::new))?;
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let (order, partitions) = (self.order(&grouped), grouped.groups.len());
        let groups = with_statistics(self.columns, grouped)?;
        let schema = self.columns.read.table_schema();
        let all = Statistics::try_merge_iter(groups.iter().filter_map(|group| group.file_statistics(None)), schema)?;
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), self.source(state, pinned))
            .with_file_groups(groups)
            .with_statistics(all)
            .with_output_ordering(order.into_iter().collect())
            // It says nothing of rows, but keeps each file in its group. Without it, a limit of a merge makes partitions take
            // files from one another, and rows come out of order (datafusion#24272).
            .with_output_partitioning(Some(Partitioning::UnknownPartitioning(partitions)))
            .with_limit(self.limit)
            .with_expr_adapter(Renaming::of(self.columns))
            .with_projection_indices(Some(self.columns.read_positions(self.projection)))?
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }

    /// The files of datasets that might have wanted rows.
    fn pruned(&self, state: &dyn Session, datasets: Vec<DatasetFiles>) -> Result<Vec<DatasetFiles>> {
        if self.filters.is_empty() {
            return Ok(datasets);
        }
        let counts: Vec<usize> = datasets.iter().map(Vec::len).collect();
        let might_hold = prune(state, self.columns, self.filters, datasets.iter().flatten())?;
        let mut might_hold = might_hold.into_iter();
        let mut kept = datasets;
        for (files, count) in kept.iter_mut().zip(counts) {
            let mut might = might_hold.by_ref().take(count);
            files.retain(|_| might.next().unwrap_or(true));
        }
        Ok(kept)
    }

    /// The engine's reader of Parquet, on files that the plan keeps.
    fn source(&self, state: &dyn Session, pinned: PinnedFiles) -> Arc<ParquetSource> {
        let footers = state.runtime_env().cache_manager.get_file_metadata_cache();
        let mut global = state.config_options().execution.parquet.clone();
        global.pushdown_filters = OupsOptions::of(state).pushdown_filters;
        let options = TableParquetOptions { global, ..Default::default() };
        let readers = PinnedReaders::new(Arc::new(pinned), footers);
        let source = ParquetSource::new(self.columns.read.clone())
            .with_table_parquet_options(options)
            .with_parquet_file_reader_factory(Arc::new(readers));
        Arc::new(source)
    }

    /// An order that the rows of each group have, ascending with nulls last. One of several: where groups are merged by one
    /// order, the engine takes all others for kept (its `SortPreservingMergeExec` and its `RepartitionExec` forget none). With
    /// the twin that has nulls first, it forgets the order by keys where a group has several.
    fn order(&self, grouped: &Grouped) -> Option<LexOrdering> {
        let (at, name) = self.ordered_column()?;
        let ascending = SortOptions { descending: false, nulls_first: false };
        let column = |name: &str, at: usize| PhysicalSortExpr::new(Arc::new(Column::new(name, at)), ascending);
        let data = self.columns.read.file_schema().fields().len();
        let keys = self.columns.keys.fields().iter().enumerate();
        let keys: Vec<_> = keys.map(|(field, key)| column(key.name(), data + field)).collect();
        let time = [column(name, at)];
        let order: Vec<_> = match grouped.one_dataset_each {
            true => time.into_iter().chain(keys).collect(),
            false => keys.into_iter().chain(time).collect(),
        };
        LexOrdering::new(order)
    }

    /// The column that all datasets are ordered on: its place, and its name in the table. None if they differ in its name or
    /// type, or if it is a dictionary, which the engine does not compare.
    fn ordered_column(&self) -> Option<(usize, &str)> {
        let ordered = |dataset: &ScannedDataset| {
            (dataset.snapshot.ordered_on().to_owned(), dataset.snapshot.ordered_type().clone())
        };
        let first = ordered(self.datasets.first()?);
        if self.datasets.iter().any(|dataset| ordered(dataset) != first) {
            return None;
        }
        let (at, _) = self.columns.place_of(&first.0)?;
        let field = self.columns.read.file_schema().fields().get(at)?;
        (!matches!(field.data_type(), DataType::Dictionary(..))).then_some((at, field.name()))
    }
}

/// The files of a dataset with all that the manifest knows of them; they are pinned.
fn files(columns: &Columns, dataset: &ScannedDataset, pinned: &mut PinnedFiles) -> Result<DatasetFiles> {
    let snapshot = &dataset.snapshot;
    let known = DatasetStatistics::new(columns, snapshot);
    let mut files = Vec::with_capacity(snapshot.row_groups().len());
    for (at, group) in snapshot.row_groups().iter().enumerate() {
        let location = location(&snapshot.path_of(group))?;
        pinned.insert(location.clone(), snapshot, at);
        let file = PartitionedFile::new_from_meta(object_meta(location, group.bytes()))
            .with_partition_values(dataset.key.clone())
            .with_statistics(Arc::new(known.of(group)?));
        files.push(file);
    }
    Ok(files)
}

/// A path as the engine has them; it is never encoded again, for names of keys have a `%`.
fn location(path: &FilePath) -> Result<Path> {
    let path = std::path::absolute(path)?;
    let refused = || plan_datafusion_err!("the engine cannot have the path {}: move the store", path.display());
    Path::parse(path.to_str().ok_or_else(refused)?).map_err(|_| refused())
}

/// As many files as have the rows that will do.
fn first(limit: Option<usize>, mut datasets: Vec<DatasetFiles>) -> Vec<DatasetFiles> {
    let Some(mut wanted) = limit else { return datasets };
    for files in &mut datasets {
        files.retain(|file| {
            let keep = wanted > 0;
            let rows = file.statistics.as_ref().and_then(|known| known.num_rows.get_value().copied());
            wanted = wanted.saturating_sub(rows.unwrap_or_default());
            keep
        });
    }
    datasets
}

fn with_statistics(columns: &Columns, grouped: Grouped) -> Result<Vec<FileGroup>> {
    let schema = columns.read.table_schema();
    let group = |files: Vec<PartitionedFile>| {
        let all = Statistics::try_merge_iter(files.iter().filter_map(|file| file.statistics.as_deref()), schema)?;
        Ok(FileGroup::new(files).with_statistics(Arc::new(all)))
    };
    grouped.groups.into_iter().map(group).collect()
}
