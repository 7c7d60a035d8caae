//! Rows as CSV with a header.

use std::io::Write;

use anyhow::{Result, bail};
use arrow::csv::WriterBuilder;

use super::{Rows, plain};
use crate::exit::Usage;

/// Writes batch by batch; answers how many rows.
pub(crate) fn write(rows: Rows<'_>, out: &mut dyn Write) -> Result<u64> {
    if let Some(field) = rows.schema.fields().iter().find(|field| field.data_type().is_nested()) {
        let (name, found) = (field.name(), field.data_type());
        bail!(Usage(format!(
            "column `{name}` is {found}, which CSV cannot hold: leave it out with --columns, or use another format"
        )));
    }
    let schema = plain::utc_schema(&rows.schema);
    let mut writer = WriterBuilder::new().with_header(true).build(&mut *out);
    let mut count = 0;
    // The header comes with the first batch, and is to come where there is none.
    writer.write(&arrow::array::RecordBatch::new_empty(schema.clone()))?;
    for batch in rows.batches {
        let batch = plain::to_utc(&batch?, &schema)?;
        writer.write(&batch)?;
        count += batch.num_rows() as u64;
    }
    drop(writer);
    out.flush()?;
    Ok(count)
}
