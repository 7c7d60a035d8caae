//! Writes rows as an Arrow IPC file, or as a stream for outputs that cannot seek.

use std::io::Write;

use anyhow::Result;
use arrow::array::RecordBatchWriter;
use arrow::ipc::writer::{FileWriter, StreamWriter};

use super::Rows;

/// Writes a file batch by batch, and returns the number of rows.
pub(crate) fn write_file(rows: Rows<'_>, out: &mut dyn Write) -> Result<u64> {
    let writer = FileWriter::try_new(&mut *out, &rows.schema)?;
    let count = write(rows, writer)?;
    out.flush()?;
    Ok(count)
}

/// Writes a stream batch by batch, and returns the number of rows.
pub(crate) fn write_stream(rows: Rows<'_>, out: &mut dyn Write) -> Result<u64> {
    let writer = StreamWriter::try_new(&mut *out, &rows.schema)?;
    let count = write(rows, writer)?;
    out.flush()?;
    Ok(count)
}

fn write(rows: Rows<'_>, mut writer: impl RecordBatchWriter) -> Result<u64> {
    let mut count = 0;
    for batch in rows.batches {
        let batch = batch?;
        writer.write(&batch)?;
        count += batch.num_rows() as u64;
    }
    writer.close()?;
    Ok(count)
}
