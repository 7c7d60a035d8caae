//! Rows as an Arrow IPC file, or as a stream where nothing can be written twice.

use std::io::Write;

use anyhow::Result;
use arrow::ipc::writer::{FileWriter, StreamWriter};

use super::Rows;

/// Writes a file batch by batch; answers how many rows.
pub(crate) fn write_file(rows: Rows<'_>, out: &mut dyn Write) -> Result<u64> {
    let mut writer = FileWriter::try_new(&mut *out, &rows.schema)?;
    let mut count = 0;
    for batch in rows.batches {
        let batch = batch?;
        writer.write(&batch)?;
        count += batch.num_rows() as u64;
    }
    writer.finish()?;
    drop(writer);
    out.flush()?;
    Ok(count)
}

/// Writes a stream batch by batch; answers how many rows.
pub(crate) fn write_stream(rows: Rows<'_>, out: &mut dyn Write) -> Result<u64> {
    let mut writer = StreamWriter::try_new(&mut *out, &rows.schema)?;
    let mut count = 0;
    for batch in rows.batches {
        let batch = batch?;
        writer.write(&batch)?;
        count += batch.num_rows() as u64;
    }
    writer.finish()?;
    drop(writer);
    out.flush()?;
    Ok(count)
}
