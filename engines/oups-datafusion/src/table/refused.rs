//! Statements that change rows of a store otherwise than by inserting, and what to use instead.

use datafusion::common::{DataFusionError, plan_datafusion_err};

/// `delete` and `truncate`.
pub(super) fn delete() -> DataFusionError {
    plan_datafusion_err!("SQL does not delete rows of a store: use `oups delete`, or Dataset::delete")
}

/// `update` and `merge`.
pub(super) fn update() -> DataFusionError {
    plan_datafusion_err!(
        "SQL does not update rows of a store: insert the corrected ones, which replace those that they are duplicates of"
    )
}

/// `insert` where the store was attached without leave to write.
pub(super) fn insert() -> DataFusionError {
    plan_datafusion_err!("the store is open for reading only")
}
