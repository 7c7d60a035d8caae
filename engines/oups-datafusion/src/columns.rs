//! The columns of a table: the fields of the keys, then those of the data.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::arrow::datatypes::{Field, FieldRef, Schema, SchemaRef};
use datafusion::common::{Result, plan_err};
use datafusion::datasource::table_schema::TableSchema;
use oups::{KeySchema, QueryError, Snapshot, common_schema, common_schema_of};

use crate::error::external;
use crate::keys::KeyFields;

/// What stands before the name of a column of the data that has the name of a key field.
const DATA: &str = "data.";

/// The columns of a table, in the orders and under the names that each side has.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    /// The fields of the keys; none in the table of one dataset.
    pub(crate) keys: KeyFields,
    /// The columns of the data under the names that they have in files.
    stored: SchemaRef,
    /// As the engine reads files: the columns of the data under the table's names, then the key fields.
    pub(crate) read: TableSchema,
    /// As the table shows them: the key fields, then the columns of the data.
    pub(crate) shown: SchemaRef,
}

impl Columns {
    /// The columns of one dataset, just as they are stored.
    pub(crate) fn of_dataset(schema: &SchemaRef) -> Self {
        let read = TableSchema::builder(schema.clone()).build();
        Self { keys: KeyFields::default(), stored: schema.clone(), read, shown: schema.clone() }
    }

    /// The columns that the datasets of a store have together.
    ///
    /// # Errors
    ///
    /// [`QueryError::ColumnTypes`] for a column whose types have none in common; [`QueryError::SameName`] if a column that
    /// gives way to a key field meets another one.
    pub(crate) fn of_store<'a>(
        keys: &KeySchema,
        datasets: impl IntoIterator<Item = (&'a str, &'a SchemaRef)>,
    ) -> Result<Self> {
        // As a rule all are alike, and only what differs can add anything.
        let mut met = HashSet::new();
        let different = datasets.into_iter().filter(|(_, schema)| met.insert(*schema));
        let stored = common_schema_of(different.collect::<Vec<_>>()).map_err(external)?;
        let keys = KeyFields::new(keys);
        let data: Vec<FieldRef> = stored.fields().iter().map(|field| beside(keys.fields(), field)).collect();
        let mut names = HashSet::new();
        if let Some(twice) = data.iter().find(|field| !names.insert(field.name())) {
            return Err(external(QueryError::SameName { column: twice.name().clone() }));
        }
        let schema = |fields| Arc::new(Schema::new_with_metadata(fields, stored.metadata().clone()));
        let shown = schema(keys.fields().iter().chain(&data).cloned().collect::<Vec<_>>());
        let read = TableSchema::builder(schema(data)).with_table_partition_cols(keys.fields().to_vec()).build();
        Ok(Self { keys, stored, read, shown })
    }

    /// Positions among the columns as they are read, of columns as they are shown.
    pub(crate) fn read_positions(&self, shown: Option<&Vec<usize>>) -> Vec<usize> {
        let (keys, data) = (self.keys.fields().len(), self.stored.fields().len());
        let position = |at: usize| if at < keys { data + at } else { at - keys };
        match shown {
            Some(shown) => shown.iter().map(|at| position(*at)).collect(),
            None => (0..keys + data).map(position).collect(),
        }
    }

    /// The place, among the columns as they are read, of a column of the data by its name in files.
    pub(crate) fn place_of(&self, stored: &str) -> Option<(usize, &FieldRef)> {
        let at = self.stored.index_of(stored).ok()?;
        Some((at, self.stored.fields().get(at)?))
    }

    /// The places, among the columns as they are read, of those that a dataset with these columns does not have.
    pub(crate) fn missing(&self, dataset: &SchemaRef) -> Vec<usize> {
        let names = self.stored.fields().iter().enumerate();
        names.filter(|(_, field)| dataset.index_of(field.name()).is_err()).map(|(at, _)| at).collect()
    }

    /// The name that the table has for a column of files.
    pub(crate) fn table_name(&self, stored: &str) -> Option<&str> {
        let (at, _) = self.place_of(stored)?;
        Some(self.read.file_schema().fields().get(at)?.name())
    }

    /// Whether the table calls a column otherwise than files do.
    pub(crate) fn renames(&self) -> bool {
        self.stored.fields() != self.read.file_schema().fields()
    }

    /// Checks that these columns hold what the snapshots have, which are perhaps newer than the look that found the columns.
    /// Columns that came since are left out.
    ///
    /// # Errors
    ///
    /// If a column has got a wider type, or a dataset without it was found.
    pub(crate) fn check<'a>(&self, snapshots: impl IntoIterator<Item = &'a Snapshot>) -> Result<()> {
        let mut met = HashSet::from([&self.stored]);
        for snapshot in snapshots.into_iter().filter(|snapshot| met.insert(snapshot.schema())) {
            let both = common_schema(&[self.stored.clone(), snapshot.schema().clone()]).map_err(external)?;
            let same = |field: &FieldRef| both.field_with_name(field.name()).is_ok_and(|other| holds(field, other));
            if let Some(field) = self.stored.fields().iter().find(|field| !same(field)) {
                return plan_err!(
                    "column `{}` of dataset {} has changed since the statement was planned: plan it again",
                    field.name(),
                    snapshot.dataset()
                );
            }
        }
        Ok(())
    }
}

fn holds(field: &Field, both: &Field) -> bool {
    field.data_type() == both.data_type() && field.is_nullable() >= both.is_nullable()
}

/// A column of the data, under a name that no key field has.
fn beside(keys: &[FieldRef], field: &FieldRef) -> FieldRef {
    if keys.iter().any(|key| key.name() == field.name()) {
        return Arc::new(field.as_ref().clone().with_name(format!("{DATA}{}", field.name())));
    }
    field.clone()
}
