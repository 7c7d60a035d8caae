//! Evolves a dataset's columns so that an input fits: new columns, wider types.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema};

use super::common_type::{common, nullable, same_text, with_type};
use super::types::schema_error;
use super::{DatasetSchema, plain_type};
use crate::Result;

impl DatasetSchema {
    /// The columns that hold the stored rows and those of an input, by the rules of `docs/schema.md`. A column that
    /// fits already may only change between dictionary and plain.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`](crate::Error::Schema) for the first column for which no type holds the stored values and the
    /// input's; [`Error::UnsupportedType`](crate::Error::UnsupportedType) for a new column of a type that is not
    /// allowed.
    pub fn evolved(&self, input: &Schema) -> Result<Self> {
        let stored = self.stored();
        let mut fields = Vec::with_capacity(stored.fields().len());
        for (at, field) in stored.fields().iter().enumerate() {
            fields.push(match input.column_with_name(field.name()) {
                Some((_, found)) => with_type(field, self.evolved_type(at, field, found)?),
                None => field.clone(),
            });
        }
        let new = input.fields().iter().filter(|field| stored.column_with_name(field.name()).is_none());
        fields.extend(new.map(nullable));
        self.with_fields(fields)
    }

    /// The type of a stored column once it also holds the input's values. The ordered column may only change between
    /// kinds of text, and between dictionary and plain: another type would have another order.
    fn evolved_type(&self, at: usize, field: &Field, found: &Field) -> Result<DataType> {
        let (stored, found) = (field.data_type(), found.data_type());
        let error = |found: String| schema_error(self.dataset(), field.name(), stored.to_string(), found);
        if at == self.ordered_index() {
            let (plain, other) = (plain_type(stored), plain_type(found));
            if plain != other && !same_text(&plain, &other) {
                let help = format!("the ordered column's type never changes: cast it to {plain}");
                return Err(error(format!("{found} ({help})")));
            }
        }
        common(stored, found).ok_or_else(|| error(format!("{found} (no type holds both: {})", cast_to(stored))))
    }

    /// The schema with keys of the next width in a dictionary column; `None` if the column is not a dictionary, or its
    /// keys have 32 bits or more.
    pub(crate) fn with_wider_keys(&self, column: &str) -> Result<Option<Self>> {
        use DataType::{Int8, Int16, Int32, UInt8, UInt16, UInt32};
        let wider = |keys: &DataType| match keys {
            Int8 => Some(Int16),
            UInt8 => Some(UInt16),
            Int16 => Some(Int32),
            UInt16 => Some(UInt32),
            _ => None,
        };
        let mut fields: Vec<FieldRef> = self.stored().fields().iter().cloned().collect();
        let Some(field) = fields.iter_mut().find(|field| field.name() == column) else { return Ok(None) };
        let DataType::Dictionary(keys, values) = field.data_type() else { return Ok(None) };
        let Some(keys) = wider(keys) else { return Ok(None) };
        *field = with_type(field, DataType::Dictionary(Box::new(keys), values.clone()));
        self.with_fields(fields).map(Some)
    }

    fn with_fields(&self, fields: Vec<FieldRef>) -> Result<Self> {
        if fields.iter().eq(self.stored().fields()) {
            return Ok(self.clone());
        }
        let schema = Schema::new_with_metadata(fields, self.stored().metadata().clone());
        Self::new(self.dataset(), Arc::new(schema), self.ordered_on())
    }
}

/// Advice for an input column of another type.
pub(super) fn cast_to(stored: &DataType) -> String {
    format!("cast it to {}", plain_type(stored))
}

/// Advice for an input column that does not fit, with evolving the schema if that would do.
pub(super) fn help(stored: &DataType, found: &DataType) -> String {
    match common(stored, found) {
        Some(common) if plain_type(&common) == plain_type(stored) => {
            format!("{}, or let `.evolve_schema()` do it", cast_to(stored))
        }
        Some(common) => format!("`.evolve_schema()` would make the column {}", plain_type(&common)),
        None => cast_to(stored),
    }
}
