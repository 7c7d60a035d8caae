//! Writes rows as one Parquet file.

use std::io::Write;

use anyhow::Result;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::Rows;

/// Writes the rows batch by batch, in row groups of the parquet crate's default size, and returns their number.
pub(crate) fn write(rows: Rows<'_>, out: &mut (dyn Write + Send)) -> Result<u64> {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = ArrowWriter::try_new(&mut *out, rows.schema, Some(properties))?;
    let mut count = 0;
    for batch in rows.batches {
        let batch = batch?;
        writer.write(&batch)?;
        count += batch.num_rows() as u64;
    }
    writer.close()?;
    out.flush()?;
    Ok(count)
}
