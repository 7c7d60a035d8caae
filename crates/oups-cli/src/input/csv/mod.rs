//! CSV files as input.

mod dialect;
mod header;
mod records;
mod rows;
mod seen;

use super::content::Content;
use super::wrong::{Wrong, shown};
use crate::terminal::progress::Progress;
use records::{Record, Records};

pub(crate) use dialect::Dialect;

pub(super) use rows::Rows;
pub(super) use seen::seen;

/// A CSV file whose header has been read.
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

    /// The next row. It has a field for each column.
    fn next(&mut self) -> Result<Option<Record<'_>>, Wrong> {
        let record = match self.records.next() {
            Ok(Some(record)) => record,
            Ok(None) => return Ok(None),
            Err(wrong) => return Err(wrong.named(&self.names)),
        };
        let expected = self.names.len();
        if record.len() != expected {
            return Err(of_other_length(record, expected));
        }
        if expected > 1 && record.fields().map(|field| field.text).eq(self.names.iter()) {
            let advice = "leave that line out; several files are given one after the other, each with its header";
            return Err(Wrong::at(record.line(), "is the header again").advice(advice));
        }
        Ok(Some(record))
    }
}

/// The error of a row with more or fewer fields than columns.
fn of_other_length(record: Record<'_>, expected: usize) -> Wrong {
    let fields = if expected == 1 { "1 field".to_owned() } else { format!("{expected} fields") };
    let found = record.len();
    let mut texts: Vec<&str> = record.fields().map(|field| field.text).collect();
    let is_empty_behind = found == expected + 1 && texts.last().is_some_and(|text| text.is_empty());
    let advice = match () {
        () if found == 1 => "leave out what is not a row; is the file cut short?",
        () if found < expected => "is the file cut short?",
        () if is_empty_behind => {
            "the row ends with a delimiter: name that column in the header, or take it off each row"
        }
        () => "a text with delimiters in it stands between quotes, without a blank before them",
    };
    // An error shows no more fields than this.
    texts.truncate(20);
    let what = format!("expected {fields}, found {found}: `{}`", shown(&texts.join(" ¦ ")));
    Wrong::at(record.line(), what).advice(advice)
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
