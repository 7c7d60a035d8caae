//! What manifests know of row groups, as the engine's statistics.

use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::stats::Precision;
use datafusion::common::{Result, ScalarValue, Statistics};
use oups::{OrdValue, RowGroup, Snapshot};

use crate::columns::Columns;
use crate::value;

/// What is the same for all row groups of a dataset.
#[derive(Clone, Debug)]
pub(crate) struct DatasetStatistics<'a> {
    snapshot: &'a Snapshot,
    unknown: Statistics,
    /// The places of columns that the dataset does not have.
    missing: Vec<usize>,
    /// The ordered column, if the engine compares its values: its place, and its field in the table.
    ordered: Option<(usize, &'a FieldRef)>,
}

impl<'a> DatasetStatistics<'a> {
    /// The statistics of a dataset in a table of these columns.
    pub(crate) fn new(columns: &'a Columns, snapshot: &'a Snapshot) -> Self {
        let missing = columns.missing(snapshot.schema());
        // The engine compares no dictionaries.
        let ordered = columns.place_of(snapshot.ordered_on());
        let ordered = ordered.filter(|(_, field)| !matches!(field.data_type(), DataType::Dictionary(..)));
        Self { snapshot, unknown: Statistics::new_unknown(columns.read.file_schema()), missing, ordered }
    }

    /// The statistics of a row group: its rows exactly, and the least and the greatest value of the ordered column. What
    /// there is to know of other columns is in the footer, which is read when the file is.
    ///
    /// # Errors
    ///
    /// If the manifest has a value that is not of the ordered column's type.
    pub(crate) fn of(&self, group: &RowGroup) -> Result<Statistics> {
        let rows = Precision::Exact(usize::try_from(group.rows()).unwrap_or(usize::MAX));
        let mut statistics = self.unknown.clone();
        statistics.num_rows = rows;
        statistics.total_byte_size = Precision::Inexact(usize::try_from(group.bytes()).unwrap_or(usize::MAX));
        for at in &self.missing {
            if let Some(column) = statistics.column_statistics.get_mut(*at) {
                column.null_count = rows;
            }
        }
        if let Some((at, field)) = self.ordered
            && let Some(column) = statistics.column_statistics.get_mut(at)
        {
            column.null_count = Precision::Exact(0);
            column.min_value = self.value(group.min(), field)?;
            column.max_value = self.value(group.max(), field)?;
        }
        Ok(statistics)
    }

    /// A value in the type that the column has in the table, which is a wider one where datasets differ; absent if it does
    /// not fit, as a time beyond the unit of other datasets. Reading it fails then.
    fn value(&self, value: &OrdValue, field: &FieldRef) -> Result<Precision<ScalarValue>> {
        let value = value::ordered(self.snapshot.ordered_type(), value)?;
        if value.data_type() == *field.data_type() {
            return Ok(Precision::Exact(value));
        }
        Ok(value.cast_to(field.data_type()).map_or(Precision::Absent, Precision::Exact))
    }
}
