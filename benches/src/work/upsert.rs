//! Late rows into all rows: half are corrections of stored rows, half are new.

use anyhow::{Result, ensure};

use crate::inputs::Inputs;
use crate::report::Report;
use crate::store::{count_ordered, scan, write};

pub(crate) fn upsert(inputs: &Inputs) -> Result<Report> {
    let dataset = super::bulk::stored_elsewhere(inputs)?;
    let late = inputs.late()?;
    let (report, written) = Report::of(|| Ok(write(&dataset, late).duplicates_on(["seq"]).commit()?))?;
    let n = count_ordered(&scan(&dataset)?)?;
    let expected = inputs.rows + inputs.rows / 50 / 2;
    ensure!(n == expected as u64, "{n} rows are there, not {expected}");
    Ok(report.with("n", n).with("rows_written", written.rows_written))
}
