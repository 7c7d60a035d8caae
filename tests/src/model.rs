//! A naive model of a dataset: rows in vectors, every rule in the plainest form, at any cost.
//!
//! It was written from `tests/data/conformance/README.md` alone, not from the library, so that agreement of the two
//! means something. It passes all recorded cases. Tests compare the library with it on random ones.

mod layout;
mod merge;
mod period;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::table::{Cell, Columns, Row};

pub use merge::merge;
pub use period::Period;

/// Which row stays, of rows with the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The last in merge order.
    Last,
    /// The first in merge order.
    First,
    /// The write is refused if one of its rows has the key of another row, stored or new.
    Reject,
    /// Rows with the same key, at least one of them new, become one: the last, with the sum of this column (an index of
    /// an integer column; nulls are left out).
    Sum(usize),
}

/// A target as the caller gives it, valid or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Rows.
    Rows(i64),
    /// The text of a period.
    Period(String),
}

/// One write.
#[derive(Clone, Debug)]
pub struct Write {
    /// The new rows. `None`: the write has not even columns, as when a dataset is only resized.
    pub rows: Option<Vec<Row>>,
    /// The target.
    pub row_group_target: Target,
    /// `None`: duplicates stay. Empty: all columns.
    pub duplicates_on: Option<Vec<String>>,
    /// Which duplicate stays.
    pub keep: Keep,
    /// The number of off-target regions that are tolerated. `None`: any number.
    pub max_off_target: Option<i64>,
    /// Keys to set; a key without a value is removed.
    pub metadata: Vec<(String, Option<String>)>,
}

/// A dataset after the writes so far.
#[derive(Clone, Debug)]
pub struct Model {
    columns: Columns,
    /// The index of the ordered column.
    ordered: usize,
    /// Whether a merge region with new rows keeps its row groups if its result equals the stored rows.
    keeps_equal: bool,
    /// Whether a write has defined the columns.
    pub exists: bool,
    /// The row groups, each with at least one row.
    pub groups: Vec<Vec<Row>>,
    /// The user metadata.
    pub metadata: BTreeMap<String, String>,
}

/// A write that is refused, with the reason; nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused(pub &'static str);

/// The checked options of a write.
struct Options {
    sizing: Sizing,
    /// The indices of the columns that make a key.
    key: Option<Vec<usize>>,
    max_off_target: Option<usize>,
}

/// A checked target.
#[derive(Clone, Copy, Debug)]
enum Sizing {
    Rows(usize),
    Period(Period),
}

impl Model {
    /// A dataset that does not exist yet; `ordered_on` must be one of the columns.
    #[must_use]
    pub fn new(columns: Columns, ordered_on: &str) -> Self {
        let ordered = columns.iter().position(|(name, _)| name == ordered_on).expect("the ordered column is a column");
        Self { columns, ordered, keeps_equal: false, exists: false, groups: vec![], metadata: BTreeMap::new() }
    }

    /// The same model, with one more rule: a merge region that takes new rows, and ends with the rows that it began
    /// with, keeps its row groups, even if they would be cut differently.
    #[must_use]
    pub fn keeping_equal(self) -> Self {
        Self { keeps_equal: true, ..self }
    }

    /// All rows in stored order.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        self.groups.concat()
    }

    /// The number of rows, minimum and maximum of each row group.
    #[must_use]
    pub fn layout(&self) -> Vec<(usize, Cell, Cell)> {
        let bounds = |group: &Vec<Row>| {
            let (first, last) = (&group[0], &group[group.len() - 1]);
            (group.len(), first[self.ordered].clone(), last[self.ordered].clone())
        };
        self.groups.iter().map(bounds).collect()
    }

    /// Writes, and returns the number of rows in new row groups.
    ///
    /// # Errors
    ///
    /// If a check refuses the write; then nothing has changed.
    pub fn write(&mut self, write: &Write) -> Result<usize, Refused> {
        let options = self.check(write)?;
        let new = write.rows.clone().unwrap_or_default();
        let mut written = 0;
        let mut groups = Vec::new();
        for merged in layout::merge_regions(&self.groups, &new, self.ordered, &options) {
            let stored: Vec<&Vec<Row>> = merged.groups.iter().map(|&at| &self.groups[at]).collect();
            let rows: Vec<Row> = merged.new.iter().map(|&at| new[at].clone()).collect();
            let existing: Vec<Row> = stored.iter().copied().flatten().cloned().collect();
            let takes_rows = !rows.is_empty();
            if !merged.rewritten {
                groups.extend(stored.into_iter().cloned());
                continue;
            }
            let result = merge(existing.clone(), rows, self.ordered, options.key.as_deref(), write.keep)?;
            let keeps = self.keeps_equal && takes_rows && matches!(write.keep, Keep::Last | Keep::First);
            if keeps && result == existing {
                groups.extend(stored.into_iter().cloned());
            } else {
                written += result.len();
                groups.extend(merge::cut(&result, self.ordered, options.sizing));
            }
        }
        self.exists = true;
        self.groups = groups;
        for (key, value) in &write.metadata {
            match value {
                Some(value) => drop(self.metadata.insert(key.clone(), value.clone())),
                None => drop(self.metadata.remove(key)),
            }
        }
        Ok(written)
    }

    /// Deletes the rows whose ordered value is in a range. Returns the number of rows in new row groups, and the number
    /// of deleted rows. A row group that loses rows becomes one new row group; one that loses all of them is gone.
    pub fn delete(&mut self, range: impl Fn(&Cell) -> bool) -> (usize, usize) {
        let (mut written, mut deleted) = (0, 0);
        for group in &mut self.groups {
            let before = group.len();
            group.retain(|row| !range(&row[self.ordered]));
            if group.len() < before {
                written += group.len();
                deleted += before - group.len();
            }
        }
        self.groups.retain(|group| !group.is_empty());
        (written, deleted)
    }

    /// The checks before anything is changed, also when there are no new rows.
    fn check(&self, write: &Write) -> Result<Options, Refused> {
        let new = write.rows.as_deref().unwrap_or_default();
        if !self.exists && write.rows.is_none() {
            return Err(Refused("a first write must define columns"));
        }
        if new.iter().any(|row| matches!(&row[self.ordered], Cell::Null)) {
            return Err(Refused("null in the ordered column"));
        }
        if new.iter().any(|row| matches!(&row[self.ordered], Cell::Float(value) if value.is_nan())) {
            return Err(Refused("NaN in the ordered column"));
        }
        if new.windows(2).any(|pair| compare(&pair[0][self.ordered], &pair[1][self.ordered]).is_gt()) {
            return Err(Refused("unsorted"));
        }
        let sizing = match &write.row_group_target {
            Target::Rows(rows) if *rows < 1 => return Err(Refused("a target of no rows")),
            Target::Rows(rows) => Sizing::Rows(usize::try_from(*rows).map_err(|_| Refused("too large"))?),
            Target::Period(text) => {
                let step = self.columns[self.ordered].1.nanoseconds();
                let step = step.ok_or(Refused("a period on a column that is not a time"))?;
                Sizing::Period(Period::parse(text, step).ok_or(Refused("an unknown period"))?)
            }
        };
        let key = match &write.duplicates_on {
            None => None,
            Some(names) if names.is_empty() => Some((0..self.columns.len()).collect()),
            Some(names) => {
                let mut key = vec![self.ordered];
                for name in names {
                    let at = self.columns.iter().position(|(column, _)| column == name);
                    key.push(at.ok_or(Refused("an unknown duplicate column"))?);
                }
                Some(key)
            }
        };
        let max_off_target = match write.max_off_target {
            Some(max) if max < 1 => return Err(Refused("max_off_target below 1")),
            max => max.map(|max| usize::try_from(max).unwrap_or(usize::MAX)),
        };
        Ok(Options { sizing, key, max_off_target })
    }
}

/// The order of two values of the ordered column.
#[must_use]
pub fn compare(left: &Cell, right: &Cell) -> Ordering {
    match (left, right) {
        (Cell::Int(left), Cell::Int(right)) => left.cmp(right),
        (Cell::Float(left), Cell::Float(right)) => left.total_cmp(right),
        (Cell::Text(left), Cell::Text(right)) => left.cmp(right),
        _ => panic!("{left:?} and {right:?} have no order"),
    }
}
