//! Parquet files of other programs as input.

mod counted;
mod footer;
mod int96;
mod sealed;

use std::collections::HashSet;
use std::fs::File;
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;

use super::BatchReader;
use super::content::Content;
use super::ipc::foreign;
use crate::panics::caught;
use crate::terminal::progress::{Progress, Share};

/// The columns of a file. Times of 96 bits, which have no unit, get the wanted unit if all of them are exact in it.
pub(super) fn schema(content: &Content, wanted: &Schema) -> Result<SchemaRef> {
    let columns = || -> Result<SchemaRef, ArrowError> { Ok(columns(&content.file()?, wanted)?.schema().clone()) };
    columns().with_context(|| format!("cannot read {content}"))
}

/// The rows, in the columns that [`schema`] returned.
pub(super) fn open(content: &Content, wanted: &Schema, progress: &Progress) -> Result<BatchReader, ArrowError> {
    let file = content.file()?;
    let bytes = file.metadata()?.len();
    let columns = columns(&file, wanted)?;
    let expected = counted::rows(columns.metadata());
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, columns);
    let inner = guard(DAMAGED, || builder.build())?;
    let share = progress.share(bytes, expected);
    Ok(Box::new(Guarded { inner, share, rows: 0, expected }))
}

/// The footer, with known mistakes of writers corrected, and the columns as Arrow types.
fn columns(file: &File, wanted: &Schema) -> Result<ArrowReaderMetadata, ArrowError> {
    let metadata = Arc::new(footer::read(file)?);
    if let Some(text) = value_of(&metadata, "ARROW:schema")
        && let Some(column) = foreign::in_text(text)
    {
        return Err(refused(column.to_string()));
    }
    let options = ArrowReaderOptions::new();
    let columns = guard(FOOTER, || ArrowReaderMetadata::try_new(metadata.clone(), options.clone()))?;
    one_of_each(columns.schema())?;
    match int96::schema(file, &columns, wanted)? {
        Some(schema) => guard(FOOTER, || ArrowReaderMetadata::try_new(metadata, options.with_schema(schema))),
        None => Ok(columns),
    }
}

fn value_of<'m>(metadata: &'m ParquetMetaData, key: &str) -> Option<&'m str> {
    let mut values = metadata.file_metadata().key_value_metadata()?.iter();
    values.find(|value| value.key == key)?.value.as_deref()
}

/// Refuses two columns of one name: columns are found by their names, so that the second would not be read.
pub(super) fn one_of_each(schema: &SchemaRef) -> Result<(), ArrowError> {
    let mut met = HashSet::new();
    match schema.fields().iter().find(|field| !met.insert(field.name())) {
        Some(twice) => Err(refused(format!("it has two columns named `{}`: rename one", twice.name()))),
        None => Ok(()),
    }
}

/// A reader that turns panics into errors, and checks that the file holds as many rows as the footer says.
struct Guarded {
    inner: ParquetRecordBatchReader,
    share: Share,
    rows: u64,
    expected: u64,
}

impl Iterator for Guarded {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let inner = &mut self.inner;
        match guard(DAMAGED, || inner.next().transpose()).transpose() {
            Some(Ok(batch)) => {
                self.rows += batch.num_rows() as u64;
                self.share.add_rows(batch.num_rows());
                Some(Ok(batch))
            }
            None if self.rows != self.expected => {
                let (rows, expected) = (self.rows, std::mem::replace(&mut self.expected, self.rows));
                let text = format!("it is damaged: its footer counts {expected} rows, and it holds {rows}");
                Some(Err(refused(text)))
            }
            end => end,
        }
    }
}

impl RecordBatchReader for Guarded {
    fn schema(&self) -> SchemaRef {
        self.inner.schema()
    }
}

const FOOTER: &str = "its footer cannot be read: it is damaged";
const DAMAGED: &str = "its rows cannot be decoded: it is damaged, or encoded in a way that is not read here";

/// Runs a decoder. If it fails or panics, the error has this text: the decoder's words do not help a user.
fn guard<T, E: Into<ArrowError>>(text: &'static str, decode: impl FnOnce() -> Result<T, E>) -> Result<T, ArrowError> {
    match caught(decode) {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) => {
            let error = error.into();
            let text = if is_of_text(&error) { NOT_TEXT } else { text };
            Err(of_reading(error).unwrap_or_else(|| refused(text)))
        }
        None => Err(refused(text)),
    }
}

pub(super) const NOT_TEXT: &str = "a text in it is not UTF-8: store it as binary, or in UTF-8";

/// Whether the decoder found a text that is not UTF-8. Only the words of its error say so.
pub(super) fn is_of_text(error: &ArrowError) -> bool {
    let words = error.to_string().to_lowercase();
    words.contains("utf8") || words.contains("utf-8")
}

/// The error, if it comes from the operating system: then the file is not at fault.
fn of_reading(error: ArrowError) -> Option<ArrowError> {
    let source = match error {
        ArrowError::IoError(_, source) => source,
        ArrowError::ExternalError(source) => match source.downcast::<ParquetError>().map(|error| *error) {
            Ok(ParquetError::External(source)) => *source.downcast::<std::io::Error>().ok()?,
            Ok(_) => return None,
            Err(source) => *source.downcast::<std::io::Error>().ok()?,
        },
        _ => return None,
    };
    (source.kind() != std::io::ErrorKind::UnexpectedEof).then(|| refused(source.to_string()))
}

/// An error in the program's words.
pub(super) fn refused(text: impl Into<String>) -> ArrowError {
    ArrowError::ExternalError(text.into().into())
}
