//! Which columns are read on each side, and how they are named.

use std::sync::Arc;

use arrow::datatypes::{Field, FieldRef};
use oups_core::ColumnOf;
use oups_core::QueryError;
use oups_core::schema::DatasetSchema;

use crate::Result;
use crate::projection::Projection;

/// What is read of one side. The columns of the result come first.
#[derive(Debug)]
pub(super) struct Side {
    /// The names of what is read.
    pub(super) read: Vec<String>,
    /// So many of them are in the result.
    pub(super) shown: usize,
    /// The place of the ordered column.
    pub(super) ordered: usize,
    /// The places of the columns that have to be equal.
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

    /// The place of a column, which is read too if it was not yet.
    fn place(&mut self, column: &str) -> usize {
        self.read.iter().position(|name| name == column).unwrap_or_else(|| {
            self.read.push(column.to_owned());
            self.read.len() - 1
        })
    }
}

/// The columns of the left dataset in the result.
pub(super) fn left_columns(named: Option<&[String]>, schema: &DatasetSchema) -> Vec<String> {
    named.map_or_else(|| names(schema), <[_]>::to_vec)
}

/// The columns of a right dataset in the result.
pub(super) fn right_columns(named: Option<&[String]>, by: &[String], schema: &DatasetSchema) -> Vec<String> {
    let all = || names(schema).into_iter().filter(|name| !by.contains(name)).collect();
    named.map_or_else(all, <[_]>::to_vec)
}

fn names(schema: &DatasetSchema) -> Vec<String> {
    schema.stored().fields().iter().map(|field| field.name().clone()).collect()
}

/// The fields of a right side's columns in the result: plain, nullable, with the prefix.
pub(super) fn right_fields(side: &Side, prefix: &str, schema: &DatasetSchema) -> Vec<FieldRef> {
    let shown = side.read.iter().take(side.shown);
    let fields = shown.filter_map(|name| schema.plain().column_with_name(name).map(|(_, field)| field));
    let field = |field: &Field| field.clone().with_name(format!("{prefix}{}", field.name())).with_nullable(true);
    fields.map(|found| Arc::new(field(found))).collect()
}

/// Checks that the columns that have to be equal can be.
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
