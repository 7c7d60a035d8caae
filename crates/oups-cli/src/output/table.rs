//! Prints rows as a table for people.

use std::io::Write;

use anyhow::Result;
use arrow::array::{Array, RecordBatch};
use arrow::datatypes::{DataType, Field, SchemaRef};

use super::grid::{Column, Grid, one_line};
use super::json_value;
use crate::terminal::counted::counted;
use crate::text::shown::{self, Unshown};

/// The rows that a table shows.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) schema: SchemaRef,
    /// The first rows.
    pub(crate) first: Vec<RecordBatch>,
    /// The number of rows that are left out.
    pub(crate) hidden: u64,
    /// The last rows.
    pub(crate) last: Vec<RecordBatch>,
}

/// Prints the rows with as many columns as fit into the width, and returns the names of the others.
pub(crate) fn write(shown: Shown, width: Option<usize>, out: &mut dyn Write) -> Result<Vec<String>> {
    let left_out = grid(shown).print(width, out)?;
    out.flush()?;
    Ok(left_out)
}

fn grid(shown: Shown) -> Grid {
    let columns = shown.schema.fields().iter().map(|field| column(field)).collect();
    let mut rows = Vec::new();
    texts(&shown.first, &mut rows);
    if shown.hidden > 0 {
        let mut line = vec!["…".to_owned(); shown.schema.fields().len()];
        if let Some(first) = line.first_mut() {
            *first = format!("… {} …", counted(shown.hidden, "more row"));
        }
        rows.push(line);
    }
    texts(&shown.last, &mut rows);
    Grid { columns, rows }
}

fn column(field: &Field) -> Column {
    let values = match field.data_type() {
        DataType::Dictionary(_, values) => values,
        plain => plain,
    };
    match values {
        number if number.is_numeric() || matches!(number, DataType::Duration(_)) => Column::right(field.name()),
        _ => Column::left(field.name()),
    }
}

fn texts(batches: &[RecordBatch], rows: &mut Vec<Vec<String>>) {
    for batch in batches {
        let cells = |row| batch.columns().iter().map(move |column| cell(column.as_ref(), row)).collect();
        rows.extend((0..batch.num_rows()).map(cells));
    }
}

/// A value for people. A value that has no text is shown in parentheses as it is stored.
fn cell(array: &dyn Array, row: usize) -> String {
    let mut text = String::new();
    let written = match array.data_type().is_nested() || shown::is_null(array, row) {
        true => json_value::write(array, row, &mut text),
        false => shown::write(array, row, &mut text),
    };
    match written {
        Ok(()) => one_line(&text),
        Err(Unshown { value, .. }) => format!("({value})"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, StringArray};
    use arrow::datatypes::Schema;

    use super::*;

    #[test]
    fn what_is_hidden_is_counted() {
        let fields = vec![Field::new("n", DataType::Int64, true), Field::new("text", DataType::Utf8, false)];
        let schema = Arc::new(Schema::new(fields));
        let batch = |n, text| {
            let columns = vec![Arc::new(Int64Array::from(vec![n])) as _, Arc::new(StringArray::from(vec![text])) as _];
            RecordBatch::try_new(schema.clone(), columns).unwrap()
        };
        let first = vec![batch(Some(7), "a\nb"), batch(None, "")];
        let shown = Shown { schema: schema.clone(), first, hidden: 1, last: vec![batch(Some(-123), "c")] };
        let mut out = Vec::new();
        assert!(write(shown, None, &mut out).unwrap().is_empty());
        let expected = "             n  text
──────────────────────
             7  a\\nb
          null
… 1 more row …  …
          -123  c
";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
