//! The rows of a scan as a [`RecordBatchReader`], which other Arrow libraries take.

use std::fmt;
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use oups_core::{Moment, parallel};

use super::decode::decode;
use super::prefetch::{Ahead, Next};
use crate::Result;
use crate::plan::scan::PlannedScan;
use crate::plan::task::{ScanTask, jobs};

/// Scans of fewer rows than this are decoded by the caller alone: starting a thread takes as long as decoding some
/// pages.
const LITTLE_ROWS: u64 = 64 << 10;

/// The batches of a scan, in order. The iterator holds the snapshot until it is dropped.
///
/// Other threads decode a bounded number of batches ahead. Dropping the iterator stops them and returns when they have
/// stopped. A scan of less than 65,536 rows starts no thread, nor does one whose caller has a rayon pool of one thread.
///
/// An error is the last item. It is an [`ArrowError`], as [`RecordBatchReader`] demands. In a function that returns
/// [`oups_query::Result`](crate::Result), `?` turns it back into the [`Error`](crate::Error) that it was.
pub struct Batches {
    reading: Arc<PlannedScan>,
    /// The scan tasks that are left; `None` after the end.
    jobs: Option<Ahead<ScanTask, Result<Vec<RecordBatch>>>>,
    current: Current,
    /// The rows that may still come.
    left: u64,
}

/// What is left of the current scan task.
enum Current {
    Done(std::vec::IntoIter<RecordBatch>),
    /// Batches that are decoded when they are asked for.
    Stream(oups_core::row_group::RowGroupBatches),
}

impl Batches {
    /// Decodes with as many helper threads as the caller's rayon pool has threads, less one.
    pub(crate) fn new(reading: PlannedScan) -> Self {
        Self::with_helpers(reading, parallel::count().saturating_sub(1))
    }

    /// Decodes with at most `helpers` helper threads, besides the caller.
    pub(crate) fn with_helpers(mut reading: PlannedScan, helpers: usize) -> Self {
        let pieces = std::mem::take(&mut reading.pieces);
        let reading = Arc::new(reading);
        let work: u64 = pieces.iter().map(ScanTask::len).sum();
        let left = reading.limit.unwrap_or(u64::MAX).min(work);
        let runner = reading.clone();
        let jobs = in_order(pieces, reading.clone());
        let helpers = if work < LITTLE_ROWS { 0 } else { helpers };
        let jobs = Ahead::new(jobs, helpers, move |job, stop| runner.run(job, stop));
        Self { reading, jobs: Some(jobs), current: Current::Done(Vec::new().into_iter()), left }
    }

    /// Always exact: one version of a dataset is of one moment.
    pub fn moment(&self) -> Moment {
        Moment::Exact
    }

    /// The most rows that are still to come. Without a filter, it is their exact number.
    pub fn rows_at_most(&self) -> u64 {
        self.left
    }

    /// The next batch; `None` after the last. Unlike the iterator, it returns oups' own error.
    ///
    /// # Errors
    ///
    /// [`oups_core::Error::Damaged`] for a file that is not as the manifest says; other errors of reading files; the
    /// error of a filter; [`oups_core::Error::Stopped`].
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        let batch = self.decode().map(|batch| batch.map(|batch| self.limited(batch)));
        if !matches!(batch, Ok(Some(_))) || self.left == 0 {
            self.jobs = None;
            self.current = Current::Done(Vec::new().into_iter());
        }
        batch
    }

    /// The batch, or as many of its first rows as the limit allows.
    fn limited(&mut self, batch: RecordBatch) -> RecordBatch {
        let rows = usize::try_from(self.left).map_or(batch.num_rows(), |left| left.min(batch.num_rows()));
        self.left -= rows as u64;
        if rows == batch.num_rows() { batch } else { batch.slice(0, rows) }
    }

    fn decode(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            self.reading.stop.check(self.reading.snapshot.dataset())?;
            let batch = match &mut self.current {
                Current::Done(batches) => batches.next(),
                Current::Stream(batches) => batches.next().transpose()?,
            };
            if batch.is_some() {
                return Ok(batch);
            }
            let Some(jobs) = &mut self.jobs else { return Ok(None) };
            jobs.check()?;
            let Some(next) = jobs.next() else { return Ok(None) };
            self.current = match next {
                Next::Done(batches) => Current::Done(batches?.into_iter()),
                Next::Own(job) => self.begin(&job)?,
            };
        }
    }

    /// Begins a scan task that the caller itself does.
    fn begin(&self, job: &ScanTask) -> Result<Current> {
        if self.reading.streams()
            && let Some(file) = self.reading.open(job)?
        {
            let (columns, rows) = (&self.reading.columns.positions, vec![job.rows.clone()]);
            return Ok(Current::Stream(decode(&file, columns, rows, self.reading.batch_rows)?));
        }
        Ok(Current::Done(self.reading.run(job, &false.into())?.into_iter()))
    }
}

/// All scan tasks, divided, in the order of the scan.
fn in_order(pieces: Vec<ScanTask>, reading: Arc<PlannedScan>) -> Box<dyn Iterator<Item = ScanTask> + Send> {
    let of = {
        let reading = reading.clone();
        move |piece: ScanTask| reading.entry(&piece).map(|entry| jobs(&piece, entry, reading.batch_rows))
    };
    match reading.reverse {
        false => Box::new(pieces.into_iter().filter_map(of).flatten()),
        true => Box::new(pieces.into_iter().rev().filter_map(of).flat_map(Iterator::rev)),
    }
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches")
            .field("dataset", &self.reading.snapshot.dataset())
            .field("version", &self.reading.snapshot.version())
            .field("jobs", &self.jobs)
            .finish_non_exhaustive()
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_batch().map_err(ArrowError::from).transpose()
    }
}

impl RecordBatchReader for Batches {
    fn schema(&self) -> SchemaRef {
        self.reading.columns.schema.clone()
    }
}
