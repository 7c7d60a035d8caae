//! The wanted columns of a dataset, made of the columns that a file has.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;

use super::file::RowGroupFile;
use crate::Result;
use crate::schema::convert;

/// The wanted columns, and how they are made of decoded batches.
#[derive(Clone, Debug)]
pub(super) struct Projection {
    /// The wanted columns.
    pub(super) schema: SchemaRef,
    /// The columns to decode.
    pub(super) mask: ProjectionMask,
    /// For each wanted column its position among the decoded ones, which are in the file's order; `None` for a column
    /// of nulls.
    places: Vec<Option<usize>>,
}

impl Projection {
    /// The projection to these columns, by position in the dataset, each at most once; `None`: all columns.
    pub(super) fn of(file: &RowGroupFile, columns: Option<&[usize]>) -> Result<Self> {
        let schema = file.arrow_schema();
        let all: Vec<usize>;
        let (schema, columns) = match columns {
            Some(columns) => {
                let projected = schema.project(columns).map_err(|error| file.schema.arrow_error(error))?;
                let schema = Schema::new_with_metadata(projected.fields, schema.metadata().clone());
                (Arc::new(schema), columns)
            }
            None => {
                all = (0..schema.fields().len()).collect();
                (schema.clone(), all.as_slice())
            }
        };
        let places = columns.iter().map(|&column| file.adapter.places.get(column).copied().flatten());
        let places: Vec<Option<usize>> = places.collect();
        let mut decoded: Vec<usize> = places.iter().copied().flatten().collect();
        decoded.sort_unstable();
        decoded.dedup();
        let places = places.into_iter().map(|place| decoded.binary_search(&place?).ok()).collect();
        let mask = ProjectionMask::roots(file.metadata.parquet_schema(), decoded);
        Ok(Self { schema, mask, places })
    }

    /// The wanted columns of a decoded batch.
    pub(super) fn apply(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let rows = batch.num_rows();
        let column = |(place, field): (&Option<usize>, &FieldRef)| -> Result<ArrayRef, ArrowError> {
            let Some(place) = place else { return Ok(new_null_array(field.data_type(), rows)) };
            let array = batch.columns().get(*place);
            convert(array.ok_or_else(|| ArrowError::SchemaError("a column is missing".into()))?, field.data_type())
        };
        let columns = self.places.iter().zip(self.schema.fields()).map(column).collect::<Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)
    }
}
