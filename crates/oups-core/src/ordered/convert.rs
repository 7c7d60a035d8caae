//! Arrays to comparable values, and back.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BinaryArray, BinaryViewArray, FixedSizeBinaryBuilder, Float16Array,
    Float32Array, Float64Array, Int64Array, LargeBinaryArray, LargeStringArray, PrimitiveArray, StringArray,
    StringViewArray,
};
use arrow::buffer::ScalarBuffer;
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::*;
use arrow::error::ArrowError;

use super::floats::{order16, order32, order64};
use super::{OrdKeys, OrdValue, OrderedType};

/// The sign bit. Flipping it maps the order of unsigned integers to the order of signed ones, and back.
const SIGN: u64 = 1 << 63;

impl OrderedType {
    /// The column in comparable form.
    ///
    /// # Errors
    ///
    /// If the array is neither of this type nor a dictionary of it.
    pub fn keys(&self, array: &ArrayRef) -> Result<OrdKeys, ArrowError> {
        if let Some(dictionary) = array.as_any_dictionary_opt() {
            return self.keys(&arrow::compute::take(dictionary.values(), dictionary.keys(), None)?);
        }
        if array.data_type() != self.data_type() {
            let (expected, found) = (self.data_type(), array.data_type());
            return Err(ArrowError::SchemaError(format!("expected a column of type {expected}, found {found}")));
        }
        Ok(match self.data_type() {
            DataType::Decimal128(..) => OrdKeys::I128(array.as_primitive::<Decimal128Type>().values().clone()),
            DataType::Decimal256(..) => OrdKeys::I256(array.as_primitive::<Decimal256Type>().values().clone()),
            data_type => match scalar_keys(array, data_type) {
                Some(values) => OrdKeys::I64(values),
                None => OrdKeys::Bytes(byte_keys(array)?),
            },
        })
    }

    /// The values of an array.
    ///
    /// # Errors
    ///
    /// As [`keys`](Self::keys).
    pub fn from_array(&self, array: &ArrayRef) -> Result<Vec<OrdValue>, ArrowError> {
        let keys = self.keys(array)?;
        Ok((0..keys.len()).filter_map(|at| keys.get(at)).collect())
    }

    /// The array of these values: the exact inverse of [`from_array`](Self::from_array).
    ///
    /// # Errors
    ///
    /// If a value is not of this type's form, or not in its range.
    pub fn to_array(&self, values: &[OrdValue]) -> Result<ArrayRef, ArrowError> {
        match self.data_type() {
            DataType::Decimal128(precision, scale) => {
                let values = values.iter().map(|v| if let OrdValue::I128(v) = v { Ok(*v) } else { Err(form(self, v)) });
                let array = PrimitiveArray::<Decimal128Type>::from_iter_values(values.collect::<Result<Vec<_>, _>>()?);
                Ok(Arc::new(array.with_precision_and_scale(*precision, *scale)?))
            }
            DataType::Decimal256(precision, scale) => {
                let values = values.iter().map(|v| if let OrdValue::I256(v) = v { Ok(*v) } else { Err(form(self, v)) });
                let array = PrimitiveArray::<Decimal256Type>::from_iter_values(values.collect::<Result<Vec<_>, _>>()?);
                Ok(Arc::new(array.with_precision_and_scale(*precision, *scale)?))
            }
            data_type if is_bytes(data_type) => {
                let values =
                    values.iter().map(|v| if let OrdValue::Bytes(v) = v { Ok(&**v) } else { Err(form(self, v)) });
                byte_array(&values.collect::<Result<Vec<_>, _>>()?, data_type)
            }
            data_type => {
                let values = values.iter().map(|v| if let OrdValue::I64(v) = v { Ok(*v) } else { Err(form(self, v)) });
                scalar_array(values.collect::<Result<Vec<_>, _>>()?, data_type)
            }
        }
    }
}

fn form(expected: &OrderedType, found: &OrdValue) -> ArrowError {
    ArrowError::InvalidArgumentError(format!("{found:?} is not a value of type {}", expected.data_type()))
}

fn is_bytes(data_type: &DataType) -> bool {
    use DataType::*;
    matches!(data_type, Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView | FixedSizeBinary(_))
}

fn widened<T: ArrowPrimitiveType>(array: &ArrayRef) -> ScalarBuffer<i64>
where
    T::Native: Into<i64>,
{
    array.as_primitive::<T>().values().iter().map(|v| (*v).into()).collect()
}

fn shared<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef) -> ScalarBuffer<i64> {
    array.as_primitive::<T>().values().clone()
}

/// The column as signed integers that sort as its values do. `None` for types of more than 64 bits, text and binary.
fn scalar_keys(array: &ArrayRef, data_type: &DataType) -> Option<ScalarBuffer<i64>> {
    use TimeUnit::*;
    Some(match data_type {
        DataType::Int8 => widened::<Int8Type>(array),
        DataType::Int16 => widened::<Int16Type>(array),
        DataType::Int32 => widened::<Int32Type>(array),
        DataType::UInt8 => unsigned::<UInt8Type>(array),
        DataType::UInt16 => unsigned::<UInt16Type>(array),
        DataType::UInt32 => unsigned::<UInt32Type>(array),
        DataType::UInt64 => unsigned::<UInt64Type>(array),
        DataType::Date32 => widened::<Date32Type>(array),
        DataType::Time32(Second) => widened::<Time32SecondType>(array),
        DataType::Time32(_) => widened::<Time32MillisecondType>(array),
        DataType::Decimal32(..) => widened::<Decimal32Type>(array),
        DataType::Int64 => shared::<Int64Type>(array),
        DataType::Date64 => shared::<Date64Type>(array),
        DataType::Time64(Nanosecond) => shared::<Time64NanosecondType>(array),
        DataType::Time64(_) => shared::<Time64MicrosecondType>(array),
        DataType::Timestamp(Second, _) => shared::<TimestampSecondType>(array),
        DataType::Timestamp(Millisecond, _) => shared::<TimestampMillisecondType>(array),
        DataType::Timestamp(Microsecond, _) => shared::<TimestampMicrosecondType>(array),
        DataType::Timestamp(Nanosecond, _) => shared::<TimestampNanosecondType>(array),
        DataType::Duration(Second) => shared::<DurationSecondType>(array),
        DataType::Duration(Millisecond) => shared::<DurationMillisecondType>(array),
        DataType::Duration(Microsecond) => shared::<DurationMicrosecondType>(array),
        DataType::Duration(Nanosecond) => shared::<DurationNanosecondType>(array),
        DataType::Decimal64(..) => shared::<Decimal64Type>(array),
        DataType::Float16 => {
            let values = array.as_primitive::<Float16Type>().values();
            values.iter().map(|v| i64::from(order16(v.to_bits() as i16))).collect()
        }
        DataType::Float32 => {
            let values = array.as_primitive::<Float32Type>().values();
            values.iter().map(|v| i64::from(order32(v.to_bits() as i32))).collect()
        }
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>().values();
            values.iter().map(|v| order64(v.to_bits() as i64)).collect()
        }
        _ => return None,
    })
}

fn unsigned<T: ArrowPrimitiveType>(array: &ArrayRef) -> ScalarBuffer<i64>
where
    T::Native: Into<u64>,
{
    array.as_primitive::<T>().values().iter().map(|v| (Into::<u64>::into(*v) ^ SIGN) as i64).collect()
}

/// Text and binary, which sort by their bytes: the order of UTF-8 bytes is the order of the characters.
fn byte_keys(array: &ArrayRef) -> Result<BinaryViewArray, ArrowError> {
    Ok(match array.data_type() {
        DataType::Utf8 => StringViewArray::from(array.as_string::<i32>()).to_binary_view(),
        DataType::LargeUtf8 => StringViewArray::from(array.as_string::<i64>()).to_binary_view(),
        DataType::Utf8View => array.as_string_view().clone().to_binary_view(),
        DataType::Binary => BinaryViewArray::from(array.as_binary::<i32>()),
        DataType::LargeBinary => BinaryViewArray::from(array.as_binary::<i64>()),
        DataType::BinaryView => array.as_binary_view().clone(),
        DataType::FixedSizeBinary(_) => {
            BinaryViewArray::from_iter_values(array.as_fixed_size_binary().iter().map(Option::unwrap_or_default))
        }
        other => {
            return Err(ArrowError::SchemaError(format!("a column of type {other} has no order")));
        }
    })
}

fn byte_array(values: &[&[u8]], data_type: &DataType) -> Result<ArrayRef, ArrowError> {
    let text = || -> Result<Vec<&str>, ArrowError> {
        let texts = values.iter().map(|v| std::str::from_utf8(v));
        texts.collect::<Result<_, _>>().map_err(|e| ArrowError::InvalidArgumentError(e.to_string()))
    };
    Ok(match data_type {
        DataType::Utf8 => Arc::new(StringArray::from_iter_values(text()?)),
        DataType::LargeUtf8 => Arc::new(LargeStringArray::from_iter_values(text()?)),
        DataType::Utf8View => Arc::new(StringViewArray::from_iter_values(text()?)),
        DataType::LargeBinary => Arc::new(LargeBinaryArray::from_iter_values(values)),
        DataType::BinaryView => Arc::new(BinaryViewArray::from_iter_values(values)),
        DataType::FixedSizeBinary(width) => {
            let mut builder = FixedSizeBinaryBuilder::with_capacity(values.len(), *width);
            values.iter().try_for_each(|v| builder.append_value(v))?;
            Arc::new(builder.finish())
        }
        _ => Arc::new(BinaryArray::from_iter_values(values)),
    })
}

/// The exact inverse of [`scalar_keys`]: the sign bit of unsigned integers is flipped back, and floats are turned back
/// from their total order. A value out of the type's range is an error. So casts are strict: by default Arrow's make
/// nulls.
fn scalar_array(values: Vec<i64>, data_type: &DataType) -> Result<ArrayRef, ArrowError> {
    let out_of_range = |v: i64| ArrowError::InvalidArgumentError(format!("{v} is out of the range of {data_type}"));
    match data_type {
        DataType::Float16 => {
            let narrow = values.into_iter().map(|v| i16::try_from(v).map_err(|_| out_of_range(v)));
            let floats =
                narrow.map(|v| v.map(|v| <Float16Type as ArrowPrimitiveType>::Native::from_bits(order16(v) as u16)));
            Ok(Arc::new(Float16Array::from_iter_values(floats.collect::<Result<Vec<_>, _>>()?)))
        }
        DataType::Float32 => {
            let narrow = values.into_iter().map(|v| i32::try_from(v).map_err(|_| out_of_range(v)));
            let floats = narrow.map(|v| v.map(|v| f32::from_bits(order32(v) as u32)));
            Ok(Arc::new(Float32Array::from_iter_values(floats.collect::<Result<Vec<_>, _>>()?)))
        }
        DataType::Float64 => {
            Ok(Arc::new(Float64Array::from_iter_values(values.into_iter().map(|v| f64::from_bits(order64(v) as u64)))))
        }
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => {
            let values = values.into_iter().map(|v| v as u64 ^ SIGN);
            strict_cast(Arc::new(PrimitiveArray::<UInt64Type>::from_iter_values(values)), data_type)
        }
        DataType::Decimal32(precision, scale) => {
            let narrow = values.into_iter().map(|v| i32::try_from(v).map_err(|_| out_of_range(v)));
            let array = PrimitiveArray::<Decimal32Type>::from_iter_values(narrow.collect::<Result<Vec<_>, _>>()?);
            Ok(Arc::new(array.with_precision_and_scale(*precision, *scale)?))
        }
        DataType::Decimal64(precision, scale) => {
            let array = PrimitiveArray::<Decimal64Type>::from_iter_values(values);
            Ok(Arc::new(array.with_precision_and_scale(*precision, *scale)?))
        }
        DataType::Date32 | DataType::Time32(_) => {
            let narrow = strict_cast(Arc::new(Int64Array::from(values)), &DataType::Int32)?;
            strict_cast(narrow, data_type)
        }
        DataType::Date64 => Ok(Arc::new(Int64Array::from(values).reinterpret_cast::<Date64Type>())),
        _ => strict_cast(Arc::new(Int64Array::from(values)), data_type),
    }
}

fn strict_cast(array: ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    cast_with_options(&array, to, &CastOptions { safe: false, ..CastOptions::default() })
}
