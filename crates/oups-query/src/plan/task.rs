//! Scan tasks: row groups divided so that several threads share the work and each holds little in memory.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use oups_core::RowGroup;
use oups_core::row_group::RowGroupFile;

/// Divides a scan task into smaller ones, ascending.
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

/// The rows of one scan task of this row group: about [`BYTES`], at least a batch, and a multiple of whole pages.
fn job_rows(entry: &RowGroup, batch_rows: u64) -> u64 {
    let bytes_per_row = (entry.bytes() / entry.rows().max(1)).max(1);
    let rows = (BYTES / bytes_per_row / LEAST_ROWS * LEAST_ROWS).clamp(LEAST_ROWS, MOST_ROWS);
    // Whole pages come before whole batches: a page that two tasks share would be decoded twice.
    rows.max(batch_rows.min(entry.rows()).div_ceil(LEAST_ROWS) * LEAST_ROWS)
}

/// The most rows of a scan task, unless a batch is larger. It is a multiple of a page's rows, so that no page is
/// decoded by two tasks.
const MOST_ROWS: u64 = 128 << 10;

/// The fewest rows of a scan task: a page.
const LEAST_ROWS: u64 = 4 << 10;

/// The approximate number of encoded bytes of a scan task.
const BYTES: u64 = 8 << 20;

/// Rows of one row group that are read together.
#[derive(Clone, Debug)]
pub(crate) struct ScanTask {
    /// The row group's position in the manifest.
    pub(crate) at: usize,
    /// The rows that are read. A filter may then drop some.
    pub(crate) rows: Range<u64>,
    /// The file, once it is open.
    pub(crate) file: Arc<Mutex<Option<RowGroupFile>>>,
}

impl ScanTask {
    pub(crate) fn new(at: usize, rows: Range<u64>, file: Option<RowGroupFile>) -> Self {
        Self { at, rows, file: Arc::new(Mutex::new(file)) }
    }

    /// A task for other rows of the same row group. Both share the open file.
    pub(crate) fn part(&self, rows: Range<u64>) -> Self {
        Self { rows, ..self.clone() }
    }

    pub(crate) fn len(&self) -> u64 {
        self.rows.end.saturating_sub(self.rows.start)
    }
}
