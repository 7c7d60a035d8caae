//! One schema that holds the rows of several datasets, whose columns may differ.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use oups_core::schema::{DatasetSchema, common, plain_type};

use crate::{Error, Result};
use oups_core::{ColumnOf, QueryError};

/// The columns of a dataset, and its name for messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    dataset: &'a str,
    schema: &'a Schema,
}

impl<'a> Named<'a> {
    pub(super) fn of(dataset: &'a DatasetSchema) -> Self {
        Self { dataset: dataset.dataset(), schema: dataset.stored() }
    }
}

/// The common schema of these schemas, as [`ordered`](crate::Read::ordered) uses it for rows of several datasets:
///
/// - It has every column that one of the schemas has, in the order of first occurrence. Rows of a dataset without that
///   column are null in it.
/// - A column has the smallest type that holds the values of all. Where types differ, it is plain, not a dictionary.
///
/// # Errors
///
/// [`QueryError::ColumnTypes`] for a column whose types have no common type. The error calls the datasets `schema 1`,
/// `schema 2` and so on; [`common_schema_of`] takes their names.
pub fn common_schema(schemas: &[SchemaRef]) -> Result<SchemaRef> {
    let names: Vec<String> = (1..=schemas.len()).map(|number| format!("schema {number}")).collect();
    common_schema_of(names.iter().map(String::as_str).zip(schemas))
}

/// As [`common_schema`], for datasets with names.
///
/// # Errors
///
/// [`QueryError::ColumnTypes`] for a column whose types have no common type. The error names two datasets.
pub fn common_schema_of<'a>(datasets: impl IntoIterator<Item = (&'a str, &'a SchemaRef)>) -> Result<SchemaRef> {
    let named: Vec<Named<'_>> =
        datasets.into_iter().map(|(dataset, schema)| Named { dataset, schema: schema.as_ref() }).collect();
    schema_of_all(&named)
}

/// The schema with the columns of all datasets, in the order of first occurrence.
pub(super) fn schema_of_all(datasets: &[Named<'_>]) -> Result<SchemaRef> {
    let mut met = HashSet::new();
    let mut fields = Vec::new();
    let names = datasets.iter().flat_map(|dataset| dataset.schema.fields().iter().map(|field| field.name()));
    for name in names.filter(|name| met.insert(*name)) {
        fields.extend(common_field(name, datasets)?);
    }
    Ok(Arc::new(Schema::new_with_metadata(fields, common_metadata(datasets))))
}

/// The field of a column for all datasets; `None` if none has it.
pub(super) fn common_field(name: &str, datasets: &[Named<'_>]) -> Result<Option<Field>> {
    let mut met: Option<(Field, Named<'_>)> = None;
    let mut missing = false;
    for dataset in datasets {
        let Some((_, found)) = dataset.schema.column_with_name(name) else {
            missing = true;
            continue;
        };
        let Some((field, first)) = &mut met else {
            met = Some((found.clone(), *dataset));
            continue;
        };
        if field.data_type() != found.data_type() {
            match common(&plain_type(field.data_type()), &plain_type(found.data_type())) {
                Some(both) => field.set_data_type(both),
                None => return Err(different(name, *first, *dataset)),
            }
        }
        field.set_nullable(field.is_nullable() || found.is_nullable());
    }
    Ok(met.map(|(field, _)| if missing { field.with_nullable(true) } else { field }))
}

fn different(column: &str, first: Named<'_>, other: Named<'_>) -> Error {
    let of = |Named { dataset, schema }: Named<'_>| {
        let field = schema.column_with_name(column);
        let column_type = field.map(|(_, field)| field.data_type().to_string()).unwrap_or_default();
        Box::new(ColumnOf::new(dataset, column_type))
    };
    QueryError::ColumnTypes { column: column.to_owned(), first: of(first), other: of(other) }.into()
}

/// The schema metadata that all datasets share.
pub(super) fn common_metadata(datasets: &[Named<'_>]) -> HashMap<String, String> {
    let Some((first, others)) = datasets.split_first() else { return HashMap::new() };
    let mut common = first.schema.metadata().clone();
    common.retain(|key, value| others.iter().all(|other| other.schema.metadata().get(key) == Some(value)));
    common
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::DataType;

    use super::*;

    fn schema(fields: &[(&str, DataType, bool)]) -> SchemaRef {
        let field =
            |(name, data_type, nullable): &(&str, DataType, bool)| Field::new(*name, data_type.clone(), *nullable);
        Arc::new(Schema::new(fields.iter().map(field).collect::<Vec<_>>()))
    }

    #[test]
    fn columns_of_all_datasets_in_the_order_in_which_they_are_met() {
        let text = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let (t, int, float) = (DataType::Int64, DataType::Int32, DataType::Float64);
        let a = schema(&[("t", t.clone(), false), ("n", int, false), ("s", text(), true)]);
        let b = schema(&[
            ("f", float.clone(), true),
            ("t", t.clone(), false),
            ("n", t.clone(), false),
            ("s", text(), false),
        ]);
        let all = schema(&[("t", t.clone(), false), ("n", t, false), ("s", text(), true), ("f", float, true)]);
        assert_eq!(common_schema(&[a.clone(), b.clone()]).unwrap(), all);
        assert_eq!(common_schema(&[a.clone(), a.clone()]).unwrap(), a);
        assert_eq!(common_schema(&[]).unwrap().fields().len(), 0);
    }

    #[test]
    fn types_without_a_common_one_name_column_and_both_datasets() {
        let (a, b) = (schema(&[("x", DataType::Int64, true)]), schema(&[("x", DataType::Utf8, true)]));
        let error = common_schema(&[a.clone(), a.clone(), b.clone()]).unwrap_err().to_string();
        for part in ["`x`", "schema 1", "schema 3", "Int64", "Utf8"] {
            assert!(error.contains(part), "{error}");
        }
        let error = common_schema_of([("berlin/1h", &a), ("paris", &b)]).unwrap_err().to_string();
        assert!(error.contains("berlin/1h") && error.contains("paris"), "{error}");
    }
}
