//! Narrow ranges of one dataset, each read on its own.

use anyhow::Result;
use oups::prelude::*;

use crate::inputs::Inputs;
use crate::report::Report;
use crate::store::count_ordered;

pub(crate) fn range(inputs: &Inputs) -> Result<Report> {
    let dataset = super::bulk::stored(inputs)?;
    let spans = inputs.spans("range")?;
    let (report, found) = Report::of(|| {
        let read = |span| Ok(dataset.scan().range(span).collect()?);
        spans.iter().cloned().map(read).collect::<Result<Vec<_>>>()
    })?;
    let counts = found.iter().map(|batch| count_ordered([batch])).collect::<Result<Vec<_>>>()?;
    Ok(report.with("n", counts.iter().sum::<u64>()))
}
