//! A dataset's columns: the schema, the types that it may have, and how input fits it.

mod common_type;
mod convert;
mod evolve;
mod fit;
mod types;

#[cfg(test)]
mod exact_tests;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::encode_arrow_schema;

use crate::ordered::{OrdKeys, OrderedType};
use crate::{Error, Result};

pub use common_type::{common, holds};
pub use convert::convert;
pub use types::check_types;

pub(crate) use common_type::same_text;
pub(crate) use convert::{may_overflow, reason};
pub(crate) use fit::{Fit, fit, fit_wider};

/// The columns of a dataset and the one that it is ordered on.
///
/// - Every type is on the allow-list of [`check_types`], column names are unique, and the dataset has at least one
///   column.
/// - It has two Arrow schemas. The *stored* one is the dataset's, which readers get. The *plain* one has every
///   dictionary replaced by its values' type. Rows are merged in the plain one, because the dictionaries of different
///   batches would have to be united over and over. Parquet stores both in the same way.
#[derive(Clone, Debug)]
pub struct DatasetSchema {
    dataset: Arc<str>,
    stored: SchemaRef,
    plain: SchemaRef,
    ordered_index: usize,
    ordered_type: OrderedType,
    footer_text: Arc<OnceLock<String>>,
}

impl DatasetSchema {
    /// Whether the other schema is of the same dataset and has the same columns.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.ordered_index == other.ordered_index && self.dataset == other.dataset && self.stored == other.stored
    }

    /// The schema of a dataset, if its columns and its ordered column are allowed.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`] if the schema has no column, or two of one name; [`Error::UnsupportedType`] for a type that
    /// Parquet does not return as it was, or an ordered column that cannot be ordered; [`Error::UnknownColumn`] if the
    /// schema does not have the ordered column.
    pub fn new(dataset: &str, schema: SchemaRef, ordered_on: &str) -> Result<Self> {
        check_types(dataset, &schema)?;
        let (ordered_index, field) =
            schema.column_with_name(ordered_on).ok_or_else(|| unknown_column(dataset, &schema, ordered_on))?;
        let ordered_type = OrderedType::new(field.data_type()).ok_or_else(|| Error::UnsupportedType {
            dataset: dataset.into(),
            column: ordered_on.into(),
            found: field.data_type().to_string(),
            reason: "rows cannot be ordered on it: use a number, date, time, timestamp, duration, text or binary",
        })?;
        let plain = plain_schema(&schema);
        let footer_text = Arc::default();
        Ok(Self { dataset: dataset.into(), stored: schema, plain, ordered_index, ordered_type, footer_text })
    }

    /// The dataset's name for error messages.
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// The dataset's Arrow schema.
    pub fn stored(&self) -> &SchemaRef {
        &self.stored
    }

    /// The dataset's Arrow schema with every dictionary replaced by its values' type.
    pub fn plain(&self) -> &SchemaRef {
        &self.plain
    }

    /// The name of the ordered column.
    pub fn ordered_on(&self) -> &str {
        self.stored.field(self.ordered_index).name()
    }

    /// The position of the ordered column.
    pub fn ordered_index(&self) -> usize {
        self.ordered_index
    }

    /// The type of the ordered column.
    pub fn ordered_type(&self) -> &OrderedType {
        &self.ordered_type
    }

    /// The Arrow schema as text, as the footers of row group files hold it.
    pub(crate) fn footer_text(&self) -> &str {
        self.footer_text.get_or_init(|| encode_arrow_schema(&self.stored))
    }

    /// The position of a column.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`] if the dataset does not have the column.
    pub fn index_of(&self, column: &str) -> Result<usize> {
        let found = self.stored.column_with_name(column);
        found.map(|(index, _)| index).ok_or_else(|| unknown_column(&self.dataset, &self.stored, column))
    }

    /// The ordered column of a batch that has this schema's columns, in comparable form.
    ///
    /// # Errors
    ///
    /// If the batch does not have the column.
    pub fn keys(&self, batch: &RecordBatch) -> Result<OrdKeys, ArrowError> {
        let column = batch.columns().get(self.ordered_index);
        let column = column.ok_or_else(|| ArrowError::SchemaError("the ordered column is missing".into()))?;
        self.ordered_type.keys(column)
    }

    /// Turns an error of Arrow about this dataset's rows into ours.
    pub(crate) fn arrow_error(&self, source: ArrowError) -> Error {
        Error::Arrow { dataset: self.dataset.to_string(), source }
    }
}

fn unknown_column(dataset: &str, schema: &Schema, column: &str) -> Error {
    let columns = schema.fields().iter().map(|field| field.name().clone()).collect();
    Error::UnknownColumn { dataset: dataset.into(), column: column.into(), columns }
}

/// The schema with every dictionary, nested ones too, replaced by its values' type. A schema without dictionaries is
/// returned itself.
fn plain_schema(schema: &SchemaRef) -> SchemaRef {
    let fields = plain_fields(schema.fields());
    match &fields == schema.fields() {
        true => schema.clone(),
        false => Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone())),
    }
}

fn plain_fields(fields: &Fields) -> Fields {
    fields.iter().map(plain_field).collect()
}

fn plain_field(field: &FieldRef) -> FieldRef {
    let data_type = plain_type(field.data_type());
    match &data_type == field.data_type() {
        true => field.clone(),
        false => {
            Arc::new(Field::new(field.name(), data_type, field.is_nullable()).with_metadata(field.metadata().clone()))
        }
    }
}

/// The type with every dictionary, nested ones too, replaced by its values' type.
pub fn plain_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, values) => plain_type(values),
        DataType::List(field) => DataType::List(plain_field(field)),
        DataType::LargeList(field) => DataType::LargeList(plain_field(field)),
        DataType::ListView(field) => DataType::ListView(plain_field(field)),
        DataType::LargeListView(field) => DataType::LargeListView(plain_field(field)),
        DataType::FixedSizeList(field, len) => DataType::FixedSizeList(plain_field(field), *len),
        DataType::Map(field, sorted) => DataType::Map(plain_field(field), *sorted),
        DataType::Struct(fields) => DataType::Struct(plain_fields(fields)),
        other => other.clone(),
    }
}
