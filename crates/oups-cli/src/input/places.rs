//! Finds the file and the line of a row of the input.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::part::Lines;
use super::text_files::{Form, TextFile};
use super::{csv, json};
use crate::terminal::visible::visible;

/// Counts the rows of each file. A clone is another handle on the same count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places(Arc<Mutex<Vec<Counted>>>);

#[derive(Debug)]
struct Counted {
    name: String,
    /// The file, to be read again for lines; `None` for Parquet and Arrow, which have no lines.
    text: Option<TextFile>,
    parts: Vec<Counts>,
}

/// Consecutive rows of a file.
#[derive(Clone, Copy, Debug)]
struct Counts {
    rows: u64,
    lines: Option<Lines>,
}

/// The place of one row: its file, and its line or number.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    name: String,
    at: At,
}

#[derive(Debug, PartialEq, Eq)]
enum At {
    Line(u64),
    /// The number of the row, counted from 1.
    Row(u64),
}

impl Places {
    /// Begins the rows of a file.
    pub(super) fn begin(&self, name: &str, text: Option<TextFile>) {
        self.lock().push(Counted { name: name.to_owned(), text, parts: Vec::new() });
    }

    /// Counts rows of the file that was begun last.
    pub(super) fn add(&self, rows: usize, lines: Lines) {
        if let Some(file) = self.lock().last_mut() {
            file.add(Counts { rows: rows as u64, lines: Some(lines).filter(|lines| lines.rows() == rows) });
        }
    }

    /// Forgets all files, because rows are no longer in their order.
    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    /// The place of a row. Rows are counted from 0 over the whole input.
    pub(crate) fn find(&self, row: u64) -> Option<Place> {
        let files = self.lock();
        let mut left = row;
        for file in files.iter() {
            let rows: u64 = file.parts.iter().map(|part| part.rows).sum();
            if left < rows {
                let at = file.line(left).map_or(At::Row(left + 1), At::Line);
                return Some(Place { name: file.name.clone(), at });
            }
            left -= rows;
        }
        None
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    fn add(&mut self, next: Counts) {
        let last = self.parts.last_mut();
        let joined = last.and_then(|last| {
            let lines = match (last.lines, next.lines) {
                (Some(lines), Some(next)) => Some(lines.joined(next)?),
                (None, None) => None,
                _ => return None,
            };
            *last = Counts { rows: last.rows + next.rows, lines };
            Some(())
        });
        if joined.is_none() {
            self.parts.push(next);
        }
    }

    /// The line of a row. If the count does not say it, the file is read again.
    fn line(&self, row: u64) -> Option<u64> {
        let text = self.text.as_ref()?;
        let mut left = row;
        for part in &self.parts {
            if left < part.rows {
                return part.lines.and_then(|lines| lines.of(left)).or_else(|| read_line(text, row));
            }
            left -= part.rows;
        }
        None
    }
}

fn read_line(text: &TextFile, row: u64) -> Option<u64> {
    let row = usize::try_from(row).ok()?;
    match &text.form {
        Form::Csv(dialect) => csv::lines(&text.content, dialect).ok()?.nth(row),
        Form::Json => json::lines(&text.content).ok()?.nth(row),
    }
}

/// `line 3 of a.csv`, as an editor counts lines, or `row 3 of a.parquet`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = visible(&self.name);
        match self.at {
            At::Line(line) => write!(f, "line {line} of {name}"),
            At::Row(row) => write!(f, "row {row} of {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::input::content::Content;
    use crate::input::csv::Dialect;
    use crate::input::part::tests::lines;

    fn csv(path: &Path) -> TextFile {
        TextFile { content: Content::of_file(path).unwrap(), form: Form::Csv(Dialect::default()) }
    }

    #[test]
    fn rows_are_found_in_their_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.csv");
        std::fs::write(&path, "t\n\"1\n\"\n2\n\n3\n4\n").unwrap();
        let places = Places::default();
        places.begin("a.parquet", None);
        places.add(3, Lines::default());
        places.add(2, Lines::default());
        places.begin("b.csv", Some(csv(&path)));
        places.add(3, lines(&[2, 4, 6]));
        places.add(1, lines(&[7]));
        let found = |row| places.find(row).map(|place| place.to_string());
        assert_eq!(found(0).as_deref(), Some("row 1 of a.parquet"));
        assert_eq!(found(4).as_deref(), Some("row 5 of a.parquet"));
        assert_eq!(found(5).as_deref(), Some("line 2 of b.csv"));
        assert_eq!(found(6).as_deref(), Some("line 4 of b.csv"));
        assert_eq!(found(8).as_deref(), Some("line 7 of b.csv"));
        assert_eq!(found(9), None);
    }

    #[test]
    fn lines_that_were_not_kept_are_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.csv");
        std::fs::write(&path, "t\n1\n2\n\n3\n\n\n4\n").unwrap();
        let places = Places::default();
        places.begin("b.csv", Some(csv(&path)));
        places.add(4, lines(&[2, 3, 5, 8]));
        let found = |row| places.find(row).map(|place| place.to_string()).unwrap();
        assert_eq!([found(0), found(2), found(3)], ["line 2 of b.csv", "line 5 of b.csv", "line 8 of b.csv"]);
    }
}
