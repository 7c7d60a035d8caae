//! Converts arrays to another type that holds all of their values.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeListArray, GenericListArray, Int64Array, MapArray, OffsetSizeTrait, StructArray,
    UInt64Array, make_array, new_null_array,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::{CastOptions, cast_with_options, take};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Int64Type, TimeUnit};
use arrow::error::ArrowError;

use super::{holds, same_text};
use crate::words::words_of;

/// The array in another type that holds its values: a wider one, a dictionary or plain, a struct with more fields,
/// which are null.
///
/// # Errors
///
/// If a value does not fit: a time that overflows a finer unit, a null where the type allows none, more values than a
/// dictionary's keys can number.
pub fn convert(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    use DataType::*;
    match (array.data_type(), to) {
        (from, to) if from == to => Ok(array.clone()),
        (Null, to) => Ok(new_null_array(to, array.len())),
        (Dictionary(_, values), Dictionary(_, wanted)) if values == wanted => strict_cast(array, to),
        (Dictionary(_, values), to) => convert(&strict_cast(array, values)?, to),
        (_, Dictionary(_, wanted)) => strict_cast(&convert(array, wanted)?, to),
        (Struct(_), Struct(fields)) => Ok(Arc::new(of_struct(array.as_struct(), fields)?)),
        (List(_), List(item)) => of_list::<i32>(array, item),
        (LargeList(_), LargeList(item)) => of_list::<i64>(array, item),
        (ListView(_), ListView(item)) => of_list_view::<i32>(array, item),
        (LargeListView(_), LargeListView(item)) => of_list_view::<i64>(array, item),
        (FixedSizeList(..), FixedSizeList(item, len)) => {
            let list = array.as_fixed_size_list();
            // The items of null lists are not values.
            let nulls = list.nulls().map(|nulls| nulls.expand(usize::try_from(*len).unwrap_or(0)));
            let values = convert(&masked(list.values(), nulls.as_ref())?, item.data_type())?;
            Ok(Arc::new(FixedSizeListArray::try_new(item.clone(), *len, values, list.nulls().cloned())?))
        }
        (Map(..), Map(entries, sorted)) => of_map(array, entries, *sorted),
        (from, to) if steps(from, to).is_some_and(|steps| steps > 1) => finer(array, to),
        (from, to) if holds(to, from) || same_text(to, from) => strict_cast(array, to),
        // Arrow's cast would do it, but it rounds, cuts off, and parses texts.
        (from, to) => Err(ArrowError::SchemaError(format!("{to} does not hold the values of {from}"))),
    }
}

/// Whether a value may overflow a type that [`holds`](super::holds) the other. Only times in a finer unit may.
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

/// The message of an error of [`convert`], in words for the owner of the data.
pub(crate) fn reason(error: ArrowError) -> String {
    match error {
        ArrowError::InvalidArgumentError(text) if text.contains("non-nullable") => {
            "a null in a part that has no nulls".to_owned()
        }
        other => words_of(&other),
    }
}

/// The array with these nulls added. The bytes below a parent's null are not a value and may be anything, so they must
/// not fail the conversion.
fn masked(array: &ArrayRef, nulls: Option<&NullBuffer>) -> Result<ArrayRef, ArrowError> {
    if nulls.is_none_or(|nulls| nulls.null_count() == 0) || array.data_type() == &DataType::Null {
        return Ok(array.clone());
    }
    let nulls = NullBuffer::union(array.nulls(), nulls);
    Ok(make_array(array.to_data().into_builder().nulls(nulls).build()?))
}

fn strict_cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    cast_with_options(array, to, &CastOptions { safe: false, ..CastOptions::default() })
}

/// How many units of `to` make one of `from`; 0 if `to` is coarser, `None` if the types are not times of one kind and
/// zone.
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

/// Times in a finer unit. Arrow's cast is not used, since it does not check times of day for overflow.
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

/// Converts a struct field by field, by name. Fields that it lacks become nulls. A field that the target lacks is an
/// error, since its values would be lost.
fn of_struct(array: &StructArray, fields: &Fields) -> Result<StructArray, ArrowError> {
    if let Some(lost) = array.fields().iter().find(|field| fields.find(field.name()).is_none()) {
        return Err(ArrowError::SchemaError(format!("the field `{}` has no place", lost.name())));
    }
    let column = |field: &FieldRef| match array.column_by_name(field.name()) {
        Some(column) if column.data_type() == field.data_type() => Ok(column.clone()),
        Some(column) => convert(&masked(column, array.nulls())?, field.data_type()),
        None => Ok(new_null_array(field.data_type(), array.len())),
    };
    let columns = fields.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    StructArray::try_new_with_length(fields.clone(), columns, array.nulls().cloned(), array.len())
}

fn of_list<O: OffsetSizeTrait>(array: &ArrayRef, item: &FieldRef) -> Result<ArrayRef, ArrowError> {
    let array = without_hidden(array)?;
    let list = array.as_list::<O>();
    let (offsets, values) = used(list.offsets(), list.values());
    let values = convert(&values, item.data_type())?;
    Ok(Arc::new(GenericListArray::<O>::try_new(item.clone(), offsets, values, list.nulls().cloned())?))
}

/// The items that the lists refer to, with offsets into them. A slice of an array still holds the items before and
/// behind it, which are not its values and must not fail a conversion.
fn used<O: OffsetSizeTrait>(offsets: &OffsetBuffer<O>, values: &ArrayRef) -> (OffsetBuffer<O>, ArrayRef) {
    let (first, last) = (offsets.first().copied().unwrap_or_default(), offsets.last().copied().unwrap_or_default());
    let values = values.slice(first.as_usize(), (last - first).as_usize());
    let offsets = match first.as_usize() {
        0 => offsets.clone(),
        _ => OffsetBuffer::new(offsets.iter().map(|offset| *offset - first).collect()),
    };
    (offsets, values)
}

/// Lists or maps without the items below null lists, which are not values.
fn without_hidden(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match array.nulls().filter(|nulls| nulls.null_count() > 0) {
        Some(nulls) => {
            let all =
                UInt64Array::from_iter((0..array.len() as u64).zip(nulls).map(|(row, valid)| valid.then_some(row)));
            take(array, &all, None)
        }
        None => Ok(array.clone()),
    }
}

fn of_list_view<O: OffsetSizeTrait>(array: &ArrayRef, item: &FieldRef) -> Result<ArrayRef, ArrowError> {
    // Views may refer to items in any order, twice or not at all. Cast to lists, the items are in order and all in use.
    let data_type = if O::IS_LARGE { DataType::LargeList(inner(array)) } else { DataType::List(inner(array)) };
    let lists = of_list::<O>(&strict_cast(array, &data_type)?, item)?;
    let data_type = if O::IS_LARGE { DataType::LargeListView(item.clone()) } else { DataType::ListView(item.clone()) };
    strict_cast(&lists, &data_type)
}

/// The field of a list's items.
fn inner(array: &ArrayRef) -> FieldRef {
    match array.data_type() {
        DataType::ListView(item) | DataType::LargeListView(item) => item.clone(),
        other => Arc::new(Field::new_list_field(other.clone(), true)),
    }
}

/// The entries of a map go by position, not by name: writers name them differently.
fn of_map(map: &ArrayRef, entries: &FieldRef, sorted: bool) -> Result<ArrayRef, ArrowError> {
    let DataType::Struct(fields) = entries.data_type() else {
        return Err(ArrowError::SchemaError(format!("a map of {}", entries.data_type())));
    };
    let map = without_hidden(map)?;
    let map = map.as_map();
    let rows: ArrayRef = Arc::new(map.entries().clone());
    let (offsets, rows) = used(map.offsets(), &rows);
    let columns = rows.as_struct().columns().iter().zip(fields);
    let columns = columns.map(|(column, field)| convert(column, field.data_type())).collect::<Result<Vec<_>, _>>()?;
    let rows = StructArray::try_new(fields.clone(), columns, rows.nulls().cloned())?;
    Ok(Arc::new(MapArray::try_new(entries.clone(), offsets, rows, map.nulls().cloned(), sorted)?))
}
