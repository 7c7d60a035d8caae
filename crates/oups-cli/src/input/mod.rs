//! Reads the inputs one after the other as one stream of batches.

mod concat;
mod content;
mod csv;
mod encoding;
mod find;
mod ipc;
mod json;
mod names;
mod packing;
mod parquet;
mod part;
mod places;
mod shape;
mod source;
mod spot;
mod text_files;
mod wrong;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};
use arrow::array::RecordBatchReader;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use oups::key::nearest;

use crate::args::Reading;
use crate::args::usage::Usage;
use crate::explain::hint;
use crate::terminal::progress::Progress;
use find::{Found, From};
use source::{Known, Source};
use text_files::{Form, TextFile, Wanted};

pub(crate) use csv::Dialect;
pub(crate) use places::Places;
pub(crate) use wrong::Wrong;

/// The format of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Parquet,
    /// CSV, with the delimiter of the file's extension.
    Csv {
        delimiter: u8,
    },
    Json,
    /// Arrow IPC, as a file or a stream.
    Arrow,
}

pub(crate) type BatchReader = Box<dyn RecordBatchReader + Send>;

/// What the rows are for. It determines the types that the command line does not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Purpose {
    /// The columns of the dataset, if it exists.
    pub(crate) stored: Option<SchemaRef>,
    pub(crate) ordered_on: Option<String>,
    /// Whether the columns of the dataset may grow.
    pub(crate) grows: bool,
}

/// The rows of all inputs, in the given order.
pub(crate) fn rows(
    inputs: &[PathBuf],
    reading: &Reading,
    purpose: &Purpose,
    progress: Progress,
    places: Places,
) -> Result<BatchReader> {
    let found = find::find(inputs, reading.format)?;
    let length = |found: &Found| match &found.from {
        From::Content(content) => content.length(),
        From::Stream(_) => 0,
    };
    let bytes = found.iter().map(length).sum();
    let sources = sources(found, reading, purpose)?;
    let schema = agreed_schema(&sources)?;
    types_have_a_use(reading, &schema)?;
    if bytes > 0 {
        progress.expect_bytes(bytes);
    }
    Ok(Box::new(concat::Concat::new(schema, sources, progress, places)))
}

/// The most names that are suggested for a misspelt column.
const SUGGESTIONS: usize = 3;

/// The most bytes of rows that are sorted in memory.
const SORT_MEMORY: usize = 64 << 20;

/// The rows, sorted by the ordered column if that is asked for. Sorting reads all of them first.
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
    // From here on, row numbers no longer follow the order of the files.
    places.forget();
    Ok(Box::new(sorted))
}

/// The inputs with their columns. Parquet and Arrow have types. The types of CSV and JSON come from the command line,
/// then from the dataset, then from the first Parquet or Arrow input; the rest is inferred from all texts together.
fn sources(found: Vec<Found>, reading: &Reading, purpose: &Purpose) -> Result<Vec<Source>> {
    let mut sources: Vec<Option<Source>> = Vec::new();
    let mut texts = Vec::new();
    let none = Schema::empty();
    let stored = purpose.stored.as_deref().unwrap_or(&none);
    for Found { kind, from } in found {
        let content = match from {
            From::Stream(source) => {
                sources.push(Some(source));
                continue;
            }
            From::Content(content) => content,
        };
        if matches!(kind, Kind::Parquet | Kind::Arrow) {
            content.refuse_packed().map_err(|wrong| wrong.in_file(content.name()).into_error())?;
        }
        sources.push(match kind {
            Kind::Parquet => {
                let schema = parquet::schema(&content, stored)?;
                Some(Source::parquet(content, schema))
            }
            Kind::Arrow => {
                let schema = ipc::schema(&content)?;
                Some(Source::arrow(content, schema))
            }
            Kind::Csv { delimiter } => {
                texts.push(TextFile { content, form: Form::Csv(Dialect::of(&reading.csv, delimiter)?) });
                None
            }
            Kind::Json => {
                texts.push(TextFile { content, form: Form::Json });
                None
            }
        });
    }
    source::of_one_unit(sources.iter_mut().flatten())?;
    let table = sources.iter().flatten().next().map(|source| source.schema().clone());
    let told = told(reading, purpose.stored.clone().or(table));
    let given = reading.types.as_ref().map_or(0, |types| types.0.len());
    let known = Arc::new(Known {
        times: reading.times(),
        nulls: reading.csv.null.clone(),
        told,
        given,
        ordered_on: purpose.ordered_on.clone(),
    });
    let wanted = Wanted {
        told: &known.told,
        ordered_on: purpose.ordered_on.as_deref(),
        times: &known.times,
        nulls: &known.nulls,
        grows: purpose.grows,
    };
    let schemas = text_files::schemas(&texts, &wanted).map_err(Wrong::into_error)?;
    let mut read = texts.into_iter().zip(schemas).map(|(file, schema)| Source::text(file, schema, known.clone()));
    Ok(sources.into_iter().filter_map(|source| source.or_else(|| read.next())).collect())
}

/// The columns whose types are known, first those of the command line, then the stored ones.
fn told(reading: &Reading, stored: Option<SchemaRef>) -> Schema {
    let given = reading.types.iter().flat_map(|types| &types.0).cloned();
    let mut fields: Vec<Arc<Field>> = given.map(Arc::new).collect();
    for field in stored.iter().flat_map(|schema| schema.fields()) {
        if !fields.iter().any(|given| given.name() == field.name()) {
            fields.push(field.clone());
        }
    }
    Schema::new(fields)
}

/// Refuses types for columns that no input has: the name is misspelt.
fn types_have_a_use(reading: &Reading, schema: &Schema) -> Result<()> {
    let mut given = reading.types.iter().flat_map(|types| &types.0);
    let Some(missing) = given.find(|field| schema.index_of(field.name()).is_err()) else { return Ok(()) };
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let near = hint::similar(missing.name(), &names).map(|near| format!("did you mean `{near}`?"));
    Err(hint::told(format!("--types: no input has a column `{}`", missing.name()), near))
}

/// Refuses a column that the dataset does not have, unless its columns may grow. The error suggests similar names.
pub(crate) fn columns_are_stored(found: &Schema, purpose: &Purpose) -> Result<()> {
    let Some(stored) = purpose.stored.as_ref().filter(|_| !purpose.grows) else { return Ok(()) };
    let mut names = found.fields().iter().map(|field| field.name());
    let Some(new) = names.find(|name| stored.index_of(name).is_err()) else { return Ok(()) };
    let near: Vec<String> =
        nearest(new, stored.fields().iter().map(|field| field.name()), SUGGESTIONS).into_iter().cloned().collect();
    let meant = hint::did_you_mean(&near).map(|meant| format!("{meant} Else ")).unwrap_or_default();
    let wrong = Wrong::new("is not a column of the dataset").in_column(new);
    Err(wrong.advice(format!("{meant}--evolve-schema adds new columns")).into_error())
}

const DIFFERENT: &str =
    "write the files one by one: the first has the columns of the dataset, and --evolve-schema lets them grow";

/// The columns of the first input. All others must have the same columns, in any order. A column is nullable if it is
/// nullable in one of them.
fn agreed_schema(sources: &[Source]) -> Result<SchemaRef> {
    let Some((first, others)) = sources.split_first() else { return Ok(Arc::new(Schema::empty())) };
    let mut fields: Vec<Field> = first.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
    for other in others {
        let (own, found) = (first.schema(), other.schema());
        let differ = |detail: String| {
            let what = format!("{} and {} have different columns: {detail}", first.name(), other.name());
            hint::told(what, Some(DIFFERENT.to_owned()))
        };
        if let Some(field) = found.fields().iter().find(|field| own.index_of(field.name()).is_err()) {
            return Err(differ(format!("`{}` is only in the second", field.name())));
        }
        for field in &mut fields {
            let Ok(found) = found.field_with_name(field.name()) else {
                return Err(differ(format!("`{}` is only in the first", field.name())));
            };
            // A column that is all null takes its type from another input.
            if *field.data_type() == DataType::Null {
                field.set_data_type(found.data_type().clone());
            }
            if found.data_type() != field.data_type() && *found.data_type() != DataType::Null {
                let types = format!("`{}` is {} and {}", field.name(), field.data_type(), found.data_type());
                return Err(differ(types));
            }
            field.set_nullable(field.is_nullable() || found.is_nullable());
        }
    }
    Ok(Arc::new(Schema::new_with_metadata(fields, first.schema().metadata().clone())))
}
