//! Runs one scan task: opens its file, decodes its rows, filters and reverses them.

use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::RecordBatch;

use super::decode::{decode, reversed};
use super::filtered::filtered;
use crate::Result;
use crate::plan::scan::PlannedScan;
use crate::plan::task::ScanTask;

impl PlannedScan {
    /// Whether batches can be handed out as they are decoded.
    pub(crate) fn streams(&self) -> bool {
        self.filter.is_empty() && !self.reverse
    }

    /// The batches of a scan task, in the order of the scan. If the flag is set meanwhile, it stops early and the
    /// batches are incomplete.
    ///
    /// # Errors
    ///
    /// If the file cannot be read; the error of a filter.
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
