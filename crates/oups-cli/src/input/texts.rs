//! From values as a text format has them to values of the wanted types.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;
use std::sync::Arc;

use super::decimals;
use super::times::Times;

/// Characters of a wrong value that an error shows.
const SHOWN: usize = 100;

/// The types that a parser of Arrow is asked for, and what is then made of its values.
#[derive(Clone, Debug)]
pub(super) struct Parse {
    schema: SchemaRef,
    parsed: SchemaRef,
    times: Times,
}

impl Parse {
    /// # Errors
    ///
    /// For a column of a type that the format cannot hold.
    pub(super) fn new(schema: SchemaRef, times: &Times, format: &str) -> Result<Self, ArrowError> {
        let fields = schema.fields().iter().map(|field| {
            let data_type = match times.read(field.data_type()) {
                true => Some(DataType::Utf8),
                false => parsed_type(field.data_type(), format),
            };
            let data_type = data_type.ok_or_else(|| {
                let (name, found) = (field.name(), field.data_type());
                ArrowError::SchemaError(format!("column `{name}` is {found}, which {format} cannot hold: use Parquet"))
            })?;
            Ok(Field::new(field.name(), data_type, true))
        });
        let parsed = Arc::new(Schema::new(fields.collect::<Result<Vec<_>, ArrowError>>()?));
        Ok(Self { schema, parsed, times: times.clone() })
    }

    /// All columns as texts.
    pub(super) fn texts(columns: SchemaRef) -> Self {
        let text = |field: &FieldRef| Field::new(field.name(), DataType::Utf8, true);
        let schema = Arc::new(Schema::new(columns.fields().iter().map(text).collect::<Vec<_>>()));
        Self { schema: schema.clone(), parsed: schema, times: Times::default() }
    }

    /// The columns that come out.
    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The columns that the parser is to give.
    pub(super) fn parsed(&self) -> &SchemaRef {
        &self.parsed
    }

    /// Makes the wanted values; `line` tells the line of a row of the batch.
    pub(super) fn finish(&self, batch: &RecordBatch, line: impl Fn(usize) -> u64) -> Result<RecordBatch, ArrowError> {
        let at = |row: usize, field: &Field, why: &str| {
            ArrowError::ParseError(format!("line {}, column `{}`: {why}", line(row), field.name()))
        };
        let cast = |column: &ArrayRef, field: &Field| {
            strict_cast(column, field.data_type()).map_err(|error| {
                let fails = |row: &usize| strict_cast(&column.slice(*row, 1), field.data_type()).is_err();
                let words = error.to_string();
                let words = ["Cast error: ", "Invalid argument error: "]
                    .iter()
                    .find_map(|what| words.strip_prefix(what))
                    .unwrap_or(&words);
                at((0..column.len()).find(fails).unwrap_or(0), field, words)
            })
        };
        let column = |(column, field): (&ArrayRef, &FieldRef)| match (
            column.as_string_opt::<i32>(),
            decimals::scale_of(field.data_type()),
        ) {
            (Some(texts), _) if self.times.read(field.data_type()) => {
                let values = self.times.values(texts, field.data_type());
                values.map_err(|error| at(error.row, field, &error.why))
            }
            (Some(texts), Some(scale)) => {
                let values = decimals::values(texts, scale).map_err(|row| {
                    let text: String = texts.value(row).chars().take(SHOWN).collect();
                    at(row, field, &format!("`{text}` is no {}", field.data_type()))
                });
                cast(&values?, field)
            }
            _ if column.data_type() == field.data_type() => Ok(column.clone()),
            _ => cast(column, field),
        };
        let columns = batch.columns().iter().zip(self.schema.fields()).map(column);
        RecordBatch::try_new(self.schema.clone(), columns.collect::<Result<Vec<_>, _>>()?)
    }
}

/// As [`parsed_type`], for what JSON nests.
fn parsed_item(field: &FieldRef) -> Option<FieldRef> {
    let data_type = parsed_type(field.data_type(), "JSON")?;
    Some(Arc::new(field.as_ref().clone().with_data_type(data_type)))
}

fn strict_cast(column: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    match (column.data_type(), to) {
        // Arrow knows no text of a duration.
        (DataType::Utf8, DataType::Duration(_)) => {
            cast_with_options(&cast_with_options(column, &DataType::Int64, &strict)?, to, &strict)
        }
        _ => cast_with_options(column, to, &strict),
    }
}

/// The type as which a parser can read values; casting them to the wanted type then loses nothing.
fn parsed_type(data_type: &DataType, format: &str) -> Option<DataType> {
    use DataType::*;
    match data_type {
        LargeUtf8 | Utf8View => Some(Utf8),
        decimal if decimals::scale_of(decimal).is_some() => Some(Utf8),
        // Arrow's parser of JSON would make 3 of 3.5; texts are cast strictly.
        whole if format == "JSON" && (whole.is_integer() || matches!(whole, Duration(_))) => Some(Utf8),
        List(item) if format == "JSON" => Some(List(parsed_item(item)?)),
        LargeList(item) if format == "JSON" => Some(LargeList(parsed_item(item)?)),
        FixedSizeList(item, length) if format == "JSON" => Some(FixedSizeList(parsed_item(item)?, *length)),
        Struct(fields) if format == "JSON" => fields.iter().map(parsed_item).collect::<Option<Fields>>().map(Struct),
        // Whatever the zone, a text without offset is UTC, as in the bounds of a range.
        Timestamp(unit, Some(_)) => Some(Timestamp(*unit, Some("+00:00".into()))),
        Duration(_) => Some(Int64),
        Dictionary(_, values) => parsed_type(values, format),
        plain if plain.is_primitive() && !matches!(plain, Interval(_)) => Some(plain.clone()),
        Boolean | Utf8 => Some(data_type.clone()),
        nested if nested.is_nested() && format == "JSON" => Some(nested.clone()),
        _ => None,
    }
}
