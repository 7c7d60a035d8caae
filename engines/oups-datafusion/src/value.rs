//! Values of oups as values of DataFusion.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use oups::key::{FieldType, FieldValue};
use oups::{OrdValue, OrderedType};

/// A value of the ordered column.
///
/// # Errors
///
/// If the value is not one of the type.
pub(crate) fn ordered(ordered: &OrderedType, value: &OrdValue) -> Result<ScalarValue> {
    ScalarValue::try_from_array(&ordered.to_array(std::slice::from_ref(value))?, 0)
}

/// The type of the column of a key field: whole numbers of up to 64 bits and `bool` are themselves, everything else is its
/// text.
pub(crate) fn field_type(field_type: FieldType) -> DataType {
    match field_type {
        FieldType::Bool => DataType::Boolean,
        FieldType::I8 => DataType::Int8,
        FieldType::I16 => DataType::Int16,
        FieldType::I32 => DataType::Int32,
        FieldType::I64 => DataType::Int64,
        FieldType::U8 => DataType::UInt8,
        FieldType::U16 => DataType::UInt16,
        FieldType::U32 => DataType::UInt32,
        FieldType::U64 => DataType::UInt64,
        _ => DataType::Utf8,
    }
}

/// The value of a key field, in the type of its column.
///
/// # Errors
///
/// If the value is not one of the field's type.
pub(crate) fn field(field_type: FieldType, value: &FieldValue) -> Result<ScalarValue> {
    ScalarValue::Utf8(Some(value.to_text().into_owned())).cast_to(&self::field_type(field_type))
}
