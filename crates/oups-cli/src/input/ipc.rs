//! Arrow IPC as input: files, and streams in files or on standard input.

use std::io::{self, BufReader, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context, Result};
use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, StreamReader};

use super::BatchReader;
use super::content::{Content, STDIN};
use super::source::Source;
use crate::progress::Progress;

/// What an Arrow file, unlike a stream, begins with.
pub(super) const MAGIC: &[u8] = b"ARROW1";

/// The columns of a file.
pub(super) fn schema(content: &Content) -> Result<SchemaRef> {
    let reader = open(content, &Progress::hidden());
    Ok(reader.with_context(|| format!("cannot read {content}"))?.schema())
}

pub(super) fn open(content: &Content, progress: &Progress) -> Result<BatchReader, ArrowError> {
    let mut start = Vec::new();
    content.file()?.take(MAGIC.len() as u64).read_to_end(&mut start)?;
    guard(|| match start == MAGIC {
        true => guarded(FileReader::try_new_buffered(content.file()?, None)?),
        false => guarded(StreamReader::try_new(BufReader::new(progress.counting(content.file()?)), None)?),
    })
}

/// The stream on standard input, of which the first bytes were read already.
pub(super) fn stdin(start: Vec<u8>) -> Result<Source> {
    let bytes = BufReader::new(Cursor::new(start).chain(io::stdin()));
    let reader = guard(|| guarded(StreamReader::try_new(bytes, None)?));
    let reader = reader.with_context(|| format!("cannot read {STDIN} as an Arrow stream (--format reads others)"))?;
    Ok(Source::ready(STDIN, reader))
}

fn guarded(inner: impl RecordBatchReader + Send + 'static) -> Result<BatchReader, ArrowError> {
    Ok(Box::new(Guarded { inner }))
}

/// A reader whose panics are errors: a decoder may panic on a damaged file.
struct Guarded<R> {
    inner: R,
}

impl<R: RecordBatchReader> Iterator for Guarded<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        guard(|| self.inner.next().transpose()).transpose()
    }
}

impl<R: RecordBatchReader> RecordBatchReader for Guarded<R> {
    fn schema(&self) -> SchemaRef {
        self.inner.schema()
    }
}

fn guard<T>(decode: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, ArrowError> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(ArrowError::IpcError("the file is damaged".to_owned())))
}
