//! Decodes the rows of one file, batch by batch.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection};

use super::file::RowGroupFile;
use super::options::ReadOptions;
use super::projection::Projection;
use crate::guard::{damaged, guard};
use crate::{Error, Result};

/// The batches of one file. The iterator ends after an error.
///
/// - Every batch has exactly the wanted schema: field and schema metadata, zones, dictionary types.
/// - Together they hold exactly the wanted rows; fewer or more is an error.
pub struct RowGroupBatches {
    path: Arc<Path>,
    projection: Projection,
    reader: Option<ParquetRecordBatchReader>,
    rows_left: u64,
}

impl std::fmt::Debug for RowGroupBatches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batches").field("path", &self.path).field("rows_left", &self.rows_left).finish_non_exhaustive()
    }
}

impl RowGroupBatches {
    pub(super) fn new(file: &RowGroupFile, options: ReadOptions) -> Result<Self> {
        let projection = Projection::of(file, options.columns.as_deref())?;
        let mask = projection.mask.clone();
        let rows = options.rows.unwrap_or_else(|| std::iter::once(0..file.rows()).collect());
        check_rows(&rows, file.rows())?;
        let rows_left = rows.iter().map(|range| range.end - range.start).sum();
        let mut batches = Self { path: file.path.clone(), projection, reader: None, rows_left };
        if rows_left == 0 {
            return Ok(batches);
        }
        let ranges = super::pages::byte_ranges(file, &mask, &rows)?;
        let bytes = guard(&file.path, || file.bytes.holding(ranges))?;
        let selection = (rows_left < file.rows()).then(|| selection(&rows, file.rows()));
        // The reader allocates a whole batch at once, so a batch must not be larger than the wanted rows.
        let batch_rows = usize::try_from(rows_left).map_or(options.batch_rows, |rows| rows.min(options.batch_rows));
        let reader = guard(&file.path, || {
            let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, file.metadata.clone())
                .with_projection(mask)
                .with_batch_size(batch_rows.max(1));
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
        &self.projection.schema
    }

    /// The next batch. Counts rows: together, the batches must have exactly the wanted ones.
    fn decode(&mut self) -> Result<Option<RecordBatch>> {
        let Some(reader) = &mut self.reader else {
            return Ok(None);
        };
        let projection = &self.projection;
        let batch = guard(&self.path, || match reader.next().transpose()? {
            Some(batch) => projection.apply(&batch).map(Some),
            None => Ok(None),
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

impl Iterator for RowGroupBatches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.decode().transpose();
        if !matches!(item, Some(Ok(_))) {
            self.reader = None;
        }
        item
    }
}

/// Ranges that do not ascend would make the decoder panic.
fn check_rows(rows: &[Range<u64>], total: u64) -> Result<()> {
    let mut from = 0;
    for range in rows {
        if range.start < from || range.end < range.start || range.end > total {
            let (expected, found) = (format!("ascending ranges of {total} rows"), format!("{rows:?}"));
            return Err(Error::InvalidOption { option: "rows", expected, found });
        }
        from = range.end;
    }
    Ok(())
}

fn selection(rows: &[Range<u64>], total: u64) -> RowSelection {
    let ranges = rows.iter().map(|range| range.start as usize..range.end as usize);
    RowSelection::from_consecutive_ranges(ranges, total as usize)
}

impl RowGroupFile {
    /// Decodes rows and columns.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if the decoder cannot start. A damaged page fails later, as an item.
    pub fn batches(&self, options: ReadOptions) -> Result<RowGroupBatches> {
        RowGroupBatches::new(self, options)
    }
}
