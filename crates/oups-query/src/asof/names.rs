//! Which columns a join reads on each side, and their names in the result.

use std::sync::Arc;

use arrow::datatypes::{Field, FieldRef};
use oups_core::ColumnOf;
use oups_core::QueryError;
use oups_core::schema::DatasetSchema;

use crate::Result;
use crate::projection::Projection;

/// The columns that are read on one side. The columns of the result come first.
#[derive(Debug)]
pub(super) struct Side {
    /// The names of all columns that are read.
    pub(super) read: Vec<String>,
    /// The number of columns, from the front, that are in the result.
    pub(super) shown: usize,
    /// The index of the ordered column.
    pub(super) ordered: usize,
    /// The indices of the `by` columns.
    pub(super) by: Vec<usize>,
}

impl Side {
    /// # Errors
    ///
    /// [`QueryError::DuplicateColumn`] and [`oups_core::Error::UnknownColumn`].
    pub(super) fn new(shown: Vec<String>, by: &[String], schema: &DatasetSchema) -> Result<Self> {
        let mut side = Self { shown: shown.len(), read: shown, ordered: 0, by: Vec::new() };
        side.ordered = side.place(schema.ordered_on());
        side.by = by.iter().map(|column| side.place(column)).collect();
        Projection::find(Some(&side.read), schema)?;
        Ok(side)
    }

    /// The index of a column. It is added if it is not read yet.
    fn place(&mut self, column: &str) -> usize {
        self.read.iter().position(|name| name == column).unwrap_or_else(|| {
            self.read.push(column.to_owned());
            self.read.len() - 1
        })
    }
}

/// The names of the left dataset's columns in the result.
pub(super) fn left_columns(named: Option<&[String]>, schema: &DatasetSchema) -> Vec<String> {
    named.map_or_else(|| names(schema), <[_]>::to_vec)
}

/// The names of a right dataset's columns in the result.
pub(super) fn right_columns(named: Option<&[String]>, by: &[String], schema: &DatasetSchema) -> Vec<String> {
    let all = || names(schema).into_iter().filter(|name| !by.contains(name)).collect();
    named.map_or_else(all, <[_]>::to_vec)
}

fn names(schema: &DatasetSchema) -> Vec<String> {
    schema.stored().fields().iter().map(|field| field.name().clone()).collect()
}

/// The fields of a right dataset's columns in the result: plain, nullable, with the prefix.
pub(super) fn right_fields(side: &Side, prefix: &str, schema: &DatasetSchema) -> Vec<FieldRef> {
    let shown = side.read.iter().take(side.shown);
    let fields = shown.filter_map(|name| schema.plain().column_with_name(name).map(|(_, field)| field));
    let field = |field: &Field| field.clone().with_name(format!("{prefix}{}", field.name())).with_nullable(true);
    fields.map(|found| Arc::new(field(found))).collect()
}

/// Checks that the columns of `by` have one type on both sides.
///
/// # Errors
///
/// [`QueryError::ColumnTypes`]; [`oups_core::Error::UnknownColumn`].
pub(super) fn check_by(by: &[String], left: &DatasetSchema, right: &DatasetSchema) -> Result<()> {
    for column in by {
        let of = |schema: &DatasetSchema| -> Result<Box<ColumnOf>> {
            let column_type = schema.plain().field(schema.index_of(column)?).data_type().to_string();
            Ok(Box::new(ColumnOf::new(schema.dataset(), column_type)))
        };
        let (first, other) = (of(left)?, of(right)?);
        if first.column_type != other.column_type {
            return Err(QueryError::ColumnTypes { column: column.clone(), first, other }.into());
        }
    }
    Ok(())
}
