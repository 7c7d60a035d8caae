//! Reads the rows of a CSV file as batches.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};

use super::records::Field;
use super::seen::point_for_comma;
use super::{Dialect, Table};
use crate::input::content::Content;
use crate::input::part::{BATCH_BYTES, BATCH_ROWS, Lines, Part, Parts, parts};
use crate::input::source::Known;
use crate::input::wrong::{Wrong, shown};
use crate::terminal::progress::Progress;
use crate::text::{Column, Written, has_decimal_comma};

/// The rows of a CSV file. Their columns are in the order of the schema, whatever their order in the file.
pub(in crate::input) struct Rows {
    table: Table,
    dialect: Dialect,
    known: Arc<Known>,
    schema: SchemaRef,
    /// For each column of the file, where its values go; `None` if it is not in the schema.
    sinks: Vec<Option<Sink>>,
    /// For each column of the schema, the index of the column in the file.
    places: Vec<usize>,
}

/// Takes the values of a column.
struct Sink {
    name: String,
    values: Column,
    is_text: bool,
    is_number: bool,
    required: bool,
}

impl Rows {
    pub(in crate::input) fn open(
        content: &Content,
        dialect: &Dialect,
        known: Arc<Known>,
        schema: SchemaRef,
        progress: &Progress,
    ) -> Result<Self, Wrong> {
        let table = Table::open(content, dialect, progress)?;
        let mut sinks: Vec<Option<Sink>> = Vec::new();
        sinks.resize_with(table.names.len(), || None);
        let mut places = Vec::new();
        for field in schema.fields() {
            let (name, data_type) = (field.name(), field.data_type());
            let place = table.names.iter().position(|found| found == name);
            let sink = place.and_then(|place| sinks.get_mut(place));
            let (Some(place), Some(sink)) = (place, sink) else { return Err(changed().in_column(name)) };
            let values = Column::new(data_type, &known.times, BATCH_ROWS).ok_or_else(|| no_text(name, data_type))?;
            let (is_text, is_number) = (is_text(data_type), is_number(data_type));
            *sink = Some(Sink { name: name.clone(), values, is_text, is_number, required: known.is_required(name) });
            places.push(place);
        }
        Ok(Self { table, dialect: dialect.clone(), known, schema, sinks, places })
    }

    /// The rows in parts of a bounded size.
    pub(in crate::input) fn parts(mut self) -> Parts {
        parts(move |ended| self.next_part(ended))
    }

    fn next_part(&mut self, ended: &mut bool) -> Result<Option<Part>, Wrong> {
        let mut lines = Lines::default();
        let mut bytes = 0;
        while lines.rows() < BATCH_ROWS && bytes < BATCH_BYTES {
            let Some(record) = self.table.next()? else {
                *ended = true;
                break;
            };
            lines.add(record.line());
            bytes += record.size();
            for (field, sink) in record.fields().zip(&mut self.sinks) {
                match sink {
                    Some(sink) => sink.append(field, &self.dialect, &self.known)?,
                    None if self.dialect.is_null(field, false) => {}
                    None => return Err(changed()),
                }
            }
        }
        if lines.rows() == 0 {
            return Ok(None);
        }
        let column =
            |place: &usize| self.sinks.get_mut(*place).and_then(Option::as_mut).map(|sink| sink.values.finish());
        let columns: Vec<_> = self.places.iter().filter_map(column).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), columns).map_err(|_| changed())?;
        Ok(Some(Part { batch, lines }))
    }
}

impl Sink {
    fn append(&mut self, field: Field<'_>, dialect: &Dialect, known: &Known) -> Result<(), Wrong> {
        let Self { name, values, is_text, is_number, required } = self;
        if dialect.is_null(field, *is_text) {
            if *required {
                return Err(Wrong::at(field.line, "has no value, and the column has no nulls").in_column(name));
            }
            values.append_null();
            return Ok(());
        }
        let text = if *is_number { dialect.pointed(field.text) } else { Some(field.text.into()) };
        let text = text.ok_or_else(|| point_for_comma(field.text, field.line, name))?;
        values.append(Written::Text(&text)).map_err(|refused| {
            let what = format!("`{}` {}", shown(field.text), refused.why);
            let is_comma = *is_number && !dialect.decimal_comma && has_decimal_comma(field.text);
            let advice = match field.text.trim() {
                _ if is_comma => Some("--decimal-comma reads commas as before fractions".to_owned()),
                word if is_null_word(word) => Some(format!("--null '{}' reads it as no value", field.text)),
                _ => known.advice(name, refused.advice),
            };
            Wrong::at(field.line, what).in_column(name).advice_opt(advice)
        })
    }
}

/// Whether the text is a word that programs write for null.
fn is_null_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["null", "na", "n/a", "#n/a", "nat", "none", "nil", "<na>", "\\n"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The type itself, or that of a dictionary's values.
fn plain(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, values) => values,
        other => other,
    }
}

/// Whether an empty text is a value of the type.
fn is_text(data_type: &DataType) -> bool {
    use DataType::{Binary, BinaryView, LargeBinary, LargeUtf8, Utf8, Utf8View};
    matches!(plain(data_type), Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView)
}

fn is_number(data_type: &DataType) -> bool {
    plain(data_type).is_numeric()
}

fn no_text(name: &str, data_type: &DataType) -> Wrong {
    Wrong::new(format!("is {data_type}, which CSV cannot hold")).in_column(name).advice("use JSON lines or Parquet")
}

fn changed() -> Wrong {
    Wrong::new("the file has changed while it was read")
}
