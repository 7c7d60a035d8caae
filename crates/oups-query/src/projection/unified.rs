//! Rows of several datasets in one schema: each dataset's rows are converted to it.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions, new_null_array};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use oups_core::QueryError;
use oups_core::ordered::OrdKeys;
use oups_core::schema::{DatasetSchema, convert};
use oups_core::words::words_of;

use super::Projection;
use super::common_schema::{Named, common_field, common_metadata, schema_of_all};
use crate::Result;

/// The common schema of several datasets, and how the rows of each are converted to it.
///
/// - It has every column that one of the datasets has. Rows of a dataset without that column are null in it.
/// - A column has the smallest type that holds the values of all datasets that have it. Where types differ, it is
///   plain.
#[derive(Clone, Debug)]
pub(crate) struct Unified {
    pub(crate) schema: SchemaRef,
    /// One for each dataset.
    pub(crate) layouts: Vec<Arc<Conversion>>,
}

/// How the rows of one dataset are decoded, and turned into the common schema.
#[derive(Clone, Debug)]
pub(crate) struct Conversion {
    /// The columns that are decoded: the wanted ones that the dataset has, and the ordered column.
    pub(crate) columns: Projection,
    schema: SchemaRef,
    /// For each common column its index among the decoded ones; `None` if the dataset does not have it.
    places: Vec<Option<usize>>,
    /// The index of the ordered column among the decoded ones.
    ordered: usize,
    dataset: Arc<DatasetSchema>,
}

impl Unified {
    /// Finds the common schema of all columns, or of those named, in the order of the names.
    ///
    /// # Errors
    ///
    /// [`QueryError::ColumnTypes`]; [`QueryError::DuplicateColumn`]; [`oups_core::Error::UnknownColumn`] for a name
    /// that no dataset has.
    pub(crate) fn new(names: Option<&[String]>, datasets: &[Arc<DatasetSchema>]) -> Result<Self> {
        let named: Vec<Named<'_>> = datasets.iter().map(|dataset| Named::of(dataset)).collect();
        let schema = match names {
            None => schema_of_all(&named)?,
            Some(names) => schema_of_named(names, datasets, &named)?,
        };
        let mut layouts: Vec<Arc<Conversion>> = Vec::with_capacity(datasets.len());
        for dataset in datasets {
            // Most datasets of a store have the same columns, so that one conversion serves them all.
            let like_last = layouts.last().filter(|last| last.is_for(dataset));
            let layout =
                like_last.map_or_else(|| Conversion::new(dataset, &schema).map(Arc::new), |last| Ok(last.clone()))?;
            layouts.push(layout);
        }
        Ok(Self { schema, layouts })
    }
}

/// The common schema of these columns alone.
fn schema_of_named(names: &[String], datasets: &[Arc<DatasetSchema>], named: &[Named<'_>]) -> Result<SchemaRef> {
    check_named(Some(names), datasets)?;
    let mut fields = Vec::with_capacity(names.len());
    for name in names {
        fields.extend(common_field(name, named)?);
    }
    Ok(Arc::new(Schema::new_with_metadata(fields, common_metadata(named))))
}

/// Checks that no name is given twice, and that a dataset has each.
///
/// # Errors
///
/// [`QueryError::DuplicateColumn`]; [`oups_core::Error::UnknownColumn`].
pub(crate) fn check_named(names: Option<&[String]>, datasets: &[Arc<DatasetSchema>]) -> Result<()> {
    let mut met = HashSet::new();
    for name in names.unwrap_or_default() {
        if !met.insert(name) {
            return Err(QueryError::DuplicateColumn { column: name.clone() }.into());
        }
        let has = |dataset: &Arc<DatasetSchema>| dataset.stored().column_with_name(name).is_some();
        match datasets.first() {
            Some(first) if !datasets.iter().any(has) => _ = first.index_of(name)?,
            _ => {}
        }
    }
    Ok(())
}

impl Conversion {
    fn new(dataset: &Arc<DatasetSchema>, schema: &SchemaRef) -> Result<Self> {
        let stored = dataset.stored();
        let mut names = Vec::with_capacity(schema.fields().len() + 1);
        let mut places = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            let has = stored.column_with_name(field.name()).is_some();
            places.push(has.then_some(names.len()));
            if has {
                names.push(field.name().clone());
            }
        }
        let ordered = names.iter().position(|name| name == dataset.ordered_on()).unwrap_or(names.len());
        if ordered == names.len() {
            names.push(dataset.ordered_on().to_owned());
        }
        let columns = Projection::find(Some(&names), dataset)?;
        Ok(Self { columns, schema: schema.clone(), places, ordered, dataset: dataset.clone() })
    }

    fn is_for(&self, dataset: &Arc<DatasetSchema>) -> bool {
        self.dataset.stored() == dataset.stored() && self.dataset.ordered_on() == dataset.ordered_on()
    }

    /// The values of a decoded batch's ordered column.
    ///
    /// # Errors
    ///
    /// If the batch comes from another dataset.
    pub(crate) fn keys(&self, decoded: &RecordBatch) -> Result<OrdKeys, ArrowError> {
        let column = decoded.columns().get(self.ordered);
        let column = column.ok_or_else(|| ArrowError::SchemaError("the ordered column is missing".into()))?;
        self.dataset.ordered_type().keys(column)
    }

    /// A decoded batch in the common schema.
    ///
    /// # Errors
    ///
    /// If the batch comes from another dataset, or a value does not fit the common type.
    pub(crate) fn apply(&self, decoded: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let rows = decoded.num_rows();
        let column = |(place, field): (&Option<usize>, &Arc<Field>)| {
            let Some(array) = place.and_then(|place| decoded.columns().get(place)) else {
                return Ok(new_null_array(field.data_type(), rows));
            };
            convert(array, field.data_type()).map_err(|error| {
                // A time of one dataset may lie beyond the range of another one's finer unit.
                let (dataset, column, words) = (self.dataset.dataset(), field.name(), words_of(&error));
                let text =
                    format!("dataset {dataset}, column `{column}`: {words}: read it alone, or leave the column out");
                ArrowError::ComputeError(text)
            })
        };
        let columns = self.places.iter().zip(self.schema.fields()).map(column).collect::<Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)
    }
}
