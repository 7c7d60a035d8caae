//! Sorts rows by one column with bounded memory: an external merge sort.
//!
//! Rows are read until memory is full, sorted, and written to an unnamed temporary file as one run of small blocks.
//! Then the runs are merged, up to 64 at once, in several passes if there are more.

mod merge;
mod run;

use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::compute::cast;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use super::{HeldMemory, SpillFile};
use crate::schema::{DatasetSchema, Fit, fit};
use crate::{Error, Result};
use merge::RunMerge;
use run::{Run, SortedRows};

/// The name of the rows in errors.
const INPUT: &str = "(the input to sort)";

/// The most runs that are merged at once.
const FAN_IN: usize = 64;

/// The most rows of a sorted batch.
const BATCH_ROWS: usize = 8 << 10;

/// Sorted rows. [`sort_by`] makes them.
pub struct Sorted {
    schema: SchemaRef,
    rows: Rows,
}

enum Rows {
    Memory { rows: SortedRows, next: usize },
    Merge(Box<RunMerge>),
}

impl std::fmt::Debug for Sorted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sorted").field("schema", &self.schema).finish_non_exhaustive()
    }
}

/// Reads all rows and sorts them by a column, in the order of datasets. The sort is stable: rows with the same value
/// stay in the order of the reader. About `memory_limit` bytes of rows are held in memory; more go to an unnamed
/// temporary file.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use arrow::array::{AsArray, Int64Array, RecordBatch, RecordBatchIterator};
/// use arrow::datatypes::Int64Type;
///
/// let batch = RecordBatch::try_from_iter([("at", Arc::new(Int64Array::from(vec![3, 1, 2])) as _)])?;
/// let reader = RecordBatchIterator::new([Ok(batch.clone())], batch.schema());
/// let sorted = oups_core::sort_by(reader, "at", 64 << 20)?;
/// let batches = sorted.collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(batches[0].column(0).as_primitive::<Int64Type>().values(), &[1, 2, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`Error::UnknownColumn`] if the rows do not have the column; [`Error::UnsupportedType`] if it cannot be ordered, or
/// for another column that a dataset cannot hold; [`Error::Unorderable`] for a null or NaN in the column;
/// [`Error::Input`] if the reader fails; [`Error::Io`] if the temporary file fails.
pub fn sort_by(mut reader: impl RecordBatchReader, column: &str, memory_limit: usize) -> Result<Sorted> {
    let schema = reader.schema();
    let rows_schema = Arc::new(DatasetSchema::new(INPUT, schema.clone(), column)?);
    let mut sorter = Sorter::new(fit(&rows_schema, &schema)?, memory_limit);
    loop {
        let rows = sorter.rows;
        let next = reader.next().transpose();
        match next.map_err(|source| Error::Input { dataset: INPUT.to_owned(), rows, source })? {
            Some(batch) => sorter.push(&batch)?,
            None => return Ok(Sorted { schema, rows: sorter.finish()? }),
        }
    }
}

/// Takes rows and sorts them into runs.
struct Sorter {
    fit: Fit,
    limit: usize,
    waiting: Vec<RecordBatch>,
    pinned: HeldMemory,
    rows: u64,
    file: Option<SpillFile>,
    runs: Vec<Run>,
}

impl Sorter {
    fn new(fit: Fit, limit: usize) -> Self {
        Self { fit, limit, waiting: Vec::new(), pinned: HeldMemory::default(), rows: 0, file: None, runs: Vec::new() }
    }

    fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let schema = self.fit.schema();
        let column = self.fit.ordered_column(batch);
        if let Some((row, value)) = column.and_then(|column| schema.ordered_type().first_unorderable(column)) {
            let (dataset, column) = (schema.dataset().to_owned(), schema.ordered_on().to_owned());
            return Err(Error::Unorderable { dataset, column, row: self.rows + row as u64, value });
        }
        let batch = self.fit.apply(batch)?;
        self.rows += batch.num_rows() as u64;
        self.pinned.add(&batch);
        self.waiting.push(batch);
        if self.pinned.bytes() > self.limit { self.end_run() } else { Ok(()) }
    }

    /// Sorts the waiting rows and writes them as one run.
    fn end_run(&mut self) -> Result<()> {
        let bytes = std::mem::take(&mut self.pinned).bytes();
        let rows = SortedRows::new(self.fit.schema(), std::mem::take(&mut self.waiting))?;
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(SpillFile::new()?),
        };
        // While runs are merged, one block of each is in memory: together they shall take half of it.
        let block_rows = rows.len() * (self.limit / FAN_IN / 2) / bytes.max(1);
        self.runs.push(rows.write(file, block_rows.clamp(1, BATCH_ROWS))?);
        Ok(())
    }

    fn finish(mut self) -> Result<Rows> {
        let schema = self.fit.schema().clone();
        if self.runs.is_empty() {
            return Ok(Rows::Memory { rows: SortedRows::new(&schema, self.waiting)?, next: 0 });
        }
        if !self.waiting.is_empty() {
            self.end_run()?;
        }
        let (mut file, mut runs) = (self.file.map_or_else(SpillFile::new, Ok)?, self.runs);
        // Only neighbouring runs are merged with each other; otherwise equal rows would change their order.
        while runs.len() > FAN_IN {
            let (from, mut into, mut longer) = (Arc::new(file), SpillFile::new()?, Vec::new());
            for some in runs.chunks(FAN_IN) {
                longer.push(RunMerge::new(&schema, from.clone(), some.to_vec())?.write(&mut into)?);
            }
            (file, runs) = (into, longer);
        }
        Ok(Rows::Merge(Box::new(RunMerge::new(&schema, Arc::new(file), runs)?)))
    }
}

impl Sorted {
    fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        match &mut self.rows {
            Rows::Memory { rows, next } => {
                let from = *next;
                *next = rows.len().min(from + BATCH_ROWS);
                if from == *next { Ok(None) } else { rows.gather(from..*next).map(Some) }
            }
            Rows::Merge(merge) => merge.next_batch(BATCH_ROWS),
        }
    }

    /// The batch with the dictionaries of the input.
    fn as_it_came(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let columns = batch.columns().iter().zip(self.schema.fields());
        let columns = columns.map(|(column, field)| match column.data_type() == field.data_type() {
            true => Ok(column.clone()),
            false => cast(column, field.data_type()),
        });
        RecordBatch::try_new(self.schema.clone(), columns.collect::<Result<_, _>>()?)
    }
}

impl Iterator for Sorted {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.next_batch() {
            Ok(None) => None,
            Ok(Some(batch)) => Some(self.as_it_came(&batch)),
            Err(error) => Some(Err(ArrowError::ExternalError(Box::new(error)))),
        }
    }
}

impl RecordBatchReader for Sorted {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}
