//! What the manifest knows of a row group, as the engine's statistics.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::stats::Precision;
use datafusion::common::{Result, Statistics};
use oups::{RowGroup, Snapshot};

use crate::columns::Columns;
use crate::value;

/// The statistics of a row group's file: rows exactly, and the least and the greatest value of the ordered column. The other
/// columns' are in the footer, which is read when the file is.
///
/// # Errors
///
/// If the manifest has a value that is not of the ordered column's type.
pub(crate) fn of_row_group(columns: &Columns, snapshot: &Snapshot, group: &RowGroup) -> Result<Statistics> {
    let schema = columns.read.file_schema();
    let mut statistics = Statistics::new_unknown(schema);
    statistics.num_rows = Precision::Exact(usize::try_from(group.rows()).unwrap_or(usize::MAX));
    statistics.total_byte_size = Precision::Inexact(usize::try_from(group.bytes()).unwrap_or(usize::MAX));
    let Some((at, field)) = schema.column_with_name(snapshot.ordered_on()) else { return Ok(statistics) };
    // The engine compares no dictionaries.
    if matches!(field.data_type(), DataType::Dictionary(..)) {
        return Ok(statistics);
    }
    if let Some(column) = statistics.column_statistics.get_mut(at) {
        let exact = |value| Ok::<_, datafusion::common::DataFusionError>(Precision::Exact(value));
        column.min_value = exact(value::ordered(snapshot.ordered_type(), group.min())?)?.cast_to(field.data_type())?;
        column.max_value = exact(value::ordered(snapshot.ordered_type(), group.max())?)?.cast_to(field.data_type())?;
        column.null_count = Precision::Exact(0);
    }
    Ok(statistics)
}
