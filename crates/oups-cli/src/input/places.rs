//! Which row of the input came from which file.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Kind, Source};

/// How many rows each file had so far. Cloning gives another handle on the same count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places(Arc<Mutex<Vec<Counted>>>);

#[derive(Debug)]
struct Counted {
    name: String,
    kind: Kind,
    rows: u64,
}

/// One row of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    name: String,
    kind: Kind,
    row: u64,
}

impl Places {
    /// Counts rows of a file; rows of one file come one after the other.
    pub(super) fn add_rows(&self, source: &Source, rows: usize) {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match files.last_mut() {
            Some(last) if last.name == source.name => last.rows += rows as u64,
            _ => files.push(Counted { name: source.name.clone(), kind: source.kind, rows: rows as u64 }),
        }
    }

    /// Rows are not in the order of the files any more.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The file of a row of the whole input, counted from 0.
    pub(crate) fn find(&self, row: u64) -> Option<Place> {
        let files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left = row;
        for file in files.iter() {
            if left < file.rows {
                return Some(Place { name: file.name.clone(), kind: file.kind, row: left });
            }
            left -= file.rows;
        }
        None
    }
}

/// Lines as an editor counts them, after a header of one line; rows from 0.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Csv { .. } => write!(f, "line {} of {}", self.row.saturating_add(2), self.name),
            Kind::Json => write!(f, "object {} of {}", self.row.saturating_add(1), self.name),
            Kind::Parquet | Kind::Arrow => write!(f, "row {} of {}", self.row, self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::RecordBatchIterator;
    use arrow::datatypes::Schema;

    use super::*;

    #[test]
    fn rows_are_found_in_their_files() {
        let places = Places::default();
        for (path, kind, rows) in [
            ("a.parquet", Kind::Parquet, 3),
            ("a.parquet", Kind::Parquet, 2),
            ("b.csv", Kind::Csv { delimiter: b',' }, 2),
        ] {
            let nothing = RecordBatchIterator::new(std::iter::empty(), Arc::new(Schema::empty()));
            places.add_rows(&Source::ready(path, kind, Box::new(nothing)), rows);
        }
        let found = |row| places.find(row).map(|place| place.to_string());
        assert_eq!(found(4).as_deref(), Some("row 4 of a.parquet"));
        assert_eq!(found(5).as_deref(), Some("line 2 of b.csv"));
        assert_eq!(found(7), None);
    }
}
