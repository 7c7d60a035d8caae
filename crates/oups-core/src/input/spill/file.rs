//! The unnamed temporary file of an input. It holds blocks of rows, and each can be read by itself.

use std::fs::File;
use std::io::{self, Cursor, Write};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use arrow::array::RecordBatch;
use arrow::buffer::{Buffer, MutableBuffer};
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamDecoder;
use arrow::ipc::writer::StreamWriter;

use crate::{Error, Result};

/// A file without a name, which the operating system removes with the process. Each block is an Arrow IPC stream of one
/// batch, so one read gets it without any other block.
#[derive(Debug)]
pub(crate) struct SpillFile {
    file: File,
    len: u64,
    buffer: Vec<u8>,
}

impl SpillFile {
    pub(crate) fn new() -> Result<Self> {
        let file = tempfile::tempfile().map_err(|error| io_error("create", error))?;
        Ok(Self { file, len: 0, buffer: Vec::new() })
    }

    /// Appends a batch; returns its offset and length.
    pub(crate) fn append(&mut self, batch: &RecordBatch) -> Result<(u64, usize)> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        encode(batch, &mut buffer)?;
        let place = (self.append_encoded(&buffer)?, buffer.len());
        self.buffer = buffer;
        Ok(place)
    }

    /// Appends the bytes of [`encode`]; returns their offset.
    pub(crate) fn append_encoded(&mut self, encoded: &[u8]) -> Result<u64> {
        self.file.write_all(encoded).map_err(|error| io_error("write", error))?;
        let offset = self.len;
        self.len += encoded.len() as u64;
        Ok(offset)
    }

    /// Reads the batch at an offset.
    pub(crate) fn read(&self, offset: u64, len: usize) -> Result<RecordBatch> {
        let mut bytes = MutableBuffer::from_len_zeroed(len);
        self.file.read_exact_at(bytes.as_slice_mut(), offset).map_err(|error| io_error("read", error))?;
        let mut bytes = Buffer::from(bytes);
        match StreamDecoder::new().decode(&mut bytes) {
            Ok(Some(batch)) => Ok(batch),
            Ok(None) => Err(changed("a block has no rows".into())),
            Err(error) => Err(changed(error.to_string())),
        }
    }
}

/// Appends the bytes of a batch to a buffer, as a stream of their own.
pub(crate) fn encode(batch: &RecordBatch, buffer: &mut Vec<u8>) -> Result<()> {
    let encode = || -> Result<(), ArrowError> {
        let mut writer = StreamWriter::try_new(Cursor::new(buffer), batch.schema_ref())?;
        writer.write(batch)?;
        writer.finish()
    };
    encode().map_err(|error| changed(error.to_string()))
}

fn io_error(action: &'static str, source: io::Error) -> Error {
    Error::Io { action, path: std::env::temp_dir().join("(unnamed file of the input)"), source }
}

/// The error for a file that does not hold what was written to it.
pub(crate) fn changed(detail: String) -> Error {
    let path = PathBuf::from("(unnamed file of the input)");
    Error::Damaged { path, detail }
}
