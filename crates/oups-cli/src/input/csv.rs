//! CSV files as input.

use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::csv::reader::{BufReader, Format, ReaderBuilder};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;

use super::BatchReader;
use crate::progress::Progress;

/// A CSV file with a header.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) delimiter: u8,
}

impl File {
    pub(super) fn format(&self) -> Format {
        Format::default().with_header(true).with_delimiter(self.delimiter)
    }

    /// The file's text, after the mark that some spreadsheets put in front of it.
    pub(super) fn text(&self) -> std::io::Result<std::fs::File> {
        const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
        let mut file = std::fs::File::open(&self.path)?;
        let mut start = Vec::new();
        (&mut file).take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut start)?;
        if start != BYTE_ORDER_MARK {
            file.seek(SeekFrom::Start(0))?;
        }
        Ok(file)
    }
}

/// Reads the file's texts as values of these columns, which are in the file's order.
pub(super) fn open(file: &File, schema: SchemaRef, progress: &Progress) -> Result<BatchReader, ArrowError> {
    let text = progress.counting(file.text()?);
    let parsed = schema.fields().iter().map(parsed_field).collect::<Result<Vec<_>, _>>()?;
    let reader = ReaderBuilder::new(Arc::new(Schema::new(parsed))).with_format(file.format()).build(text)?;
    Ok(Box::new(Csv { reader, schema }))
}

struct Csv<R: Read> {
    reader: arrow::csv::Reader<R>,
    schema: SchemaRef,
}

impl<R: Read> Csv<R> {
    fn cast(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        let columns = batch.columns().iter().zip(self.schema.fields());
        let columns = columns.map(|(column, field)| cast_with_options(column, field.data_type(), &strict));
        RecordBatch::try_new(self.schema.clone(), columns.collect::<Result<Vec<_>, _>>()?)
    }
}

impl<R: Read> Iterator for Csv<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?;
        Some(batch.and_then(|batch| self.cast(&batch)))
    }
}

impl<R: Read> RecordBatchReader for Csv<R> {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

/// The field as the CSV parser can read it; casting it to the wanted type then loses nothing.
fn parsed_field(field: &FieldRef) -> Result<Field, ArrowError> {
    let data_type = parsed_type(field.data_type()).ok_or_else(|| {
        let (name, found) = (field.name(), field.data_type());
        ArrowError::SchemaError(format!("column `{name}` is {found}, which CSV cannot hold: use Parquet"))
    })?;
    Ok(Field::new(field.name(), data_type, true))
}

fn parsed_type(data_type: &DataType) -> Option<DataType> {
    use DataType::*;
    match data_type {
        LargeUtf8 | Utf8View => Some(Utf8),
        // Whatever the zone, a text without offset is UTC, as in the bounds of a range.
        Timestamp(unit, Some(_)) => Some(Timestamp(*unit, Some("+00:00".into()))),
        Duration(_) => Some(Int64),
        Dictionary(_, values) => parsed_type(values),
        plain if plain.is_primitive() && !matches!(plain, Interval(_)) => Some(plain.clone()),
        Boolean | Utf8 => Some(data_type.clone()),
        _ => None,
    }
}

/// A reader of the texts of some of the file's columns, as they stand there.
pub(super) fn texts(
    file: &File,
    schema: &Schema,
    columns: Vec<usize>,
) -> Result<BufReader<std::io::BufReader<std::fs::File>>, ArrowError> {
    let text = |field: &FieldRef| Field::new(field.name(), DataType::Utf8, true);
    let schema = Schema::new(schema.fields().iter().map(text).collect::<Vec<_>>());
    ReaderBuilder::new(Arc::new(schema)).with_format(file.format()).with_projection(columns).build(file.text()?)
}

/// The parser's error about one value, with the column's name and the line as an editor counts them; others as they are.
pub(super) fn explained(error: &str, schema: &Schema) -> String {
    in_words(error, schema).unwrap_or_else(|| error.to_owned())
}

fn in_words(error: &str, schema: &Schema) -> Option<String> {
    let (_, rest) = error.split_once("Error while parsing value '")?;
    let (value, rest) = rest.split_once("' as type '")?;
    let (_, rest) = rest.split_once("' for column ")?;
    let (column, rest) = rest.split_once(" at line ")?;
    let (row, _) = rest.split_once('.')?;
    let field = schema.fields().get(column.parse::<usize>().ok()?)?;
    let line = row.parse::<u64>().ok()?.checked_add(1)?;
    Some(format!("line {line}, column `{}`: `{value}` is no {}", field.name(), field.data_type()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parser_still_says_what_is_read_out_of_its_words() {
        let schema = Arc::new(Schema::new(vec![
            Field::new("t", DataType::Int64, true),
            Field::new("x", DataType::Float64, true),
        ]));
        let text = "t,x\n1,1\n2,cold\n";
        let mut reader = ReaderBuilder::new(schema.clone()).with_header(true).build(text.as_bytes()).unwrap();
        let error = reader.next().unwrap().unwrap_err();
        assert_eq!(explained(&error.to_string(), &schema), "line 3, column `x`: `cold` is no Float64");
        assert_eq!(explained("something else", &schema), "something else");
    }
}
