//! Many small durable writes, each behind the one before.

use anyhow::{Result, ensure};
use oups::Store;

use crate::inputs::{Inputs, read};
use crate::report::Report;
use crate::store::{Name, bytes_under, count_ordered, scan, write};

pub(crate) fn append(inputs: &Inputs) -> Result<Report> {
    let out = inputs.fresh_out()?;
    let dataset = Store::<Name>::create(&out)?.dataset(&Name::new("app"))?;
    let tables = inputs.files("appends")?.iter().map(|file| read(file)).collect::<Result<Vec<_>>>()?;
    let rows: usize = tables.iter().flatten().map(|batch| batch.num_rows()).sum();
    let (report, _) = Report::of(|| {
        for table in tables {
            write(&dataset, table).commit()?;
        }
        Ok(())
    })?;
    let n = count_ordered(&scan(&dataset)?)?;
    ensure!(n == rows as u64, "{n} rows of {rows} are there");
    Ok(report.with("n", n).with("bytes", bytes_under(&out)?))
}
