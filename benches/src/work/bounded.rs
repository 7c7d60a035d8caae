//! Memory above the inputs: of a merge into a large dataset, of the write of a large stream, and of rows of one time.

use anyhow::{Result, ensure};
use oups::{Dataset, Store};

use crate::inputs::Inputs;
use crate::report::{Report, elsewhere};
use crate::store::{Name, bytes_under, write};
use crate::ticks::{Ticks, scattered};

/// Rows that are merged into all others.
const SCATTERED: usize = 100_000;
const SEED: u64 = 1;

/// Corrections scattered over every row group.
pub(crate) fn memory(inputs: &Inputs) -> Result<Report> {
    elsewhere("stream", inputs)?;
    let dataset = Store::<Name>::open(inputs.out())?.dataset(&Name::new("base"))?;
    let late = scattered(inputs.rows, SCATTERED.min(inputs.rows), SEED)?;
    let (report, written) = Report::of(|| Ok(write(&dataset, late).duplicates_on(["seq"]).commit()?))?;
    ensure!(written.rows_written == inputs.rows as u64, "{} rows were merged", written.rows_written);
    check(&dataset, inputs, report)
}

/// A stream that is read once.
pub(crate) fn stream(inputs: &Inputs) -> Result<Report> {
    let dataset = Store::<Name>::create(inputs.fresh_out()?)?.dataset(&Name::new("base"))?;
    let (report, _) = Report::of(|| Ok(write(&dataset, Ticks::new(inputs.rows, SEED)).commit()?))?;
    check(&dataset, inputs, report)
}

/// Rows that all have the same time, written from a stream, and then all again. This is the most memory that a run of
/// equal rows can take, because duplicates are searched in a whole run.
pub(crate) fn equal(inputs: &Inputs) -> Result<Report> {
    let dataset = Store::<Name>::create(inputs.fresh_out()?)?.dataset(&Name::new("base"))?;
    let rows = || Ticks::at_once(inputs.rows, SEED);
    let (_, first) = Report::of(|| Ok(write(&dataset, rows()).duplicates_on(["seq"]).commit()?))?;
    let (report, again) = Report::of(|| Ok(write(&dataset, rows()).duplicates_on(["seq"]).commit()?))?;
    ensure!(first.changed && !again.changed, "rows that are there changed something");
    let bytes: usize = rows().map(|batch| Ok(batch?.get_array_memory_size())).sum::<Result<usize>>()?;
    check(&dataset, inputs, report.with("run_mb", bytes / 1_000_000))
}

/// Reads all rows in order, a batch at a time.
fn check(dataset: &Dataset, inputs: &Inputs, report: Report) -> Result<Report> {
    let mut order = crate::store::Order::default();
    for batch in oups::ReadDataset::scan(dataset).batches()? {
        order.add(&batch?)?;
    }
    ensure!(order.rows == inputs.rows as u64, "{} rows of {} are there", order.rows, inputs.rows);
    Ok(report.with("n", order.rows).with("bytes", bytes_under(inputs.out())?))
}
