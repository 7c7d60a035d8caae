//! One scan task done.

use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::RecordBatch;

use super::decode::{decode, reversed};
use super::filtered::filtered;
use crate::Result;
use crate::plan::scan::PlannedScan;
use crate::plan::task::ScanTask;

impl PlannedScan {
    /// Whether a job's batches can be handed out as they are decoded.
    pub(crate) fn streams(&self) -> bool {
        self.filter.is_empty() && !self.reverse
    }

    /// The batches of a job, in the order in which the scan wants them; those so far if the flag is set meanwhile.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, and what the filter fails with.
    pub(crate) fn run(&self, job: &ScanTask, stop: &AtomicBool) -> Result<Vec<RecordBatch>> {
        let Some(file) = self.open(job)? else { return Ok(Vec::new()) };
        let mut batches = if self.filter.is_empty() {
            let mut batches = Vec::new();
            for batch in decode(&file, &self.columns.positions, vec![job.rows.clone()], self.batch_rows)? {
                batches.push(batch?);
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
            batches
        } else {
            filtered(self, &file, job.rows.clone(), stop)?
        };
        if self.reverse {
            batches.reverse();
            batches = batches.iter().map(reversed).collect::<Result<_>>()?;
        }
        Ok(batches)
    }
}
