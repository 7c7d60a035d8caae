//! JSON lines as input: one object a line.

use std::io::{BufRead, BufReader};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::json::ReaderBuilder;
use arrow::json::reader::{Decoder, infer_json_schema};

use super::BatchReader;
use super::content::{Bytes, Content};
use super::texts::Parse;
use crate::progress::Progress;

/// Lines of a batch, at most.
const BATCH_LINES: usize = 8 << 10;
/// Bytes of a batch beyond which no line is added.
const BATCH_BYTES: usize = 8 << 20;

/// The columns by the values of all lines; texts are texts.
pub(super) fn infer(content: &Content) -> Result<Schema> {
    let reason = || format!("cannot read {content}");
    let text = BufReader::new(content.text(&Progress::hidden()).with_context(reason)?);
    match infer_json_schema(text, None) {
        Ok((schema, _)) => Ok(schema),
        Err(error) => Err(no_json(content).unwrap_or_else(|| error.into())).with_context(reason),
    }
}

/// The first line that is no JSON: Arrow's error does not say which.
fn no_json(content: &Content) -> Option<anyhow::Error> {
    let text = BufReader::new(content.text(&Progress::hidden()).ok()?);
    let lines = text.lines().map_while(Result::ok).enumerate().filter(|(_, line)| !line.trim().is_empty());
    let mut wrong = lines.filter_map(|(at, line)| {
        let error = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&line).err()?;
        let (words, column) = (error.to_string(), error.column());
        let words = words.split(" at line ").next().unwrap_or_default();
        Some(anyhow!("line {}, character {column}: expected one object of JSON: {words}", at + 1))
    });
    wrong.next()
}

pub(super) fn open(content: &Content, parse: Parse, progress: &Progress) -> Result<BatchReader, ArrowError> {
    let text = BufReader::new(content.text(progress)?);
    Ok(Box::new(Json { text, parse, line: 0, ended: false }))
}

/// The texts of some columns, as they stand there.
pub(super) fn texts(content: &Content, columns: SchemaRef) -> Result<BatchReader, ArrowError> {
    open(content, Parse::texts(columns), &Progress::hidden())
}

struct Json {
    text: BufReader<Bytes>,
    parse: Parse,
    /// Lines that were read before.
    line: u64,
    ended: bool,
}

/// Some lines, one after the other.
#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    /// Where each line ends.
    ends: Vec<usize>,
}

impl Json {
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        while !self.ended {
            let lines = self.read_lines()?;
            let first = self.line;
            self.line += lines.ends.len() as u64;
            let decoded = self.decode(&lines.bytes).map_err(|error| self.at_its_line(&lines, first, error))?;
            if let Some(batch) = decoded {
                let line = |row| first + 1 + lines.of_row(row);
                return self.parse.finish(&batch, line).map(Some);
            }
        }
        Ok(None)
    }

    fn read_lines(&mut self) -> Result<Lines, ArrowError> {
        let mut lines = Lines::default();
        while lines.ends.len() < BATCH_LINES && lines.bytes.len() < BATCH_BYTES {
            if self.text.read_until(b'\n', &mut lines.bytes)? == 0 {
                self.ended = true;
                break;
            }
            lines.ends.push(lines.bytes.len());
        }
        Ok(lines)
    }

    fn decoder(&self) -> Result<Decoder, ArrowError> {
        // A number where texts are wanted is its text.
        let builder = ReaderBuilder::new(self.parse.parsed().clone()).with_coerce_primitive(true);
        builder.with_batch_size(BATCH_LINES).build_decoder()
    }

    fn decode(&self, lines: &[u8]) -> Result<Option<RecordBatch>, ArrowError> {
        let mut decoder = self.decoder()?;
        let read = decoder.decode(lines)?;
        if read < lines.len() || decoder.has_partial_record() {
            return Err(ArrowError::JsonError("expected one object a line".to_owned()));
        }
        decoder.flush()
    }

    /// The error with its line, found by reading the lines one by one.
    fn at_its_line(&self, lines: &Lines, first: u64, error: ArrowError) -> ArrowError {
        let wrong = lines.all().enumerate().find_map(|(at, line)| Some((at, self.decode(line).err()?)));
        let (at, error) = wrong.unwrap_or((0, error));
        let words = error.to_string();
        let words = words.strip_prefix("Json error: ").unwrap_or(&words);
        ArrowError::JsonError(format!("line {}: {words}", first + 1 + at as u64))
    }
}

impl Lines {
    fn all(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.bytes.get(start..*end).unwrap_or_default())
    }

    /// The line of a row, counted from 0; blank lines are no rows.
    fn of_row(&self, row: usize) -> u64 {
        let filled = self.all().enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
        filled.map(|(at, _)| at as u64).nth(row).unwrap_or(0)
    }
}

impl Iterator for Json {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.next_batch();
        self.ended |= batch.is_err();
        batch.transpose()
    }
}

impl RecordBatchReader for Json {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.parse.schema())
    }
}
