//! CSV files as input.

use std::sync::Arc;

use anyhow::Result;
use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::csv::reader::{BufReader, Format, ReaderBuilder};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;
use regex::Regex;

use super::BatchReader;
use super::content::{Bytes, Content};
use super::texts::Parse;
use crate::progress::Progress;

/// How a CSV file is written.
#[derive(Clone, Debug)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// Texts that stand for null, as the empty one does.
    pub(super) nulls: Option<Regex>,
}

impl Dialect {
    pub(super) fn new(delimiter: u8, nulls: &[String]) -> Result<Self> {
        let texts: Vec<_> = nulls.iter().map(|text| regex::escape(text)).collect();
        let pattern = (!texts.is_empty()).then(|| Regex::new(&format!("^(?:{})?$", texts.join("|"))));
        Ok(Self { delimiter, nulls: pattern.transpose()? })
    }

    pub(super) fn format(&self) -> Format {
        let format = Format::default().with_header(true).with_delimiter(self.delimiter);
        match &self.nulls {
            Some(nulls) => format.with_null_regex(nulls.clone()),
            None => format,
        }
    }
}

/// Reads the file's texts as values of these columns, which are in the file's order.
pub(super) fn open(
    content: &Content,
    dialect: &Dialect,
    parse: Parse,
    progress: &Progress,
) -> Result<BatchReader, ArrowError> {
    let text = content.text(progress)?;
    let reader = ReaderBuilder::new(parse.parsed().clone()).with_format(dialect.format()).build(text)?;
    Ok(Box::new(Csv { reader, parse, rows: 0 }))
}

struct Csv {
    reader: arrow::csv::Reader<Bytes>,
    parse: Parse,
    rows: u64,
}

impl Iterator for Csv {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?;
        Some(batch.and_then(|batch| {
            // Lines as an editor counts them, after a header of one line.
            let first = self.rows + 2;
            self.rows += batch.num_rows() as u64;
            self.parse.finish(&batch, |row| first + row as u64)
        }))
    }
}

impl RecordBatchReader for Csv {
    fn schema(&self) -> SchemaRef {
        self.parse.schema().clone()
    }
}

/// A reader of the texts of some of the file's columns, as they stand there.
pub(super) fn texts(
    content: &Content,
    dialect: &Dialect,
    schema: &Schema,
    columns: Vec<usize>,
) -> Result<BufReader<std::io::BufReader<Bytes>>, ArrowError> {
    let text = |field: &FieldRef| Field::new(field.name(), DataType::Utf8, true);
    let schema = Schema::new(schema.fields().iter().map(text).collect::<Vec<_>>());
    let reader = ReaderBuilder::new(Arc::new(schema)).with_format(dialect.format()).with_projection(columns);
    reader.build(content.text(&Progress::hidden())?)
}

/// The parser's error about one value, with the column's name and the line as an editor counts them; others as they are.
pub(super) fn explained(error: &str, schema: &Schema) -> String {
    let error = error.strip_prefix("Parser error: ").unwrap_or(error);
    let error = error.strip_prefix("Json error: ").unwrap_or(error);
    in_words(error, schema).or_else(|| of_time(error, schema)).unwrap_or_else(|| error.to_owned())
}

/// Of times, the parser has other words.
fn of_time(error: &str, schema: &Schema) -> Option<String> {
    let (column, rest) = error.strip_prefix("Error parsing column ")?.split_once(" at line ")?;
    let (row, rest) = rest.split_once(": ")?;
    let (value, _) = rest.split_once(" from '")?.1.split_once("': ")?;
    is_no(value, column, row, schema)
}

fn in_words(error: &str, schema: &Schema) -> Option<String> {
    let (_, rest) = error.split_once("Error while parsing value '")?;
    let (value, rest) = rest.split_once("' as type '")?;
    let (_, rest) = rest.split_once("' for column ")?;
    let (column, rest) = rest.split_once(" at line ")?;
    let (row, _) = rest.split_once('.')?;
    is_no(value, column, row, schema)
}

fn is_no(value: &str, column: &str, row: &str, schema: &Schema) -> Option<String> {
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
        let time = DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, None);
        let schema = Arc::new(Schema::new(vec![Field::new("t", time, true)]));
        let mut reader =
            ReaderBuilder::new(schema.clone()).with_header(true).build("t\n8.2.2013\n".as_bytes()).unwrap();
        let error = reader.next().unwrap().unwrap_err();
        assert_eq!(explained(&error.to_string(), &schema), "line 2, column `t`: `8.2.2013` is no Timestamp(µs)");
        assert_eq!(explained("something else", &schema), "something else");
    }
}
