//! Parquet files of other programs as input.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context, Result};
use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::BatchReader;
use super::content::Content;
use crate::progress::{Progress, Share};

/// The columns of a file.
pub(super) fn schema(content: &Content) -> Result<SchemaRef> {
    let reason = || format!("cannot read {content}");
    let file = content.file().with_context(reason)?;
    let schema = guard(|| Ok(ParquetRecordBatchReaderBuilder::try_new(file)?.schema().clone()));
    schema.with_context(reason)
}

pub(super) fn open(content: &Content, progress: &Progress) -> Result<BatchReader, ArrowError> {
    let file = content.file()?;
    let bytes = file.metadata()?.len();
    guard(|| {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
        let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
        let share = progress.share(bytes, rows);
        let reader: BatchReader = Box::new(Guarded { inner: builder.build()?, share });
        Ok(reader)
    })
}

/// A reader whose panics are errors: the decoder panics on some damaged files.
struct Guarded {
    inner: ParquetRecordBatchReader,
    share: Share,
}

impl Iterator for Guarded {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let inner = &mut self.inner;
        let batch = guard(|| inner.next().transpose()).transpose()?;
        if let Ok(batch) = &batch {
            self.share.add_rows(batch.num_rows());
        }
        Some(batch)
    }
}

impl RecordBatchReader for Guarded {
    fn schema(&self) -> SchemaRef {
        self.inner.schema()
    }
}

fn guard<T>(decode: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, ArrowError> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(ArrowError::ParquetError("the file is damaged".to_owned())))
}
