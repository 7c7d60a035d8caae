//! Functions of oups in SQL.

mod arguments;
mod asof;
mod datasets;
mod leaf;
mod period;
mod reads;
mod resample;
mod streamed;

pub(crate) use datasets::DatasetsTable;
pub(crate) use streamed::StreamedTable;

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;
use datafusion::prelude::SessionContext;

/// Makes the functions of oups known to a context. [`session`](crate::session) and [`attach`](crate::attach) do it too.
///
/// - `oups_datasets('NAME')`, for a store that is attached as `NAME`: one row a dataset, with the fields of its key, `dataset`,
///   `version`, `rows`, `row_groups`, `bytes`, `min`, `max` (as text) and `ordered_on`.
/// - `oups_period('1D', time)`: the first value of the period that holds a time.
/// - `oups_asof('NAME', 'LEFT', 'RIGHT'[, 'OPTIONS'])`: for each row of one dataset the row of others that was in force then.
/// - `oups_resample('NAME', 'KEYS', 'PERIOD', 'AGGREGATES'[, 'OPTIONS'])`: the rows of each period of each dataset as one row.
pub fn register_functions(ctx: &SessionContext) {
    ctx.register_udf(ScalarUDF::from(period::PeriodStart::new()));
    ctx.register_udtf(asof::NAME, Arc::new(asof::AsOfFunction));
    ctx.register_udtf(resample::NAME, Arc::new(resample::ResampleFunction));
    ctx.register_udtf(datasets::NAME, Arc::new(datasets::DatasetsFunction));
}
