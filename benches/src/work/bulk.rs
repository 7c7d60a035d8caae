//! All rows into an empty store, durably.

use anyhow::{Result, ensure};
use oups::{Dataset, Store};

use crate::inputs::Inputs;
use crate::report::{Report, elsewhere};
use crate::store::{Name, bytes_under, count_ordered, scan, write};

pub(crate) fn bulk(inputs: &Inputs) -> Result<Report> {
    let out = inputs.fresh_out()?;
    let dataset = Store::<Name>::create(&out)?.dataset(&Name::new("base"))?;
    let rows = inputs.base()?;
    let (report, _) = Report::of(|| Ok(write(&dataset, rows).commit()?))?;
    let n = count_ordered(&scan(&dataset)?)?;
    ensure!(n == inputs.rows as u64, "{n} rows of {} are there", inputs.rows);
    Ok(report.with("n", n).with("bytes", bytes_under(&out)?))
}

/// A store with all rows, for the workloads that begin with one.
pub(crate) fn stored(inputs: &Inputs) -> Result<Dataset> {
    let dataset = Store::<Name>::create(inputs.fresh_out()?)?.dataset(&Name::new("base"))?;
    write(&dataset, inputs.base()?).commit()?;
    Ok(dataset)
}

/// The same, written by another process, so that this one's memory is its own.
pub(crate) fn stored_elsewhere(inputs: &Inputs) -> Result<Dataset> {
    elsewhere("bulk", inputs)?;
    Ok(Store::<Name>::open(inputs.out())?.dataset(&Name::new("base"))?)
}
