//! Scan tasks: so many rows of a row group that threads share the row groups and hold little each.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use oups_core::RowGroup;
use oups_core::row_group::RowGroupFile;

/// The jobs of a piece, ascending.
pub(crate) fn jobs(
    piece: &ScanTask,
    entry: &RowGroup,
    batch_rows: usize,
) -> impl DoubleEndedIterator<Item = ScanTask> + use<> {
    let step = job_rows(entry, batch_rows as u64);
    let Range { start, end } = piece.rows;
    let piece = piece.clone();
    (start / step..end.div_ceil(step)).map(move |at| piece.part((at * step).max(start)..((at + 1) * step).min(end)))
}

fn job_rows(entry: &RowGroup, batch_rows: u64) -> u64 {
    let bytes_per_row = (entry.bytes() / entry.rows().max(1)).max(1);
    let rows = (BYTES / bytes_per_row / LEAST_ROWS * LEAST_ROWS).clamp(LEAST_ROWS, MOST_ROWS);
    // A multiple of whole batches would be best; of whole pages it has to be.
    rows.max(batch_rows.min(entry.rows()).div_ceil(LEAST_ROWS) * LEAST_ROWS)
}

/// Rows of a job at most, unless a batch is larger. A multiple of a page's rows, so that no two jobs decode one page.
const MOST_ROWS: u64 = 128 << 10;

/// Rows of a job at least: a page.
const LEAST_ROWS: u64 = 4 << 10;

/// Encoded bytes of a job, about.
const BYTES: u64 = 8 << 20;

/// Rows of one row group to be read.
#[derive(Clone, Debug)]
pub(crate) struct ScanTask {
    /// The row group's position in the manifest.
    pub(crate) at: usize,
    /// The wanted rows of it, but for those that the filter takes out.
    pub(crate) rows: Range<u64>,
    /// The file, once it is open.
    pub(crate) file: Arc<Mutex<Option<RowGroupFile>>>,
}

impl ScanTask {
    pub(crate) fn new(at: usize, rows: Range<u64>, file: Option<RowGroupFile>) -> Self {
        Self { at, rows, file: Arc::new(Mutex::new(file)) }
    }

    /// A part of the same row group, which shares the open file.
    pub(crate) fn part(&self, rows: Range<u64>) -> Self {
        Self { rows, ..self.clone() }
    }

    pub(crate) fn len(&self) -> u64 {
        self.rows.end.saturating_sub(self.rows.start)
    }
}
