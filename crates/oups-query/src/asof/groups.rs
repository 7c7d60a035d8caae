//! The groups of an as-of join: the values of a row's `by` columns, as one comparable value.

use std::sync::Arc;

use arrow::array::{ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float16Type, Float32Type, Float64Type};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, Rows, SortField};

/// Makes the values. Values compare only with others of the same `Groups`.
#[derive(Debug)]
pub(super) struct Groups {
    types: Vec<DataType>,
    converter: RowConverter,
}

impl Groups {
    /// Makes values of columns of these types, dictionary-encoded or not. `None` without columns: all rows are one
    /// group.
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
        let columns: Vec<ArrayRef> = columns
            .map(|(column, data_type)| Ok(one_of_each_number(&cast(column, data_type)?)))
            .collect::<Result<_, ArrowError>>()?;
        self.converter.convert_columns(&columns)
    }
}

/// Floats with one zero and one NaN. Arrow's row format keeps the two zeros apart, and NaNs of different bits.
fn one_of_each_number(array: &ArrayRef) -> ArrayRef {
    type Half = <Float16Type as ArrowPrimitiveType>::Native;
    fn mapped<T: ArrowPrimitiveType>(array: &ArrayRef, one: impl Fn(T::Native) -> T::Native) -> ArrayRef {
        let floats: PrimitiveArray<T> = array.as_primitive::<T>().unary(one);
        Arc::new(floats)
    }
    // Adding zero makes a negative zero positive.
    match array.data_type() {
        DataType::Float16 => {
            mapped::<Float16Type>(array, |v| if v.is_nan() { Half::NAN } else { v + Half::from_f32(0.0) })
        }
        DataType::Float32 => mapped::<Float32Type>(array, |v| if v.is_nan() { f32::NAN } else { v + 0.0 }),
        DataType::Float64 => mapped::<Float64Type>(array, |v| if v.is_nan() { f64::NAN } else { v + 0.0 }),
        _ => array.clone(),
    }
}
