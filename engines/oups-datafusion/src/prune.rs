//! Row groups that no wanted row can be in.

use std::sync::Arc;

use datafusion::catalog::Session;
use datafusion::common::pruning::PrunableStatistics;
use datafusion::common::{DFSchema, Result, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::utils::conjunction;
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;

use crate::columns::Columns;

/// For each file whether it might have a row for which the filters hold. Key fields are constants of a file, so that
/// `(city = 'oslo' and hour > 3) or city = 'rome'` rules some out too.
///
/// # Errors
///
/// If the engine cannot evaluate the filters.
pub(crate) fn prune<'a>(
    state: &dyn Session,
    columns: &Columns,
    filters: &[Expr],
    files: impl Iterator<Item = &'a PartitionedFile>,
) -> Result<Vec<bool>> {
    let statistics: Vec<Arc<Statistics>> = files.filter_map(|file| file.statistics.clone()).collect();
    let all = vec![true; statistics.len()];
    let Some(filter) = conjunction(filters.iter().cloned()) else { return Ok(all) };
    let schema = columns.read.table_schema();
    let filter = state.create_physical_expr(filter, &DFSchema::try_from(schema.as_ref().clone())?)?;
    // None where nothing can be ruled out by these filters.
    let predicate = PruningPredicateBuilder::new()
        .with_file_schema(schema.clone())
        .with_max_in_list_size(state.config_options().execution.parquet.max_in_list_size)
        .build(filter);
    let Some(predicate) = predicate.filter(|_| !statistics.is_empty()) else { return Ok(all) };
    predicate.prune(&PrunableStatistics::new(statistics, schema.clone()))
}
