//! The fields of keys as columns of rows that come from several datasets.

use std::sync::Arc;

use arrow::array::{ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray, StringDictionaryBuilder, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::{
    Field, FieldRef, Int8Type, Int16Type, Int32Type, Int64Type, Schema, SchemaRef, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow::error::ArrowError;
use oups_core::QueryError;
use oups_core::key::{FieldType, FieldValue};
use oups_core::{KeySchema, StoreKey};

use crate::Result;

/// One column for each key field. Numbers of up to 64 bits and booleans keep their type; everything else is a
/// dictionary of texts.
#[derive(Clone, Debug)]
pub(crate) struct KeyColumns {
    fields: Vec<FieldRef>,
    /// For each field its value for each key of the query.
    values: Vec<ArrayRef>,
}

impl KeyColumns {
    /// No columns.
    pub(crate) fn none() -> Self {
        Self { fields: Vec::new(), values: Vec::new() }
    }

    pub(crate) fn new<K: StoreKey>(schema: &KeySchema, keys: &[K]) -> Result<Self> {
        let rows: Vec<Vec<FieldValue>> = keys.iter().map(StoreKey::values).collect();
        let mut fields = Vec::new();
        let mut values = Vec::new();
        for (at, (name, field_type)) in schema.field_names().zip(schema.field_types()).enumerate() {
            let column: Vec<&FieldValue> = rows.iter().filter_map(|row| row.get(at)).collect();
            let array = array_of(field_type, &column)?;
            fields.push(Arc::new(Field::new(name, array.data_type().clone(), false)));
            values.push(array);
        }
        Ok(Self { fields, values })
    }

    /// The schema of rows with the key columns in front of their own.
    ///
    /// # Errors
    ///
    /// [`QueryError::KeyColumn`] if a column has the name of a key field.
    pub(crate) fn schema(&self, rows: &Schema) -> Result<SchemaRef> {
        if let Some(clash) = self.fields.iter().find(|field| rows.column_with_name(field.name()).is_some()) {
            return Err(QueryError::KeyColumn { column: clash.name().clone() }.into());
        }
        let fields: Vec<FieldRef> = self.fields.iter().chain(rows.fields()).cloned().collect();
        Ok(Arc::new(Schema::new_with_metadata(fields, rows.metadata().clone())))
    }

    /// The columns for rows of these keys, given by their positions in the query.
    ///
    /// # Errors
    ///
    /// If a position is beyond the keys.
    pub(crate) fn of(&self, keys: &UInt32Array) -> Result<Vec<ArrayRef>, ArrowError> {
        self.values.iter().map(|values| take(values, keys, None)).collect()
    }
}

fn array_of(field_type: FieldType, values: &[&FieldValue]) -> Result<ArrayRef, ArrowError> {
    Ok(match field_type {
        FieldType::I8 => numbers::<Int8Type>(values),
        FieldType::I16 => numbers::<Int16Type>(values),
        FieldType::I32 => numbers::<Int32Type>(values),
        FieldType::I64 => numbers::<Int64Type>(values),
        FieldType::U8 => numbers::<UInt8Type>(values),
        FieldType::U16 => numbers::<UInt16Type>(values),
        FieldType::U32 => numbers::<UInt32Type>(values),
        FieldType::U64 => numbers::<UInt64Type>(values),
        FieldType::Bool => {
            Arc::new(values.iter().map(|value| Some(**value == FieldValue::Bool(true))).collect::<BooleanArray>())
        }
        _ => {
            let mut texts = StringDictionaryBuilder::<Int32Type>::new();
            values.iter().try_for_each(|value| texts.append(value.to_text()).map(|_| ()))?;
            Arc::new(texts.finish())
        }
    })
}

/// A key's number always fits its field's type.
fn numbers<T: ArrowPrimitiveType>(values: &[&FieldValue]) -> ArrayRef
where
    T::Native: TryFrom<i128> + TryFrom<u128>,
{
    let number = |value: &&FieldValue| match value {
        FieldValue::Int(number) => T::Native::try_from(*number).ok(),
        FieldValue::UInt(number) => T::Native::try_from(*number).ok(),
        _ => None,
    };
    Arc::new(PrimitiveArray::<T>::from_iter(values.iter().map(number)))
}
