//! The allow-list: the Arrow types that Parquet returns exactly as they were.

use std::collections::HashSet;

use arrow::datatypes::{DataType, Fields, Schema, TimeUnit};

use crate::{Error, Result};

/// Checks that a dataset can have this schema.
///
/// A type is allowed if Parquet, with the help of the Arrow schema in a file's footer, returns it with the same type
/// and the same values. These are numbers, booleans, dates, times, timestamps, durations, decimals, text, binary,
/// nulls, and lists, structs and maps of them; dictionaries of numbers, dates, times, text and binary.
///
/// # Errors
///
/// [`Error::Schema`] if the schema has no column, or two of one name; [`Error::UnsupportedType`] for the first type
/// that is not allowed, with the path of the column.
pub fn check_types(dataset: &str, schema: &Schema) -> Result<()> {
    if schema.fields().is_empty() {
        return Err(schema_error(dataset, "", "at least one column", "none"));
    }
    check_fields(dataset, "", schema.fields())
}

fn check_fields(dataset: &str, parent: &str, fields: &Fields) -> Result<()> {
    let mut names = HashSet::new();
    for field in fields {
        let path = join(parent, field.name());
        if !names.insert(field.name()) {
            return Err(schema_error(dataset, &path, "one column of this name", "two"));
        }
        check_type(dataset, &path, field.data_type(), field.is_nullable(), !parent.is_empty())?;
    }
    Ok(())
}

/// Checks a type and all types that it contains. `nested` is set within lists, structs and maps, where dictionaries are
/// restricted.
fn check_type(dataset: &str, path: &str, data_type: &DataType, nullable: bool, nested: bool) -> Result<()> {
    match data_type {
        DataType::Struct(fields) if !fields.is_empty() => check_fields(dataset, path, fields),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _)
            if !matches!(data_type, DataType::FixedSizeList(_, ..=0)) =>
        {
            check_type(dataset, &join(path, item.name()), item.data_type(), item.is_nullable(), true)
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) if fields.len() == 2 => check_fields(dataset, path, fields),
            _ => Err(unsupported(dataset, path, data_type, "a map needs entries of a key and a value")),
        },
        DataType::Dictionary(keys, values) => {
            if let Some(reason) = dictionary_refusal(keys, values, nested) {
                return Err(unsupported(dataset, path, data_type, reason));
            }
            check_type(dataset, path, values, nullable, nested)
        }
        _ => match refusal(data_type, nullable) {
            Some(reason) => Err(unsupported(dataset, path, data_type, reason)),
            None => Ok(()),
        },
    }
}

/// Whether a column, or a nested field, can be a dictionary of these keys and values.
pub(super) fn dictionary_allowed(keys: &DataType, values: &DataType, nested: bool) -> bool {
    dictionary_refusal(keys, values, nested).is_none()
}

/// Why a dictionary of these keys and values is refused; `None` if it is allowed.
fn dictionary_refusal(keys: &DataType, values: &DataType, nested: bool) -> Option<&'static str> {
    if !keys.is_dictionary_key_type() || !dictionary_value(values) {
        return Some("a dictionary needs whole numbers as keys and numbers, dates, times, text or binary as values");
    }
    // A write counts a column's values, so that narrow keys do not overflow. It does not count them inside of lists and
    // structs, so nested keys must be wide.
    let narrow = keys.primitive_width().is_some_and(|width| width < 4);
    (nested && (narrow || matches!(values, DataType::FixedSizeBinary(_))))
        .then_some("a dictionary inside of another type needs keys of 32 or 64 bits and no fixed-size binary")
}

fn dictionary_value(data_type: &DataType) -> bool {
    use DataType::*;
    let bytes = matches!(data_type, Utf8 | LargeUtf8 | Binary | LargeBinary | FixedSizeBinary(_));
    let number = data_type.is_integer() || matches!(data_type, Float32 | Float64);
    bytes || number || matches!(data_type, Date32 | Time32(_) | Time64(_) | Timestamp(..) | Duration(_))
}

/// Why a type that does not contain other types is refused; `None` if it is allowed.
fn refusal(data_type: &DataType, nullable: bool) -> Option<&'static str> {
    use DataType::*;
    match data_type {
        Boolean | Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64 => None,
        Float16 | Float32 | Float64 | Date32 | Date64 | Timestamp(..) | Duration(_) => None,
        Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView => None,
        Time32(TimeUnit::Second | TimeUnit::Millisecond) => None,
        Time64(TimeUnit::Microsecond | TimeUnit::Nanosecond) => None,
        // Parquet can store two of the three units, but then Polars refuses the whole file, and pyarrow reads bytes.
        Interval(_) => Some("other programs cannot read intervals in Parquet: use a duration"),
        Null => (!nullable).then_some("a column of nulls must be nullable"),
        FixedSizeBinary(width) => (*width < 1).then_some("Parquet cannot keep a width of 0: use binary"),
        Decimal32(precision, scale)
        | Decimal64(precision, scale)
        | Decimal128(precision, scale)
        | Decimal256(precision, scale) => decimal_refusal(data_type, *precision, *scale),
        Struct(_) => Some("Parquet cannot keep a struct without fields"),
        FixedSizeList(..) => Some("Parquet cannot keep lists of length 0"),
        Union(..) => Some("Parquet has no unions: use a struct with nullable fields"),
        RunEndEncoded(..) => Some("run-end encoding would be lost: use the plain type or a dictionary"),
        _ => Some("Parquet does not give this type back as it was"),
    }
}

/// Why a decimal is refused; `None` if it is allowed.
fn decimal_refusal(data_type: &DataType, precision: u8, scale: i8) -> Option<&'static str> {
    if scale < 0 {
        return Some("Parquet has no negative decimal scale: use a wider precision with scale 0");
    }
    if i16::from(scale) > i16::from(precision) || precision == 0 {
        return Some("a decimal's scale must not exceed its precision");
    }
    let narrow = matches!(data_type, DataType::Decimal32(1, _));
    narrow.then_some("the parquet library cannot write this precision of 1: use 2 or more")
}

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.into() } else { format!("{parent}.{name}") }
}

fn unsupported(dataset: &str, column: &str, data_type: &DataType, reason: &'static str) -> Error {
    Error::UnsupportedType { dataset: dataset.into(), column: column.into(), found: data_type.to_string(), reason }
}

pub(super) fn schema_error(
    dataset: &str,
    column: &str,
    expected: impl Into<String>,
    found: impl Into<String>,
) -> Error {
    Error::Schema { dataset: dataset.into(), column: column.into(), expected: expected.into(), found: found.into() }
}
