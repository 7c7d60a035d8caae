//! Values as the texts that [`Column`](super::Column) reads back.

use arrow::array::*;
use arrow::datatypes::*;

use super::float::Width;
use super::types::unit_digits;
use super::{calendar, duration, float, whole};

/// The error of a value that has no text which could be read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unshown {
    /// The value as it is stored.
    pub(crate) value: String,
    pub(crate) why: &'static str,
}

/// Appends the text of a value that is not null, of a leaf type. Times with a zone are in UTC.
pub(crate) fn write(array: &dyn Array, row: usize, out: &mut String) -> Result<(), Unshown> {
    use DataType::*;
    match array.data_type() {
        Boolean => out.push_str(if array.as_boolean().value(row) { "true" } else { "false" }),
        Utf8 => out.push_str(array.as_string::<i32>().value(row)),
        LargeUtf8 => out.push_str(array.as_string::<i64>().value(row)),
        Utf8View => out.push_str(array.as_string_view().value(row)),
        Binary => whole::hex(array.as_binary::<i32>().value(row), out),
        LargeBinary => whole::hex(array.as_binary::<i64>().value(row), out),
        BinaryView => whole::hex(array.as_binary_view().value(row), out),
        FixedSizeBinary(_) => whole::hex(array.as_fixed_size_binary().value(row), out),
        Dictionary(..) => {
            let Some(key) = key(array, row) else { return Ok(()) };
            return write(array.as_any_dictionary().values().as_ref(), key, out);
        }
        number if number.is_numeric() => write_number(array, row, out),
        _ => return write_time(array, row, out),
    }
    Ok(())
}

/// Whether the value is null, by itself or in its dictionary.
pub(crate) fn is_null(array: &dyn Array, row: usize) -> bool {
    match array.data_type() {
        DataType::Null => true,
        DataType::Dictionary(..) => {
            let values = array.as_any_dictionary().values();
            key(array, row).is_none_or(|key| values.is_null(key))
        }
        _ => array.is_null(row),
    }
}

/// The index among a dictionary's values that a row refers to.
fn key(array: &dyn Array, row: usize) -> Option<usize> {
    let keys = array.as_any_dictionary().keys();
    if keys.is_null(row) {
        return None;
    }
    match keys.data_type() {
        DataType::Int8 => native::<Int8Type>(keys, row).try_into().ok(),
        DataType::Int16 => native::<Int16Type>(keys, row).try_into().ok(),
        DataType::Int32 => native::<Int32Type>(keys, row).try_into().ok(),
        DataType::Int64 => native::<Int64Type>(keys, row).try_into().ok(),
        DataType::UInt8 => Some(native::<UInt8Type>(keys, row).into()),
        DataType::UInt16 => Some(native::<UInt16Type>(keys, row).into()),
        DataType::UInt32 => native::<UInt32Type>(keys, row).try_into().ok(),
        _ => native::<UInt64Type>(keys, row).try_into().ok(),
    }
}

/// Whether the value is a number that JSON has a form for.
pub(crate) fn is_json_number(array: &dyn Array, row: usize) -> bool {
    match array.data_type() {
        DataType::Float16 => float::is_finite(bits16(array, row), Width::F16),
        DataType::Float32 => array.as_primitive::<Float32Type>().value(row).is_finite(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).is_finite(),
        DataType::Dictionary(..) => {
            let values = array.as_any_dictionary().values();
            key(array, row).is_some_and(|key| is_json_number(values.as_ref(), key))
        }
        other => other.is_numeric(),
    }
}

fn bits16(array: &dyn Array, row: usize) -> u64 {
    array.as_primitive::<Float16Type>().value(row).to_bits().into()
}

fn native<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> T::Native {
    array.as_primitive::<T>().value(row)
}

fn write_number(array: &dyn Array, row: usize, out: &mut String) {
    use DataType::*;
    let text = match array.data_type() {
        Int8 => native::<Int8Type>(array, row).to_string(),
        Int16 => native::<Int16Type>(array, row).to_string(),
        Int32 => native::<Int32Type>(array, row).to_string(),
        Int64 => native::<Int64Type>(array, row).to_string(),
        UInt8 => native::<UInt8Type>(array, row).to_string(),
        UInt16 => native::<UInt16Type>(array, row).to_string(),
        UInt32 => native::<UInt32Type>(array, row).to_string(),
        UInt64 => native::<UInt64Type>(array, row).to_string(),
        Float16 => float::text(bits16(array, row), Width::F16),
        Float32 => float::text(native::<Float32Type>(array, row).to_bits().into(), Width::F32),
        Float64 => float::text(native::<Float64Type>(array, row).to_bits(), Width::F64),
        Decimal32(..) => array.as_primitive::<Decimal32Type>().value_as_string(row),
        Decimal64(..) => array.as_primitive::<Decimal64Type>().value_as_string(row),
        Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        _ => array.as_primitive::<Decimal256Type>().value_as_string(row),
    };
    out.push_str(&text);
}

fn write_time(array: &dyn Array, row: usize, out: &mut String) -> Result<(), Unshown> {
    use DataType::*;
    match array.data_type() {
        Date32 => calendar::write_date(native::<Date32Type>(array, row).into(), out),
        Date64 => write_date64(native::<Date64Type>(array, row), out),
        Timestamp(unit, zone) => {
            let value = match unit {
                TimeUnit::Second => native::<TimestampSecondType>(array, row),
                TimeUnit::Millisecond => native::<TimestampMillisecondType>(array, row),
                TimeUnit::Microsecond => native::<TimestampMicrosecondType>(array, row),
                TimeUnit::Nanosecond => native::<TimestampNanosecondType>(array, row),
            };
            let (seconds, nanos) = parts(value, *unit);
            calendar::write_time(seconds, nanos, out);
            if zone.is_some() {
                out.push('Z');
            }
        }
        Time32(TimeUnit::Second) => {
            return of_day(native::<Time32SecondType>(array, row).into(), TimeUnit::Second, out);
        }
        Time32(_) => return of_day(native::<Time32MillisecondType>(array, row).into(), TimeUnit::Millisecond, out),
        Time64(TimeUnit::Nanosecond) => {
            return of_day(native::<Time64NanosecondType>(array, row), TimeUnit::Nanosecond, out);
        }
        Time64(_) => return of_day(native::<Time64MicrosecondType>(array, row), TimeUnit::Microsecond, out),
        Duration(unit) => {
            let value = match unit {
                TimeUnit::Second => native::<DurationSecondType>(array, row),
                TimeUnit::Millisecond => native::<DurationMillisecondType>(array, row),
                TimeUnit::Microsecond => native::<DurationMicrosecondType>(array, row),
                TimeUnit::Nanosecond => native::<DurationNanosecondType>(array, row),
            };
            duration::write(value, *unit, out);
        }
        other => return Err(Unshown { value: other.to_string(), why: "values of this type have no text" }),
    }
    Ok(())
}

/// The seconds of a value, and the nanoseconds within the second.
fn parts(value: i64, unit: TimeUnit) -> (i64, u32) {
    let per_second = 10_i64.pow(unit_digits(unit).into());
    let nanos = value.rem_euclid(per_second) * (1_000_000_000 / per_second);
    // The cast loses nothing: the value is at most 999,999,999.
    (value.div_euclid(per_second), nanos as u32)
}

/// Writes a date, with its time of day if it is not midnight.
fn write_date64(millis: i64, out: &mut String) {
    let (seconds, nanos) = parts(millis, TimeUnit::Millisecond);
    match (seconds.rem_euclid(calendar::DAY_SECONDS), nanos) {
        (0, 0) => calendar::write_date(seconds.div_euclid(calendar::DAY_SECONDS), out),
        _ => calendar::write_time(seconds, nanos, out),
    }
}

fn of_day(value: i64, unit: TimeUnit, out: &mut String) -> Result<(), Unshown> {
    let (seconds, nanos) = parts(value, unit);
    if !(0..calendar::DAY_SECONDS).contains(&seconds) {
        return Err(Unshown { value: value.to_string(), why: "a time of day lies within 24 hours" });
    }
    calendar::write_clock(seconds, nanos, out);
    Ok(())
}
