//! Many small durable writes, each behind the one before.

use anyhow::{Result, ensure};
use arrow::array::RecordBatch;
use oups::Store;

use crate::inputs::{Inputs, read};
use crate::report::Report;
use crate::store::{Name, bytes_under, count_ordered, scan, write};

/// The report's `s` includes coalescing, which small writes do by default. The fact `plain_s` is the time without it,
/// which leaves one row group per write.
pub(crate) fn append(inputs: &Inputs) -> Result<Report> {
    let tables = inputs.files("appends")?.iter().map(|file| read(file)).collect::<Result<Vec<_>>>()?;
    let report = appended(inputs, &tables, true)?;
    let plain = appended(inputs, &tables, false)?;
    Ok(report.with("plain_s", plain.seconds()))
}

fn appended(inputs: &Inputs, tables: &[Vec<RecordBatch>], coalesce: bool) -> Result<Report> {
    let out = inputs.fresh_out()?;
    let dataset = Store::<Name>::create(&out)?.dataset(&Name::new("app"))?;
    let rows: usize = tables.iter().flatten().map(RecordBatch::num_rows).sum();
    let (report, _) = Report::of(|| {
        for table in tables {
            let write = write(&dataset, table.clone());
            if coalesce {
                write.commit()?
            } else {
                write.max_off_target(None).commit()?
            };
        }
        Ok(())
    })?;
    let n = count_ordered(&scan(&dataset)?)?;
    ensure!(n == rows as u64, "{n} rows of {rows} are there");
    Ok(report.with("n", n).with("bytes", bytes_under(&out)?))
}
