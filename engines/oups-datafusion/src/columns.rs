//! The columns of a table: the fields of the keys, then those of the data.

use std::sync::Arc;

use datafusion::arrow::datatypes::{Field, FieldRef, Schema, SchemaRef};
use datafusion::common::Result;
use datafusion::datasource::table_schema::TableSchema;
use oups::key::FieldType;
use oups::{KeySchema, QueryError};

use crate::error::external;
use crate::value;

/// What a column of the data is called if a key field has its name.
const DATA: &str = "data.";

/// The columns of a table.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    /// The types of the key fields; none in the table of one dataset.
    pub(crate) key_types: Vec<FieldType>,
    /// As the engine reads files: the columns of the data, then the key fields.
    pub(crate) read: TableSchema,
    /// As the table shows them: the key fields, then the columns of the data.
    pub(crate) shown: SchemaRef,
}

impl Columns {
    /// The columns of one dataset, just as they are stored.
    pub(crate) fn of_dataset(schema: &SchemaRef) -> Self {
        Self { key_types: Vec::new(), read: TableSchema::builder(schema.clone()).build(), shown: schema.clone() }
    }

    /// The columns of all datasets of a store, whose common ones these are.
    ///
    /// # Errors
    ///
    /// [`QueryError::SameName`] if a column that gives way to a key field meets another one.
    pub(crate) fn of_store(keys: &KeySchema, common: &SchemaRef) -> Result<Self> {
        let key_fields = keys.field_names().zip(keys.field_types());
        let key_fields: Vec<FieldRef> = key_fields
            .map(|(name, field_type)| Arc::new(Field::new(name, value::field_type(field_type), false)))
            .collect();
        let data: Vec<FieldRef> = common.fields().iter().map(|field| beside(&key_fields, field)).collect();
        for (at, field) in data.iter().enumerate() {
            if data.iter().skip(at + 1).any(|other| other.name() == field.name()) {
                return Err(external(QueryError::SameName { column: field.name().clone() }));
            }
        }
        let metadata = common.metadata().clone();
        let stored = Arc::new(Schema::new_with_metadata(data.clone(), metadata.clone()));
        let shown = key_fields.iter().cloned().chain(data).collect::<Vec<_>>();
        Ok(Self {
            key_types: keys.field_types().collect(),
            read: TableSchema::builder(stored).with_table_partition_cols(key_fields).build(),
            shown: Arc::new(Schema::new_with_metadata(shown, metadata)),
        })
    }

    /// Positions among the columns as they are read, of columns as they are shown.
    pub(crate) fn read_positions(&self, shown: Option<&Vec<usize>>) -> Vec<usize> {
        let (keys, data) = (self.key_types.len(), self.read.file_schema().fields().len());
        let position = |at: usize| if at < keys { data + at } else { at - keys };
        match shown {
            Some(shown) => shown.iter().map(|at| position(*at)).collect(),
            None => (0..keys + data).map(position).collect(),
        }
    }
}

/// A column of the data, under a name that no key field has.
fn beside(keys: &[FieldRef], field: &FieldRef) -> FieldRef {
    if keys.iter().any(|key| key.name() == field.name()) {
        return Arc::new(field.as_ref().clone().with_name(format!("{DATA}{}", field.name())));
    }
    field.clone()
}
