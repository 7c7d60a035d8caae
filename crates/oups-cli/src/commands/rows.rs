//! Prints or exports a stream of rows, up to a limit.

use std::io::{self, IsTerminal};

use anyhow::Result;
use arrow::array::{RecordBatch, RecordBatchReader};

use crate::args::{Format, To};
use crate::output::target::Target;
use crate::output::{Rows, stream};
use crate::terminal::progress::Progress;
use crate::terminal::stdout::Stdout;

/// The file that rows go to, and their format.
pub(super) fn target(to: &To) -> Result<Target> {
    Target::of(to.output.as_deref(), to.format)
}

/// Prints or exports all rows, up to the limit. A table of many rows shows both ends.
pub(super) fn show(reader: impl RecordBatchReader, to: &To, out: &mut Stdout) -> Result<()> {
    let target = target(to)?;
    let schema = reader.schema();
    let hide = target.path.is_none() && io::stdout().is_terminal() && target.format != Format::Table;
    let progress = if hide { Progress::hidden() } else { Progress::new() };
    let batches = reader.map(|batch| batch.map_err(|error| oups::Error::from(error).into()));
    let mut batches = limited(batches, to.limit, &progress);
    let shown = stream::show(Rows { schema, batches: &mut batches }, &target, to.limit.is_some(), out);
    progress.done();
    shown
}

/// The batches up to a number of rows.
fn limited(
    batches: impl Iterator<Item = Result<RecordBatch>>,
    limit: Option<u64>,
    progress: &Progress,
) -> impl Iterator<Item = Result<RecordBatch>> {
    let mut left = limit.unwrap_or(u64::MAX);
    let mut batches = batches;
    std::iter::from_fn(move || {
        // Looked at before the next batch is read: a limit is to save work.
        if left == 0 {
            return None;
        }
        let batch = batches.next()?.map(|batch| {
            let rows = usize::try_from(left).map_or(batch.num_rows(), |left| left.min(batch.num_rows()));
            left -= rows as u64;
            progress.advance(rows as u64);
            batch.slice(0, rows)
        });
        Some(batch)
    })
}
