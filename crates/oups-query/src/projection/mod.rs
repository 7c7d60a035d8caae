//! Which columns of a dataset are wanted.

pub(crate) mod common_schema;
pub(crate) mod key_fields;
pub(crate) mod unified;

use std::collections::HashSet;
use std::sync::Arc;

use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use oups_core::QueryError;
use oups_core::schema::DatasetSchema;

use crate::Result;

/// The wanted columns of a dataset, by position.
#[derive(Clone, Debug)]
pub(crate) struct Projection {
    /// Their positions in the dataset's schema, in the wanted order.
    pub(crate) positions: Vec<usize>,
    /// The schema of the batches that hold them.
    pub(crate) schema: SchemaRef,
}

impl Projection {
    /// The field of a wanted column, by its position in the dataset's schema.
    pub(crate) fn field(&self, position: usize) -> Option<FieldRef> {
        let place = self.positions.iter().position(|at| *at == position)?;
        self.schema.fields().get(place).cloned()
    }

    /// Finds columns by name; `None` stands for all columns.
    ///
    /// # Errors
    ///
    /// [`QueryError::DuplicateColumn`]; [`oups_core::Error::UnknownColumn`] for a name that no column has.
    pub(crate) fn find(names: Option<&[String]>, dataset: &DatasetSchema) -> Result<Self> {
        let all = dataset.stored();
        let Some(names) = names else {
            return Ok(Self { positions: (0..all.fields().len()).collect(), schema: all.clone() });
        };
        let mut seen = HashSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(*name)) {
            return Err(QueryError::DuplicateColumn { column: twice.clone() }.into());
        }
        let positions = names.iter().map(|name| dataset.index_of(name)).collect::<Result<Vec<_>, _>>()?;
        let fields = positions.iter().filter_map(|at| all.fields().get(*at).cloned());
        let schema = Schema::new_with_metadata(fields.collect::<Vec<_>>(), all.metadata().clone());
        Ok(Self { positions, schema: Arc::new(schema) })
    }
}

/// Checks that no two columns of a result have one name.
///
/// # Errors
///
/// [`QueryError::SameName`].
pub(crate) fn check_names(fields: &[FieldRef]) -> Result<()> {
    let mut met = HashSet::new();
    match fields.iter().find(|field| !met.insert(field.name())) {
        Some(twice) => Err(QueryError::SameName { column: twice.name().clone() }.into()),
        None => Ok(()),
    }
}
