//! From values as a text format has them to values of the wanted types.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;
use std::sync::Arc;

use super::times::Times;

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
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        let column = |(column, field): (&ArrayRef, &FieldRef)| match column.as_string_opt::<i32>() {
            Some(texts) if self.times.read(field.data_type()) => {
                self.times.values(texts, field.data_type()).map_err(|error| {
                    let (line, name, why) = (line(error.row), field.name(), error.why);
                    ArrowError::ParseError(format!("line {line}, column `{name}`: {why}"))
                })
            }
            _ if column.data_type() == field.data_type() => Ok(column.clone()),
            _ => cast_with_options(column, field.data_type(), &strict),
        };
        let columns = batch.columns().iter().zip(self.schema.fields()).map(column);
        RecordBatch::try_new(self.schema.clone(), columns.collect::<Result<Vec<_>, _>>()?)
    }
}

/// The type as which a parser can read values; casting them to the wanted type then loses nothing.
fn parsed_type(data_type: &DataType, format: &str) -> Option<DataType> {
    use DataType::*;
    match data_type {
        LargeUtf8 | Utf8View => Some(Utf8),
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
