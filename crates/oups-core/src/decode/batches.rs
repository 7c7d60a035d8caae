//! The rows of one file, decoded batch after batch.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection};

use crate::Result;

use super::file::{ReadOptions, RowGroupFile};
use super::guard::{damaged, guard};

/// Batches of one file. After an error there are none.
///
/// - Every batch has exactly the wanted schema: field and schema metadata, zones, dictionary types.
/// - They hold together exactly the wanted rows; fewer or more is an error.
pub struct Batches {
    path: Arc<Path>,
    schema: SchemaRef,
    /// For each wanted column its place among the decoded ones, which come in the file's order.
    order: Vec<usize>,
    reader: Option<ParquetRecordBatchReader>,
    rows_left: u64,
}

impl std::fmt::Debug for Batches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batches").field("path", &self.path).field("rows_left", &self.rows_left).finish_non_exhaustive()
    }
}

impl Batches {
    pub(super) fn new(file: &RowGroupFile, options: ReadOptions) -> Result<Self> {
        let (schema, order, mask) = projection(file, options.columns.as_deref())?;
        let rows = options.rows.unwrap_or_else(|| std::iter::once(0..file.rows()).collect());
        let rows_left = rows.iter().map(|range| range.end.saturating_sub(range.start)).sum();
        let mut batches = Self { path: file.path.clone(), schema, order, reader: None, rows_left };
        if rows_left == 0 {
            return Ok(batches);
        }
        if rows.last().is_some_and(|range| range.end > file.rows()) {
            return Err(damaged(&file.path, format!("rows {rows:?} of {}", file.rows())));
        }
        let ranges = super::pages::byte_ranges(file, &mask, &rows)?;
        let bytes = guard(&file.path, || file.bytes.holding(ranges))?;
        let selection = (rows_left < file.rows()).then(|| selection(&rows, file.rows()));
        let reader = guard(&file.path, || {
            let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, file.metadata.clone())
                .with_projection(mask)
                .with_batch_size(options.batch_rows.max(1));
            if let Some(selection) = selection {
                builder = builder.with_row_selection(selection);
            }
            builder.build()
        })?;
        batches.reader = Some(reader);
        Ok(batches)
    }

    /// The schema of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn decode(&mut self) -> Result<Option<RecordBatch>> {
        let Some(reader) = &mut self.reader else {
            return Ok(None);
        };
        let (schema, order) = (&self.schema, &self.order);
        let batch = guard(&self.path, || match reader.next().transpose()? {
            None => Ok(None),
            Some(batch) => {
                let columns = order.iter().zip(schema.fields());
                let columns = columns.map(|(at, field)| column(&batch, *at, field)).collect::<Result<_, _>>()?;
                let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
                RecordBatch::try_new_with_options(schema.clone(), columns, &rows).map(Some)
            }
        })?;
        let rows = batch.as_ref().map_or(0, |batch| batch.num_rows() as u64);
        match self.rows_left.checked_sub(rows) {
            Some(left) => self.rows_left = left,
            None => return Err(damaged(&self.path, "more rows than the footer says")),
        }
        if batch.is_none() && self.rows_left > 0 {
            return Err(damaged(&self.path, format!("{} rows less than the footer says", self.rows_left)));
        }
        Ok(batch)
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.decode().transpose();
        if !matches!(item, Some(Ok(_))) {
            self.reader = None;
        }
        item
    }
}

/// A decoded column in its wanted type: dictionaries may have wider keys.
fn column(batch: &RecordBatch, at: usize, field: &Field) -> Result<ArrayRef, ArrowError> {
    let array = batch.columns().get(at).ok_or_else(|| ArrowError::SchemaError("a column is missing".into()))?;
    if array.data_type() == field.data_type() {
        return Ok(array.clone());
    }
    cast_with_options(array, field.data_type(), &CastOptions { safe: false, ..CastOptions::default() })
}

/// The schema of the wanted columns, the place of each among the decoded ones, and what to decode.
fn projection(file: &RowGroupFile, columns: Option<&[usize]>) -> Result<(SchemaRef, Vec<usize>, ProjectionMask)> {
    let schema = file.arrow_schema();
    let Some(columns) = columns else {
        return Ok((schema.clone(), (0..schema.fields().len()).collect(), ProjectionMask::all()));
    };
    let mut decoded = columns.to_vec();
    decoded.sort_unstable();
    let order = columns.iter().filter_map(|column| decoded.binary_search(column).ok()).collect();
    let projected = schema.project(columns).map_err(|error| file.schema.arrow_error(error))?;
    let mask = ProjectionMask::roots(file.metadata.parquet_schema(), decoded);
    Ok((Arc::new(Schema::new_with_metadata(projected.fields, schema.metadata().clone())), order, mask))
}

fn selection(rows: &[Range<u64>], total: u64) -> RowSelection {
    let ranges = rows.iter().map(|range| range.start as usize..range.end as usize);
    RowSelection::from_consecutive_ranges(ranges, total as usize)
}
