//! One input, and the columns that it is read with.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::error::ArrowError;

use super::content::Content;
use super::part::{Lines, Part, Parts};
use super::text_files::{Form, TextFile};
use super::wrong::Wrong;
use super::{BatchReader, csv, ipc, json, parquet};
use crate::terminal::progress::Progress;
use crate::text::{Times, types};

pub(super) struct Source {
    name: String,
    schema: SchemaRef,
    opening: Opening,
}

/// How an input is opened.
enum Opening {
    /// It is already open, and is read once.
    Ready(BatchReader),
    Parquet(Content),
    Arrow(Content),
    Text(TextFile, Arc<Known>),
}

/// What is known of texts besides the types of their columns.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) times: Times,
    /// Texts that stand for null.
    pub(super) nulls: Vec<String>,
    /// The columns whose types are known, and whether they are nullable.
    pub(super) told: Schema,
    /// The number of these, from the front, that the command line gives. The others are stored columns.
    pub(super) given: usize,
    /// The ordered column, whose type never changes.
    pub(super) ordered_on: Option<String>,
}

impl Known {
    /// Whether a column must not have nulls.
    pub(super) fn is_required(&self, column: &str) -> bool {
        self.told.field_with_name(column).is_ok_and(|field| !field.is_nullable())
    }

    /// The advice about a value of a column. The type of a stored column cannot be given by `--types` alone, but it may
    /// grow: such advice is replaced.
    pub(super) fn advice(&self, column: &str, advice: Option<String>) -> Option<String> {
        let stored = self.told.index_of(column).ok().filter(|place| *place >= self.given);
        let advice = advice?.replace("COLUMN", column);
        let Some(stored) = stored.filter(|_| advice.contains("--types")) else { return Some(advice) };
        let others: Vec<&str> = advice.split(", or ").filter(|other| !other.contains("--types")).collect();
        if others.is_empty() {
            let is = "the type is the dataset's: mend the value";
            let is_ordered = self.ordered_on.as_deref() == Some(column);
            let grown = grown(self.told.field(stored).data_type(), column, &advice).filter(|_| !is_ordered);
            return Some(match grown {
                Some(grown) => format!("{is}, or let the column grow: --evolve-schema --types {column}:{grown}"),
                None => is.to_owned(),
            });
        }
        Some(others.join(", or "))
    }
}

/// The first type in the advice that the stored type can grow to.
fn grown<'a>(stored: &DataType, column: &str, advice: &'a str) -> Option<&'a str> {
    let named = advice.split(&format!("{column}:")).skip(1).collect::<Vec<_>>();
    let mut types = named.iter().map(|rest| rest.split_once(' ').map_or(*rest, |(name, _)| name).trim_end_matches(','));
    types.find(|name| types::parse(name).is_some_and(|wider| grows(stored, &wider)))
}

/// Whether `--evolve-schema` can make the wider type of the stored one.
fn grows(stored: &DataType, wider: &DataType) -> bool {
    use DataType::{Duration, Float16, Float32, Float64, Int64, Time32, Time64, Timestamp};
    match (stored, wider) {
        (Timestamp(unit, zone), Timestamp(finer, other)) => finer > unit && zone == other,
        (Duration(unit), Duration(finer)) | (Time32(unit) | Time64(unit), Time32(finer) | Time64(finer)) => {
            finer > unit
        }
        (Float16 | Float32, Float64) => true,
        (_, Int64 | Float64) => stored.is_integer() && stored.primitive_width().is_some_and(|bytes| bytes <= 4),
        _ => false,
    }
}

impl Source {
    pub(super) fn ready(name: &str, reader: BatchReader) -> Self {
        Self { name: name.to_owned(), schema: reader.schema(), opening: Opening::Ready(reader) }
    }

    pub(super) fn parquet(content: Content, schema: SchemaRef) -> Self {
        Self { name: content.name().to_owned(), schema, opening: Opening::Parquet(content) }
    }

    pub(super) fn arrow(content: Content, schema: SchemaRef) -> Self {
        Self { name: content.name().to_owned(), schema, opening: Opening::Arrow(content) }
    }

    pub(super) fn text(file: TextFile, schema: SchemaRef, known: Arc<Known>) -> Self {
        Self { name: file.content.name().to_owned(), schema, opening: Opening::Text(file, known) }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The file, if it is CSV or JSON.
    pub(super) fn text_file(&self) -> Option<TextFile> {
        match &self.opening {
            Opening::Text(file, _) => Some(file.clone()),
            _ => None,
        }
    }

    pub(super) fn open(self, progress: &Progress) -> Result<Parts, Wrong> {
        let (file, known) = match self.opening {
            Opening::Ready(reader) => return Ok(table(reader)),
            Opening::Parquet(content) => {
                return parquet::open(&content, &self.schema, progress).map(table).map_err(of_table);
            }
            Opening::Arrow(content) => return ipc::open(&content, progress).map(table).map_err(of_table),
            Opening::Text(file, known) => (file, known),
        };
        Ok(match &file.form {
            Form::Csv(dialect) => csv::Rows::open(&file.content, dialect, known, self.schema, progress)?.parts(),
            Form::Json => json::Rows::open(&file.content, known, self.schema, progress)?.parts(),
        })
    }
}

/// Gives times of 96 bits, which have no unit, a unit on which all files agree, if they can.
pub(super) fn of_one_unit<'s>(sources: impl Iterator<Item = &'s mut Source>) -> anyhow::Result<()> {
    let mut sources: Vec<_> = sources.collect();
    let Some(first) = sources.first().map(|source| source.schema.clone()) else { return Ok(()) };
    let mut candidates: Vec<(Vec<DataType>, SchemaRef)> = Vec::new();
    for source in &sources {
        let types = types(&source.schema, &first);
        if !candidates.iter().any(|(known, _)| *known == types) {
            candidates.push((types, source.schema.clone()));
        }
    }
    if candidates.len() == 1 {
        return Ok(());
    }
    for (types, wanted) in candidates {
        let of = |source: &Source| match &source.opening {
            Opening::Parquet(content) => parquet::schema(content, &wanted),
            _ => Ok(source.schema.clone()),
        };
        let schemas = sources.iter().map(|source| of(source)).collect::<anyhow::Result<Vec<_>>>()?;
        if schemas.iter().all(|schema| self::types(schema, &first) == types) {
            sources.iter_mut().zip(schemas).for_each(|(source, schema)| source.schema = schema);
            return Ok(());
        }
    }
    Ok(())
}

/// The types of the columns, in the order of another schema.
fn types(schema: &Schema, order: &Schema) -> Vec<DataType> {
    let field = |name: &String| schema.field_with_name(name).map_or(DataType::Null, |field| field.data_type().clone());
    order.fields().iter().map(|order| field(order.name())).collect()
}

fn table(reader: BatchReader) -> Parts {
    let part = |batch: Result<RecordBatch, ArrowError>| {
        let batch = batch.map_err(of_table)?;
        Ok(Part { batch, lines: Lines::default() })
    };
    Box::new(reader.map(part))
}

/// An error of reading Parquet or Arrow, in the program's words: those of the library do not help a user.
fn of_table(error: ArrowError) -> Wrong {
    match Wrong::of(error) {
        Ok(wrong) => wrong,
        Err(ArrowError::ExternalError(ours)) => Wrong::new(format!("cannot be read: {ours}")),
        Err(ArrowError::IoError(_, source)) => Wrong::unreadable(&source),
        Err(_) => Wrong::new("cannot be read: it is damaged, cut short or of another format"),
    }
}
