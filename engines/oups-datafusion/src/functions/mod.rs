//! Functions of oups in SQL.

mod datasets;

pub(crate) use datasets::DatasetsTable;

use std::sync::Arc;

use datafusion::prelude::SessionContext;

/// Makes the functions of oups known to a context. [`session`](crate::session) and [`attach`](crate::attach) do it too.
///
/// - `oups_datasets('NAME')`, for a store that is attached as `NAME`: one row a dataset, with the fields of its key, `dataset`,
///   `version`, `rows`, `row_groups`, `bytes`, `min`, `max` (as text) and `ordered_on`.
pub fn register_functions(ctx: &SessionContext) {
    ctx.register_udtf(datasets::NAME, Arc::new(datasets::DatasetsFunction));
}
