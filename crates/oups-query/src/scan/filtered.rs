//! Filters rows while they are decoded: the conditions' columns first, then of the other columns only the wanted rows.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::{Array, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow::compute::BatchCoalescer;
use arrow::datatypes::{Schema, SchemaRef};
use oups_core::row_group::RowGroupFile;

use super::decode::decode;
use crate::Result;
use crate::plan::scan::PlannedScan;
use crate::projection::Projection;
use crate::selection::{Selection, Walk};

/// Wanted rows less than this apart are decoded together with the rows between them: that is less work than skipping.
const GAP: u64 = 256;

/// The wanted rows among these, ascending, in batches of the scan's size. Returns no rows if the flag is set meanwhile.
///
/// # Errors
///
/// If the file cannot be read; the error of a filter.
pub(crate) fn filtered(
    reading: &PlannedScan,
    file: &RowGroupFile,
    rows: Range<u64>,
    stop: &AtomicBool,
) -> Result<Vec<RecordBatch>> {
    let filter = &reading.filter;
    let is_early = |at: &usize| filter.columns.binary_search(at).is_ok();
    let (early, late): (Vec<_>, Vec<_>) = reading.columns.positions.iter().copied().partition(is_early);

    let candidates = filter.might_want(file)?.and(&Selection::of(rows));
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let mut wanted = Selection::default();
    let mut walk = Walk::over(&candidates);
    let mut kept = Sieve::new(reading, &early);
    let places: Vec<usize> = early.iter().filter_map(|at| filter.columns.binary_search(at).ok()).collect();
    for batch in decode(file, &filter.columns, candidates.ranges().to_vec(), reading.batch_rows)? {
        let batch = batch?;
        let mask = filter.mask(&batch)?;
        wanted.push_masked(&walk.step(batch.num_rows() as u64), &mask);
        kept.push(batch.project(&places)?, &mask)?;
        if stop.load(Ordering::Relaxed) {
            return Ok(Vec::new());
        }
    }
    let mut others = Sieve::new(reading, &late);
    if late.is_empty() {
        others.rows = wanted.rows();
    } else if !wanted.is_empty() {
        let islands = wanted.closed(GAP);
        let mut walk = Walk::over(&islands);
        for batch in decode(file, &late, islands.ranges().to_vec(), reading.batch_rows)? {
            let batch = batch?;
            let mask = wanted.mask(&walk.step(batch.num_rows() as u64));
            others.push(batch, &mask)?;
            if stop.load(Ordering::Relaxed) {
                return Ok(Vec::new());
            }
        }
    }
    let pairs = kept.finish()?.into_iter().zip(others.finish()?);
    pairs.map(|(kept, others)| joined(&reading.columns, [(&early, kept), (&late, others)])).collect()
}

/// Takes the wanted rows out of batches and puts them into batches of one size. Without columns it only counts them.
struct Sieve {
    schema: SchemaRef,
    batch_rows: usize,
    rows: u64,
    columns: Option<BatchCoalescer>,
}

impl Sieve {
    fn new(reading: &PlannedScan, columns: &[usize]) -> Self {
        let fields = columns.iter().filter_map(|at| reading.columns.field(*at));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let batch_rows = reading.batch_rows;
        let sieve = (!columns.is_empty()).then(|| BatchCoalescer::new(schema.clone(), batch_rows));
        Self { schema, batch_rows, rows: 0, columns: sieve }
    }

    fn push(&mut self, batch: RecordBatch, mask: &BooleanArray) -> Result<()> {
        self.rows += mask.true_count() as u64;
        if let Some(columns) = &mut self.columns {
            columns.push_batch_with_filter(batch.with_schema(self.schema.clone())?, mask)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<RecordBatch>> {
        let Some(mut columns) = self.columns else {
            let sizes = (0..self.rows).step_by(self.batch_rows).map(|from| self.rows - from);
            let sizes = sizes.map(|rows| rows.min(self.batch_rows as u64) as usize);
            return sizes.map(|rows| Ok(of_columns(self.schema.clone(), Vec::new(), rows)?)).collect();
        };
        columns.finish_buffered_batch()?;
        Ok(std::iter::from_fn(|| columns.next_completed_batch()).collect())
    }
}

/// The columns of both batches, in the scan's order. Both have the same rows.
fn joined(columns: &Projection, sides: [(&Vec<usize>, RecordBatch); 2]) -> Result<RecordBatch> {
    let rows = sides.iter().map(|(_, batch)| batch.num_rows()).max().unwrap_or_default();
    let find = |wanted: &usize| {
        let place = |(positions, batch): &(&Vec<usize>, RecordBatch)| {
            let at = positions.iter().position(|at| at == wanted)?;
            batch.columns().get(at).cloned()
        };
        sides.iter().find_map(place)
    };
    let arrays = columns.positions.iter().filter_map(find).collect();
    Ok(of_columns(columns.schema.clone(), arrays, rows)?)
}

fn of_columns(
    schema: SchemaRef,
    columns: Vec<Arc<dyn Array>>,
    rows: usize,
) -> Result<RecordBatch, arrow::error::ArrowError> {
    RecordBatch::try_new_with_options(schema, columns, &RecordBatchOptions::new().with_row_count(Some(rows)))
}
