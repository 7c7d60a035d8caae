//! Rows as a table for people.

use std::collections::VecDeque;
use std::io::Write;

use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, SchemaRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::grid::{Column, Grid, one_line};
use super::{Rows, counted, plain};

/// Up to so many rows are shown as they are; of more, the first and the last half of so many.
const SHOWN: usize = 40;

/// What a table showed.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) rows: u64,
    /// Names of columns that did not fit.
    pub(crate) left_out: Vec<String>,
}

/// Prints the rows; all of them if `every_row`, else only the first and last of many.
pub(crate) fn write(rows: Rows<'_>, every_row: bool, width: Option<usize>, out: &mut dyn Write) -> Result<Shown> {
    let schema = plain::utc_schema(&rows.schema);
    let mut ends = Ends::new(if every_row { usize::MAX } else { SHOWN });
    for batch in rows.batches {
        ends.push(batch?);
    }
    let total = ends.rows;
    let grid = grid(&schema, ends)?;
    let left_out = grid.print(width, out)?;
    out.flush()?;
    Ok(Shown { rows: total, left_out })
}

/// The first rows and the last of a stream.
struct Ends {
    limit: usize,
    rows: u64,
    first: Vec<RecordBatch>,
    first_rows: usize,
    last: VecDeque<RecordBatch>,
    last_rows: usize,
}

impl Ends {
    fn new(limit: usize) -> Self {
        Self { limit, rows: 0, first: Vec::new(), first_rows: 0, last: VecDeque::new(), last_rows: 0 }
    }

    fn push(&mut self, batch: RecordBatch) {
        self.rows += batch.num_rows() as u64;
        let to_first = (self.limit - self.first_rows).min(batch.num_rows());
        if to_first > 0 {
            self.first.push(batch.slice(0, to_first));
            self.first_rows += to_first;
        }
        let rest = batch.slice(to_first, batch.num_rows() - to_first);
        if rest.num_rows() > 0 {
            self.last_rows += rest.num_rows();
            self.last.push_back(rest);
            self.trim();
        }
    }

    /// Lets go of batches that cannot be among the last rows any more.
    fn trim(&mut self) {
        let half = self.limit / 2;
        while let Some(oldest) = self.last.front().map(RecordBatch::num_rows)
            && self.last_rows - oldest >= half
        {
            self.last.pop_front();
            self.last_rows -= oldest;
        }
    }

    /// The rows to show before and after the gap, and the size of the gap.
    fn split(self) -> (Vec<RecordBatch>, u64, Vec<RecordBatch>) {
        if self.last.is_empty() {
            return (self.first, 0, Vec::new());
        }
        let half = self.limit / 2;
        let (head, rest) = cut(self.first, half);
        let after = rest.into_iter().chain(self.last).collect::<Vec<_>>();
        let after_rows: usize = after.iter().map(RecordBatch::num_rows).sum();
        let (_, tail) = cut(after, after_rows - half);
        (head, self.rows - 2 * half as u64, tail)
    }
}

/// The batches before and after a row.
fn cut(batches: Vec<RecordBatch>, at: usize) -> (Vec<RecordBatch>, Vec<RecordBatch>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut missing = at;
    for batch in batches {
        let take = missing.min(batch.num_rows());
        missing -= take;
        before.push(batch.slice(0, take));
        after.push(batch.slice(take, batch.num_rows() - take));
    }
    (before, after)
}

fn grid(schema: &SchemaRef, ends: Ends) -> Result<Grid> {
    let (head, gap, tail) = ends.split();
    let columns = schema.fields().iter().map(|field| column(field)).collect();
    let mut rows = Vec::new();
    texts(schema, &head, &mut rows)?;
    if gap > 0 {
        let mut line = vec!["…".to_owned(); schema.fields().len()];
        if let Some(first) = line.first_mut() {
            *first = format!("… {} …", counted(gap, "more row"));
        }
        rows.push(line);
    }
    texts(schema, &tail, &mut rows)?;
    Ok(Grid { columns, rows })
}

fn column(field: &Field) -> Column {
    match field.data_type() {
        number if number.is_numeric() || matches!(number, DataType::Duration(_)) => Column::right(field.name()),
        _ => Column::left(field.name()),
    }
}

fn texts(schema: &SchemaRef, batches: &[RecordBatch], rows: &mut Vec<Vec<String>>) -> Result<()> {
    let options = FormatOptions::default().with_null("null");
    for batch in batches {
        let batch = plain::to_utc(batch, schema)?;
        let columns = batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let cells = columns.iter().map(|column| Ok(one_line(&column.value(row).try_to_string()?)));
            rows.push(cells.collect::<Result<Vec<_>>>()?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, RecordBatch};
    use arrow::datatypes::Schema;

    use super::*;

    /// The numbers from 0, in batches of a size, as the table shows them.
    fn shown(rows: usize, batch: usize, every_row: bool) -> Vec<String> {
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, false)]));
        let numbers: Vec<i64> = (0..rows as i64).collect();
        let mut batches = numbers.chunks(batch).map(|chunk| {
            Ok(RecordBatch::try_new(schema.clone(), vec![Arc::new(Int64Array::from(chunk.to_vec()))])?)
        });
        let mut out = Vec::new();
        let rows = Rows { schema: schema.clone(), batches: &mut batches };
        write(rows, every_row, None, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.lines().skip(2).map(|line| line.trim().to_owned()).collect()
    }

    #[test]
    fn many_rows_show_their_ends() {
        let all = |range: std::ops::Range<usize>| range.map(|n| n.to_string()).collect::<Vec<_>>();
        for batch in [1, 3, 19, 20, 21, 40, 41, 1000] {
            assert_eq!(shown(0, batch, false), all(0..0));
            assert_eq!(shown(40, batch, false), all(0..40));
            let ends = [all(0..20), vec!["… 1 more row …".to_owned()], all(21..41)].concat();
            assert_eq!(shown(41, batch, false), ends, "batches of {batch}");
            let ends = [all(0..20), vec!["… 160 more rows …".to_owned()], all(180..200)].concat();
            assert_eq!(shown(200, batch, false), ends, "batches of {batch}");
            assert_eq!(shown(50, batch, true), all(0..50));
        }
    }
}
