//! CSV files as input.

mod dialect;
mod header;
mod records;
mod rows;
mod seen;

use super::content::Content;
use super::wrong::Wrong;
use crate::terminal::progress::Progress;
use records::{Record, Records};

pub(crate) use dialect::Dialect;

pub(super) use rows::Rows;
pub(super) use seen::seen;

/// A CSV file behind its header.
struct Table {
    names: Vec<String>,
    records: Records,
}

impl Table {
    fn open(content: &Content, dialect: &Dialect, progress: &Progress) -> Result<Self, Wrong> {
        let mut records = Records::new(content.text(progress)?, dialect);
        let names = header::names(&mut records, dialect)?;
        Ok(Self { names, records })
    }

    /// The next row, which has a field for each column.
    fn next(&mut self) -> Result<Option<Record<'_>>, Wrong> {
        let record = match self.records.next() {
            Ok(Some(record)) => record,
            Ok(None) => return Ok(None),
            Err(wrong) => return Err(wrong.named(&self.names)),
        };
        let (expected, found) = (self.names.len(), record.len());
        if found != expected {
            let fields = |count| if count == 1 { "1 field".to_owned() } else { format!("{count} fields") };
            return Err(Wrong::at(record.line(), format!("expected {}, found {found}", fields(expected))));
        }
        if expected > 1 && record.fields().map(|field| field.text).eq(self.names.iter()) {
            let advice = "leave that line out; several files are given one after the other, each with its header";
            return Err(Wrong::at(record.line(), "is the header again").advice(advice));
        }
        Ok(Some(record))
    }
}

/// The names of a file's columns.
pub(super) fn names(content: &Content, dialect: &Dialect) -> Result<Vec<String>, Wrong> {
    Table::open(content, dialect, &Progress::hidden()).map(|table| table.names)
}

/// The line of each row.
pub(super) fn lines(content: &Content, dialect: &Dialect) -> Result<impl Iterator<Item = u64>, Wrong> {
    let mut table = Table::open(content, dialect, &Progress::hidden())?;
    Ok(std::iter::from_fn(move || table.next().ok().flatten().map(|record| record.line())))
}
