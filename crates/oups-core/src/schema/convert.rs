//! Arrays of one type as another that holds all of their values.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeListArray, GenericListArray, GenericListViewArray, Int64Array, MapArray,
    OffsetSizeTrait, StructArray, new_null_array,
};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, FieldRef, Fields, Int64Type, TimeUnit};
use arrow::error::ArrowError;

/// The array in a type that holds its values: wider, dictionary or plain, a struct with more fields, which are null.
///
/// # Errors
///
/// If a value has no place: a time that a finer unit overflows, a null where the type has none, more values than a
/// dictionary's keys can name.
pub fn convert(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    use DataType::*;
    match (array.data_type(), to) {
        (from, to) if from == to => Ok(array.clone()),
        (Struct(_), Struct(fields)) => Ok(Arc::new(of_struct(array.as_struct(), fields)?)),
        (List(_), List(item)) => of_list::<i32>(array, item),
        (LargeList(_), LargeList(item)) => of_list::<i64>(array, item),
        (ListView(_), ListView(item)) => of_list_view::<i32>(array, item),
        (LargeListView(_), LargeListView(item)) => of_list_view::<i64>(array, item),
        (FixedSizeList(..), FixedSizeList(item, len)) => {
            let list = array.as_fixed_size_list();
            let values = convert(list.values(), item.data_type())?;
            Ok(Arc::new(FixedSizeListArray::try_new(item.clone(), *len, values, list.nulls().cloned())?))
        }
        (Map(..), Map(entries, sorted)) => of_map(array.as_map(), entries, *sorted),
        (from, to) if steps(from, to).is_some_and(|steps| steps > 1) => finer(array, to),
        _ => strict_cast(array, to),
    }
}

/// Whether a value may have no place in a type that [`holds`](super::holds) the other: only times in a finer unit.
pub(crate) fn may_overflow(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    match (from, to) {
        (Dictionary(_, from), to) => may_overflow(from, to),
        (from, Dictionary(_, to)) => may_overflow(from, to),
        (Struct(from), Struct(to)) => to
            .iter()
            .any(|to| from.find(to.name()).is_some_and(|(_, from)| may_overflow(from.data_type(), to.data_type()))),
        (Map(from, _), Map(to, _)) => match (from.data_type(), to.data_type()) {
            (Struct(from), Struct(to)) => {
                from.iter().zip(to).any(|(from, to)| may_overflow(from.data_type(), to.data_type()))
            }
            _ => false,
        },
        (List(from), List(to))
        | (LargeList(from), LargeList(to))
        | (ListView(from), ListView(to))
        | (LargeListView(from), LargeListView(to))
        | (FixedSizeList(from, _), FixedSizeList(to, _)) => may_overflow(from.data_type(), to.data_type()),
        (from, to) => steps(from, to).is_some_and(|steps| steps > 1),
    }
}

/// What an error of [`convert`] says, without Arrow's name for the kind where the text is ours.
pub(crate) fn reason(error: ArrowError) -> String {
    match error {
        ArrowError::ComputeError(text) => text,
        other => other.to_string(),
    }
}

fn strict_cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    cast_with_options(array, to, &CastOptions { safe: false, ..CastOptions::default() })
}

/// How many of the finer units make a coarser one.
fn steps(from: &DataType, to: &DataType) -> Option<i64> {
    use DataType::{Duration, Time32, Time64, Timestamp};
    let (from, to) = match (from, to) {
        (Timestamp(from, zone), Timestamp(to, other)) if zone == other => (from, to),
        (Duration(from), Duration(to)) => (from, to),
        (Time32(from) | Time64(from), Time32(to) | Time64(to)) => (from, to),
        _ => return None,
    };
    let per_second = |unit: &TimeUnit| match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    Some(per_second(to) / per_second(from))
}

/// Times in a finer unit. Not Arrow's cast: of times of day it does not check the product.
fn finer(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    let Some(steps) = steps(array.data_type(), to) else { return strict_cast(array, to) };
    let number = |data_type: &DataType| match data_type {
        DataType::Time32(_) => DataType::Int32,
        _ => DataType::Int64,
    };
    let numbers = strict_cast(&strict_cast(array, &number(array.data_type()))?, &DataType::Int64)?;
    let product = |value: i64| {
        let overflow = || ArrowError::ComputeError(format!("{value} of {} is too large for {to}", array.data_type()));
        value.checked_mul(steps).ok_or_else(overflow)
    };
    let numbers: Int64Array = numbers.as_primitive::<Int64Type>().try_unary(product)?;
    let numbers: ArrayRef = Arc::new(numbers);
    strict_cast(&strict_cast(&numbers, &number(to))?, to)
}

fn of_struct(array: &StructArray, fields: &Fields) -> Result<StructArray, ArrowError> {
    let column = |field: &FieldRef| match array.column_by_name(field.name()) {
        Some(column) => convert(column, field.data_type()),
        None => Ok(new_null_array(field.data_type(), array.len())),
    };
    let columns = fields.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    StructArray::try_new_with_length(fields.clone(), columns, array.nulls().cloned(), array.len())
}

fn of_list<O: OffsetSizeTrait>(array: &ArrayRef, item: &FieldRef) -> Result<ArrayRef, ArrowError> {
    let list = array.as_list::<O>();
    let values = convert(list.values(), item.data_type())?;
    Ok(Arc::new(GenericListArray::<O>::try_new(item.clone(), list.offsets().clone(), values, list.nulls().cloned())?))
}

fn of_list_view<O: OffsetSizeTrait>(array: &ArrayRef, item: &FieldRef) -> Result<ArrayRef, ArrowError> {
    let list = array.as_list_view::<O>();
    let values = convert(list.values(), item.data_type())?;
    let (offsets, sizes) = (list.offsets().clone(), list.sizes().clone());
    Ok(Arc::new(GenericListViewArray::<O>::try_new(item.clone(), offsets, sizes, values, list.nulls().cloned())?))
}

/// The entries of a map go by place, not by name.
fn of_map(map: &MapArray, entries: &FieldRef, sorted: bool) -> Result<ArrayRef, ArrowError> {
    let DataType::Struct(fields) = entries.data_type() else {
        return Err(ArrowError::SchemaError(format!("a map of {}", entries.data_type())));
    };
    let columns = map.entries().columns().iter().zip(fields).map(|(column, field)| convert(column, field.data_type()));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let rows = StructArray::try_new(fields.clone(), columns, map.entries().nulls().cloned())?;
    Ok(Arc::new(MapArray::try_new(entries.clone(), map.offsets().clone(), rows, map.nulls().cloned(), sorted)?))
}
