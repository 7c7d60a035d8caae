//! Finds the columns of an input that hold the fields of the keys.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::error::text::shown_row;
use crate::key::{FieldType, KeyError, KeySchema};
use crate::{Error, Result};

/// The columns of an input: those that hold the fields of the keys, and those that are stored.
#[derive(Debug)]
pub(super) struct Columns {
    /// For each field of the keys its column, outermost level first.
    keys: Vec<usize>,
    stored: Vec<usize>,
    input: SchemaRef,
    schema: SchemaRef,
    fields: Vec<String>,
}

impl Columns {
    /// Finds the columns by the names of the fields. If several levels have a field of the same name, the names of the
    /// levels precede it.
    ///
    /// # Errors
    ///
    /// [`Error::KeyColumn`] if a field has no column or two, or its column's type cannot hold values of the field.
    pub(super) fn find(keys: &KeySchema, input: SchemaRef) -> Result<Self> {
        let mut found: Vec<Option<usize>> = vec![None; keys.field_names().len()];
        let mut stored = Vec::new();
        for (at, column) in input.fields().iter().enumerate() {
            match keys.field_index(column.name()) {
                Ok(field) => match found.get_mut(field) {
                    Some(place @ None) => *place = Some(at),
                    _ => return Err(key_column(column.name(), "one column for the field of the keys", "two")),
                },
                Err(error @ KeyError::AmbiguousField { .. }) => return Err(error.into()),
                Err(_) => stored.push(at),
            }
        }
        let mut places = Vec::with_capacity(found.len());
        for ((place, name), field_type) in found.into_iter().zip(keys.field_names()).zip(keys.field_types()) {
            let Some(place) = place else {
                let names: Vec<_> = input.fields().iter().map(|field| field.name().clone()).collect();
                let found = format!("no such column; {}", crate::words::columns(name, &names));
                return Err(key_column(name, "a column with this field of the keys", found));
            };
            let data_type = input.field(place).data_type();
            if !holds(data_type, field_type) {
                return Err(key_column(name, expected(field_type), format!("a column of type {data_type}")));
            }
            places.push(place);
        }
        let schema = Arc::new(input.project(&stored).map_err(super::arrow_error)?);
        let fields = keys.field_names().map(str::to_owned).collect();
        Ok(Self { keys: places, stored, input, schema, fields })
    }

    /// The columns that are stored.
    pub(super) fn stored_schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The types of the key columns.
    pub(super) fn key_types(&self) -> impl Iterator<Item = &DataType> {
        self.keys.iter().map(|at| self.input.field(*at).data_type())
    }

    /// Splits a batch into its key columns and the columns that are stored.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`] if the batch has another schema, [`Error::KeyColumn`] for a null in a key column.
    pub(super) fn split(&self, batch: &RecordBatch, first_row: u64) -> Result<(Vec<ArrayRef>, RecordBatch)> {
        let is_same = |found: &Schema| {
            let pairs = found.fields().iter().zip(self.input.fields());
            found.fields().len() == self.input.fields().len()
                && pairs.into_iter().all(|(a, b)| a.name() == b.name() && a.data_type() == b.data_type())
        };
        if !is_same(batch.schema_ref()) {
            return Err(Error::Schema {
                dataset: super::ALL.into(),
                column: String::new(),
                expected: "batches of one schema".into(),
                found: format!("another in the batch at row {}", shown_row(first_row)),
            });
        }
        let keys: Vec<ArrayRef> = self.keys.iter().filter_map(|at| batch.columns().get(*at).cloned()).collect();
        for (column, name) in keys.iter().zip(&self.fields) {
            let nulls = column.logical_nulls().filter(|nulls| nulls.null_count() > 0);
            if let Some(row) = nulls.and_then(|nulls| nulls.iter().position(|valid| !valid)) {
                let (column, row) = (name.clone(), Some(first_row + row as u64));
                let (expected, found) = ("a value in every row".to_owned(), "null".to_owned());
                return Err(Error::KeyColumn { column, row, expected, found });
            }
        }
        let stored = batch.project(&self.stored).map_err(super::arrow_error)?;
        let stored = RecordBatch::try_new(self.schema.clone(), stored.columns().to_vec());
        Ok((keys, stored.map_err(super::arrow_error)?))
    }
}

/// The texts of the key columns in one row.
pub(super) fn texts(columns: &[ArrayRef], row: usize) -> Result<Vec<String>> {
    let text = |column: &ArrayRef| {
        let options = FormatOptions::default();
        let formatter = ArrayFormatter::try_new(column.as_ref(), &options)?;
        formatter.value(row).try_to_string()
    };
    columns.iter().map(text).collect::<Result<_, _>>().map_err(super::arrow_error)
}

fn key_column(column: &str, expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::KeyColumn { column: column.to_owned(), row: None, expected: expected.into(), found: found.into() }
}

/// Whether values of the column's type can be values of the field, each in one way only. Texts and numbers are accepted
/// here; whether a particular one fits the field is checked when it comes.
fn holds(column: &DataType, field: FieldType) -> bool {
    match column {
        DataType::Dictionary(_, values) => !matches!(**values, DataType::Dictionary(..)) && holds(values, field),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        integer if integer.is_integer() => !matches!(field, FieldType::Bool | FieldType::Char),
        DataType::Boolean => matches!(field, FieldType::Bool | FieldType::Str | FieldType::Text),
        _ => false,
    }
}

pub(crate) fn expected(field: FieldType) -> &'static str {
    match field {
        FieldType::Str | FieldType::Text => "text, whole numbers or truth values",
        FieldType::Bool => "truth values, or text",
        FieldType::Char => "text",
        _ => "whole numbers, or text",
    }
}
