//! Rows as JSON lines: one object a row, with every column.

use std::io::Write;

use anyhow::Result;
use arrow::json::WriterBuilder;
use arrow::json::writer::LineDelimited;

use super::{Rows, plain};

/// Writes batch by batch; answers how many rows.
pub(crate) fn write(rows: Rows<'_>, out: &mut dyn Write) -> Result<u64> {
    let schema = plain::utc_schema(&rows.schema);
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, LineDelimited>(&mut *out);
    let mut count = 0;
    for batch in rows.batches {
        let batch = plain::to_utc(&batch?, &schema)?;
        writer.write(&batch)?;
        count += batch.num_rows() as u64;
    }
    writer.finish()?;
    drop(writer);
    out.flush()?;
    Ok(count)
}
