//! Writes rows as CSV with a header.

use std::io::Write;

use anyhow::{Result, bail};

use super::{Rows, unwritable};
use crate::args::usage::Usage;
use crate::terminal::program::program;
use crate::text::shown;

/// Writes the rows batch by batch, and returns their number. A null is an empty field; an empty text is `""`.
pub(crate) fn write(rows: Rows<'_>, out: &mut dyn Write) -> Result<u64> {
    if let Some(field) = rows.schema.fields().iter().find(|field| field.data_type().is_nested()) {
        let (name, found, how) = (field.name(), field.data_type(), program().leaves_out);
        bail!(Usage(format!(
            "column `{name}` is {found}, which CSV cannot hold: leave it out {how}, or use another format"
        )));
    }
    let mut line = String::new();
    for (place, field) in rows.schema.fields().iter().enumerate() {
        separate(place, &mut line);
        text(field.name(), &mut line);
    }
    line.push('\n');
    out.write_all(line.as_bytes())?;
    let is_single = rows.schema.fields().len() == 1;
    let (mut value, mut count) = (String::new(), 0);
    for batch in rows.batches {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            line.clear();
            for (place, (field, column)) in rows.schema.fields().iter().zip(batch.columns()).enumerate() {
                separate(place, &mut line);
                if shown::is_null(column.as_ref(), row) {
                    // A file of one column needs the quotes, because a blank line is not a row.
                    line.push_str(if is_single { "\"\"" } else { "" });
                    continue;
                }
                value.clear();
                let written = shown::write(column.as_ref(), row, &mut value);
                written.map_err(|wrong| unwritable(field, count, "CSV", wrong))?;
                text(&value, &mut line);
            }
            line.push('\n');
            out.write_all(line.as_bytes())?;
            count += 1;
        }
    }
    out.flush()?;
    Ok(count)
}

fn separate(place: usize, line: &mut String) {
    if place > 0 {
        line.push(',');
    }
}

/// Appends a text, in quotes if it would otherwise be read as something else.
fn text(text: &str, line: &mut String) {
    // At the start of a file, this character would be read as a byte order mark.
    let is_quoted = text.is_empty() || text.contains([',', '"', '\n', '\r']) || text.starts_with('\u{feff}');
    if !is_quoted {
        return line.push_str(text);
    }
    line.push('"');
    for c in text.chars() {
        if c == '"' {
            line.push('"');
        }
        line.push(c);
    }
    line.push('"');
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, Time32SecondArray, TimestampSecondArray};

    use super::*;

    fn written(columns: Vec<(&str, ArrayRef)>) -> Result<String> {
        let batch = RecordBatch::try_from_iter(columns)?;
        let mut out = Vec::new();
        let schema = batch.schema();
        write(Rows { schema, batches: &mut std::iter::once(Ok(batch)) }, &mut out)?;
        Ok(String::from_utf8(out)?)
    }

    #[test]
    fn an_empty_text_is_not_a_null() {
        let texts = StringArray::from(vec![Some(""), None, Some("a,\"b\"\n"), Some("NA")]);
        let numbers = Float64Array::from(vec![None, Some(f64::NAN), Some(-0.0), Some(1e300)]);
        let text = written(vec![("x", Arc::new(texts)), ("y", Arc::new(numbers))]).unwrap();
        assert_eq!(text, "x,y\n\"\",\n,NaN\n\"a,\"\"b\"\"\n\",-0.0\nNA,1e300\n");
    }

    #[test]
    fn far_times_have_a_text() {
        let far = TimestampSecondArray::from(vec![i64::MIN, i64::MAX]);
        let text = written(vec![("t", Arc::new(far))]).unwrap();
        assert_eq!(text, "t\n-292277022657-01-27T08:29:52\n+292277026596-12-04T15:30:07\n");
    }

    #[test]
    fn a_value_without_a_text_is_named() {
        let beyond = Time32SecondArray::from(vec![1, 90_000]);
        let error = written(vec![("n", Arc::new(beyond.clone())), ("clock", Arc::new(beyond))]).unwrap_err();
        let expected = "row 2 of the output, column `n`: 90000 (Time32(s)) cannot be written as CSV: a time of day lies \
             within 24 hours: leave the column out with --columns, or use --format parquet";
        assert_eq!(error.to_string(), expected);
    }
}
