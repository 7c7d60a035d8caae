//! Rows that are equal in the columns of `by`, as one comparable value a row.

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use arrow::row::{RowConverter, Rows, SortField};

/// Makes the values, which compare among all that one of these made.
#[derive(Debug)]
pub(super) struct Groups {
    types: Vec<DataType>,
    converter: RowConverter,
}

impl Groups {
    /// For columns of these types, dictionary-encoded or not; `None` without columns: all rows are one group.
    pub(super) fn new(types: Vec<DataType>) -> Result<Option<Self>, ArrowError> {
        if types.is_empty() {
            return Ok(None);
        }
        let converter = RowConverter::new(types.iter().cloned().map(SortField::new).collect())?;
        Ok(Some(Self { types, converter }))
    }

    pub(super) fn of(&self, batch: &RecordBatch, places: &[usize]) -> Result<Rows, ArrowError> {
        let columns =
            places.iter().zip(&self.types).filter_map(|(at, data_type)| Some((batch.columns().get(*at)?, data_type)));
        let columns: Vec<ArrayRef> =
            columns.map(|(column, data_type)| cast(column, data_type)).collect::<Result<_, _>>()?;
        self.converter.convert_columns(&columns)
    }
}
