//! Inputs, read one after the other as one stream of batches.

mod concat;
mod content;
mod csv;
mod decimals;
mod find;
mod infer;
mod ipc;
mod json;
mod parquet;
mod places;
mod texts;
mod times;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use arrow::array::RecordBatchReader;
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;

pub(crate) use places::Places;
pub(crate) use times::Times;

use crate::args::Reading;
use crate::exit::Usage;
use crate::progress::Progress;

use content::Content;
use csv::Dialect;
use find::{Found, From};
use texts::Parse;

/// One input, and the columns it is read with.
struct Source {
    name: String,
    kind: Kind,
    schema: SchemaRef,
    content: Opening,
}

/// How the rows are come by.
enum Opening {
    /// As they come, once.
    Ready(Option<BatchReader>),
    Table(Content),
    Csv(Content, Dialect, Times),
    Json(Content, Times),
}

/// What an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Parquet,
    Csv {
        delimiter: u8,
    },
    Json,
    /// Arrow IPC, a file or a stream.
    Arrow,
}

pub(crate) type BatchReader = Box<dyn RecordBatchReader + Send>;

/// The rows of all inputs, in the order given.
///
/// `stored` are the columns of the dataset that the rows are for: they say what the texts of CSV and JSON mean, where
/// the command line does not.
pub(crate) fn open(
    inputs: &[PathBuf],
    reading: &Reading,
    stored: Option<SchemaRef>,
    progress: Progress,
    places: Places,
) -> Result<BatchReader> {
    let found = find::find(inputs, reading.format)?;
    let length = |found: &Found| match &found.from {
        From::Content(content) => content.length(),
        From::Stream(_) => 0,
    };
    let bytes = found.iter().map(length).sum();
    let sources = sources(found, reading, stored)?;
    let schema = agreed_schema(&sources)?;
    if bytes > 0 {
        progress.expect_bytes(bytes);
    }
    Ok(Box::new(concat::Concat::new(schema, sources, progress, places)))
}

/// The most bytes of rows that are sorted in memory.
const SORT_MEMORY: usize = 64 << 20;

/// The rows sorted by the ordered column, if that is asked for. All of them are read for it.
pub(crate) fn sorted(
    rows: BatchReader,
    reading: &Reading,
    ordered_on: Option<&str>,
    places: &Places,
) -> Result<BatchReader> {
    if !reading.sort {
        return Ok(rows);
    }
    let Some(column) = ordered_on else {
        bail!(Usage("--sort needs to know the column: give --ordered-on COLUMN".to_owned()));
    };
    let sorted = oups::sort_by(rows, column, SORT_MEMORY)?;
    // From here on, rows are counted in another order than that of the files.
    places.forget();
    Ok(Box::new(sorted))
}

/// The columns of each input. Tables have theirs; those of texts follow the command line, then the dataset, else the
/// first table, or are inferred from all texts together.
fn sources(found: Vec<Found>, reading: &Reading, stored: Option<SchemaRef>) -> Result<Vec<Source>> {
    let times = Times::of(&reading.times());
    let mut sources: Vec<Option<Source>> = Vec::new();
    let mut texts = Vec::new();
    for Found { kind, from } in found {
        let content = match from {
            From::Stream(source) => {
                sources.push(Some(source));
                continue;
            }
            From::Content(content) => content,
        };
        sources.push(match kind {
            Kind::Parquet => Some(Source::table(kind, parquet::schema(&content)?, content)),
            Kind::Arrow => Some(Source::table(kind, ipc::schema(&content)?, content)),
            Kind::Csv { delimiter } => {
                let form = infer::Form::Csv(Dialect::new(delimiter, &reading.null)?);
                texts.push((kind, infer::File { content, form }));
                None
            }
            Kind::Json => {
                texts.push((kind, infer::File { content, form: infer::Form::Json }));
                None
            }
        });
    }
    let table = sources.iter().flatten().next().map(|source| source.schema.clone());
    let known = known(reading, stored.or(table));
    let files: Vec<infer::File> = texts.iter().map(|(_, file)| file.clone()).collect();
    let schemas = infer::schemas(&files, Some(&known), &times)?;
    let mut read = texts.into_iter().zip(schemas).map(|((kind, file), schema)| Source {
        name: file.content.to_string(),
        kind,
        schema,
        content: match file.form {
            infer::Form::Csv(dialect) => Opening::Csv(file.content, dialect, times.clone()),
            infer::Form::Json => Opening::Json(file.content, times.clone()),
        },
    });
    Ok(sources.into_iter().filter_map(|source| source.or_else(|| read.next())).collect())
}

/// Columns whose types are known before looking; those of the command line go first.
fn known(reading: &Reading, stored: Option<SchemaRef>) -> Schema {
    let given = reading.types.iter().flat_map(|types| &types.0).cloned();
    let mut fields: Vec<Arc<Field>> = given.map(Arc::new).collect();
    for field in stored.iter().flat_map(|schema| schema.fields()) {
        if !fields.iter().any(|given| given.name() == field.name()) {
            fields.push(field.clone());
        }
    }
    Schema::new(fields)
}

/// The first input's columns, which all others must have too, in any order. A column is nullable if it is in any.
fn agreed_schema(sources: &[Source]) -> Result<SchemaRef> {
    let Some((first, others)) = sources.split_first() else { return Ok(Arc::new(Schema::empty())) };
    let mut fields: Vec<Field> = first.schema.fields().iter().map(|field| field.as_ref().clone()).collect();
    for other in others {
        let differ = |detail: String| anyhow!("{} and {} have different columns: {detail}", first.name, other.name);
        if let Some(field) = other.schema.fields().iter().find(|field| first.schema.index_of(field.name()).is_err()) {
            return Err(differ(format!("`{}` is only in the second", field.name())));
        }
        for field in &mut fields {
            let Ok(found) = other.schema.field_with_name(field.name()) else {
                return Err(differ(format!("`{}` is only in the first", field.name())));
            };
            if found.data_type() != field.data_type() {
                let types = format!("`{}` is {} and {}", field.name(), field.data_type(), found.data_type());
                return Err(differ(types));
            }
            field.set_nullable(field.is_nullable() || found.is_nullable());
        }
    }
    Ok(Arc::new(Schema::new_with_metadata(fields, first.schema.metadata().clone())))
}

impl Source {
    fn ready(name: &str, kind: Kind, reader: BatchReader) -> Self {
        Self { name: name.to_owned(), kind, schema: reader.schema(), content: Opening::Ready(Some(reader)) }
    }

    fn table(kind: Kind, schema: SchemaRef, content: Content) -> Self {
        Self { name: content.to_string(), kind, schema, content: Opening::Table(content) }
    }

    fn open(&mut self, progress: &Progress) -> Result<BatchReader, ArrowError> {
        match &mut self.content {
            Opening::Ready(reader) => {
                reader.take().ok_or_else(|| ArrowError::IpcError("it was read already".to_owned()))
            }
            Opening::Table(content) if self.kind == Kind::Parquet => parquet::open(content, progress),
            Opening::Table(content) => ipc::open(content, progress),
            Opening::Csv(content, dialect, times) => {
                csv::open(content, dialect, Parse::new(self.schema.clone(), times, "CSV")?, progress)
            }
            Opening::Json(content, times) => {
                json::open(content, Parse::new(self.schema.clone(), times, "JSON")?, progress)
            }
        }
    }
}
