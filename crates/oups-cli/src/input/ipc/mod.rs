//! Arrow IPC as input: files, and streams in files or on standard input.

pub(super) mod foreign;

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::{RecordBatch, RecordBatchOptions, RecordBatchReader};
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, StreamReader};

use super::BatchReader;
use super::content::{Content, STDIN};
use super::parquet::{NOT_TEXT, is_of_text, one_of_each, refused};
use super::source::Source;
use super::wrong::Wrong;
use crate::panics::caught;
use crate::terminal::progress::Progress;

/// The first bytes of an Arrow file. A stream does not have them.
pub(super) const MAGIC: &[u8] = b"ARROW1";

/// The first bytes of Feather version 1, which is not Arrow's format.
const FEATHER_1: &[u8] = b"FEA1";

/// The columns of a file.
pub(super) fn schema(content: &Content) -> Result<SchemaRef> {
    let reader = open(content, &Progress::hidden());
    Ok(reader.with_context(|| format!("cannot read {content}"))?.schema())
}

pub(super) fn open(content: &Content, progress: &Progress) -> Result<BatchReader, ArrowError> {
    let mut start = Vec::new();
    content.file()?.take(MAGIC.len() as u64).read_to_end(&mut start)?;
    if start == MAGIC {
        return of_file(content.file()?);
    }
    if start.starts_with(FEATHER_1) {
        return Err(refused("it is a Feather file of version 1, which is not read here: write it as version 2"));
    }
    of_stream(progress.counting(content.file()?))
}

/// The stream on standard input. Its first bytes, `start`, have already been read.
pub(super) fn stdin(start: Vec<u8>) -> Result<Source> {
    let reader = of_stream(Cursor::new(start).chain(io::stdin()));
    let reader = reader.with_context(|| format!("cannot read {STDIN} as an Arrow stream (--format reads others)"))?;
    Ok(Source::ready(STDIN, reader))
}

fn of_file(file: File) -> Result<BatchReader, ArrowError> {
    if let Some(column) = footer(&file)?.and_then(|footer| foreign::in_footer(&footer)) {
        return Err(refused(column.to_string()));
    }
    guarded(|| FileReader::try_new_buffered(file, None))
}

/// The bytes of the footer; `None` if the file is too short for one.
fn footer(mut file: &File) -> Result<Option<Vec<u8>>, ArrowError> {
    // The length of the footer and the magic bytes follow it.
    const TAIL: u64 = 10;
    let length = file.metadata()?.len();
    let mut size = [0; 4];
    if length < TAIL {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(length - TAIL))?;
    file.read_exact(&mut size)?;
    let start = (length - TAIL).checked_sub(u32::from_le_bytes(size).into());
    let mut footer = Vec::new();
    if let Some(start) = start {
        file.seek(SeekFrom::Start(start))?;
        file.take(u32::from_le_bytes(size).into()).read_to_end(&mut footer)?;
    }
    file.rewind()?;
    Ok(start.is_some().then_some(footer))
}

fn of_stream(mut bytes: impl Read + Send + 'static) -> Result<BatchReader, ArrowError> {
    let first = first_message(&mut bytes)?;
    if let Some(column) = foreign::in_message(&first) {
        return Err(refused(column.to_string()));
    }
    guarded(|| Ok(Stream { inner: StreamReader::try_new(BufReader::new(Cursor::new(first).chain(bytes)), None)? }))
}

/// A stream that is refused if bytes follow its end: a reader would not notice a second stream in the file.
struct Stream<R> {
    inner: StreamReader<R>,
}

impl<R: Read> Iterator for Stream<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.inner.next();
        if next.is_some() {
            return next;
        }
        match self.inner.get_mut().read(&mut [0]) {
            Ok(0) => None,
            Ok(_) => Some(Err(Wrong::new(MORE).into())),
            Err(error) => Some(Err(error.into())),
        }
    }
}

impl<R: Read> RecordBatchReader for Stream<R> {
    fn schema(&self) -> SchemaRef {
        self.inner.schema()
    }
}

const MORE: &str = "it goes on behind the end of its stream: give several streams as several files";

/// The bytes of the first message, which holds the schema, and of its length. Fewer if the stream ends before.
fn first_message(bytes: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut first = Vec::new();
    bytes.take(4).read_to_end(&mut first)?;
    if first == [0xff; 4] {
        bytes.take(4).read_to_end(&mut first)?;
    }
    let length = first.last_chunk().map_or(0, |length| u32::from_le_bytes(*length));
    bytes.take(length.into()).read_to_end(&mut first)?;
    Ok(first)
}

fn guarded<R, F>(open: F) -> Result<BatchReader, ArrowError>
where
    R: RecordBatchReader + Send + 'static,
    F: FnOnce() -> Result<R, ArrowError>,
{
    let inner = guard(open)?;
    one_of_each(&inner.schema())?;
    let schema = without_views(&inner.schema());
    Ok(Box::new(Guarded { inner, schema }))
}

/// The schema with dictionaries of views, which Polars writes for categories, as dictionaries of the plain type.
/// Datasets have no dictionaries of views.
fn without_views(schema: &SchemaRef) -> SchemaRef {
    use DataType::{Binary, BinaryView, Dictionary, Utf8, Utf8View};
    let plain = |field: &FieldRef| match field.data_type() {
        Dictionary(keys, values) if matches!(**values, Utf8View | BinaryView) => {
            let values = if **values == Utf8View { Utf8 } else { Binary };
            Arc::new(field.as_ref().clone().with_data_type(Dictionary(keys.clone(), Box::new(values))))
        }
        _ => field.clone(),
    };
    let fields: Fields = schema.fields().iter().map(plain).collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

fn of_types(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().zip(schema.fields());
    let columns = columns.map(|(column, field)| match column.data_type() == field.data_type() {
        true => Ok(column.clone()),
        false => cast(column, field.data_type()),
    });
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema.clone(), columns.collect::<Result<_, _>>()?, &options)
}

/// A reader that turns panics into errors: a decoder may panic on a damaged file.
struct Guarded<R> {
    inner: R,
    schema: SchemaRef,
}

impl<R: RecordBatchReader> Iterator for Guarded<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = || match self.inner.next().transpose()? {
            Some(batch) => of_types(&batch, &self.schema).map(Some),
            None => Ok(None),
        };
        guard(next).transpose()
    }
}

impl<R: RecordBatchReader> RecordBatchReader for Guarded<R> {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

const DAMAGED: &str = "it cannot be decoded as Arrow data: it is damaged, cut short, or of another format";

/// Runs a decoder. If it fails or panics, the error is in the program's words: the decoder's words do not help a user.
fn guard<T>(decode: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, ArrowError> {
    match caught(decode) {
        Some(Err(error)) => Err(in_our_words(error)),
        Some(done) => done,
        None => Err(refused(DAMAGED)),
    }
}

fn in_our_words(error: ArrowError) -> ArrowError {
    match error {
        ArrowError::IoError(_, source) if source.kind() != io::ErrorKind::UnexpectedEof => refused(source.to_string()),
        ArrowError::InvalidArgumentError(text) if text.contains("declared as non-nullable") => {
            let column = text.split('\'').nth(1).unwrap_or_default();
            refused(format!("column `{column}` has nulls, though it is declared to have none: declare it nullable"))
        }
        ArrowError::ExternalError(ours) if ours.is::<Wrong>() => ArrowError::ExternalError(ours),
        error if is_of_text(&error) => refused(NOT_TEXT),
        _ => refused(DAMAGED),
    }
}
