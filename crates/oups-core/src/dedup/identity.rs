//! The identity of a row: its values in some columns, as bytes that can be compared.

use arrow::array::{
    Array, ArrayRef, AsArray, Float16Array, Float32Array, Float64Array, RecordBatch, UInt64Array, make_array,
};
use arrow::compute::take;
use arrow::datatypes::{DataType, Float16Type, Float32Type, Float64Type};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, Rows, SortField};

use crate::Result;
use crate::schema::DatasetSchema;
use crate::settings::DuplicatesOn;

/// The columns that, besides the ordered column, decide whether two rows are the same. Null equals null, NaN equals
/// NaN.
#[derive(Debug)]
pub(super) struct Identity {
    columns: Vec<usize>,
    converter: RowConverter,
}

impl Identity {
    /// `None` if rows with the same ordered value are always the same.
    pub(super) fn of(schema: &DatasetSchema, on: &DuplicatesOn) -> Result<Option<Self>> {
        let mut columns = match on {
            DuplicatesOn::Off | DuplicatesOn::All => (0..schema.plain().fields().len()).collect(),
            DuplicatesOn::Columns(names) => {
                names.iter().map(|name| schema.index_of(name)).collect::<Result<Vec<_>>>()?
            }
        };
        columns.sort_unstable();
        columns.dedup();
        columns.retain(|&column| column != schema.ordered_index());
        if columns.is_empty() {
            return Ok(None);
        }
        let fields = columns.iter().map(|&column| SortField::new(schema.plain().field(column).data_type().clone()));
        let converter = RowConverter::new(fields.collect()).map_err(|error| schema.arrow_error(error))?;
        Ok(Some(Self { columns, converter }))
    }

    /// The identities of the rows at these positions, in the same order.
    pub(super) fn rows(&self, batch: &RecordBatch, rows: &UInt64Array) -> Result<Rows, ArrowError> {
        let columns = self.columns.iter().filter_map(|&column| batch.columns().get(column));
        let columns = columns.map(|column| one_nan(&take(column, rows, None)?)).collect::<Result<Vec<_>, _>>()?;
        self.converter.convert_columns(&columns)
    }
}

/// Replaces every NaN by the same one. NaN has many bit patterns, and Arrow's row format would take them for different
/// values.
fn one_nan(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    Ok(match array.data_type() {
        DataType::Float16 => {
            let nan = half_nan();
            let floats: &Float16Array = array.as_primitive::<Float16Type>();
            std::sync::Arc::new(floats.unary::<_, Float16Type>(|value| if value.is_nan() { nan } else { value }))
        }
        DataType::Float32 => {
            let floats: &Float32Array = array.as_primitive::<Float32Type>();
            std::sync::Arc::new(floats.unary::<_, Float32Type>(|value| if value.is_nan() { f32::NAN } else { value }))
        }
        DataType::Float64 => {
            let floats: &Float64Array = array.as_primitive::<Float64Type>();
            std::sync::Arc::new(floats.unary::<_, Float64Type>(|value| if value.is_nan() { f64::NAN } else { value }))
        }
        nested if nested.is_nested() => {
            let data = array.to_data();
            let children = data.child_data().iter().map(|child| Ok(one_nan(&make_array(child.clone()))?.to_data()));
            let children = children.collect::<Result<Vec<_>, ArrowError>>()?;
            make_array(data.into_builder().child_data(children).build()?)
        }
        _ => array.clone(),
    })
}

fn half_nan() -> <Float16Type as arrow::datatypes::ArrowPrimitiveType>::Native {
    <Float16Type as arrow::datatypes::ArrowPrimitiveType>::Native::from_bits(0x7e00)
}

/// Positions as an array, which Arrow's kernels take.
pub(super) fn positions(rows: impl Iterator<Item = usize>) -> UInt64Array {
    rows.map(|row| row as u64).collect()
}
