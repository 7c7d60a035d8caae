//! The rules that decide which of several duplicates stays.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use super::combine::{self, Combine};
use crate::settings::KeepRule;

/// Which of several duplicates stays.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Keep {
    /// The one written last: a new row replaces a stored one.
    #[default]
    Last,
    /// The one written first: a stored row stays.
    First,
    /// The write fails with [`Error::Duplicate`](crate::Error::Duplicate) if it brings a duplicate.
    Reject,
    /// The rows that a rule of the program returns.
    Resolve(Resolver),
}

impl Keep {
    /// The rule's kind, as settings store it.
    pub fn rule(&self) -> KeepRule {
        match self {
            Self::Last => KeepRule::Last,
            Self::First => KeepRule::First,
            Self::Reject => KeepRule::Reject,
            Self::Resolve(_) => KeepRule::Resolve,
        }
    }
}

impl From<Keep> for KeepRule {
    fn from(keep: Keep) -> Self {
        keep.rule()
    }
}

impl From<Resolver> for Keep {
    fn from(resolver: Resolver) -> Self {
        Self::Resolve(resolver)
    }
}

type Rule = dyn Fn(&DuplicateRun) -> Result<RecordBatch, ArrowError> + Send + Sync;

/// A rule for duplicates: the program's own, or a ready-made one.
///
/// ```
/// use oups_core::{Combine, Keep, Resolver};
///
/// let newest: Keep = Resolver::newest("version").into();
/// let bars: Keep = Resolver::combine([("high", Combine::Max), ("low", Combine::Min), ("volume", Combine::Sum)]).into();
/// let mine: Keep = Resolver::new(|run| Ok(run.stored().slice(0, 1))).into();
/// ```
#[derive(Clone)]
pub struct Resolver {
    rule: Arc<Rule>,
    /// Columns that the dataset must have.
    columns: Vec<String>,
}

impl Resolver {
    /// The program's own rule.
    ///
    /// It is called for each run of two or more duplicates with at least one new row, and returns any number of rows to
    /// keep. Their columns and their ordered value must be those of the run. If the rule returns an error or panics,
    /// the write fails and the dataset stays as it was.
    pub fn new(rule: impl Fn(&DuplicateRun) -> Result<RecordBatch, ArrowError> + Send + Sync + 'static) -> Self {
        Self { rule: Arc::new(rule), columns: Vec::new() }
    }

    /// Keeps the row with the largest value in a column; among equal ones the row written last. Nulls count as
    /// smallest.
    pub fn newest(version: impl Into<String>) -> Self {
        let version = version.into();
        let columns = vec![version.clone()];
        Self { rule: Arc::new(move |run| combine::newest(run.rows(), &version)), columns }
    }

    /// Combines all rows into one: each named column in its own way, every other one as in the row written last.
    pub fn combine<N: Into<String>>(columns: impl IntoIterator<Item = (N, Combine)>) -> Self {
        let columns: Vec<(String, Combine)> = columns.into_iter().map(|(name, how)| (name.into(), how)).collect();
        let names = columns.iter().map(|(name, _)| name.clone()).collect();
        Self { rule: Arc::new(move |run| combine::combine(run.rows(), &columns)), columns: names }
    }

    /// The columns that the rule names.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(super) fn resolve(&self, run: &DuplicateRun) -> Result<RecordBatch, ArrowError> {
        (self.rule)(run)
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// Rows that are duplicates of each other: first the stored ones, then the new ones, both in the order in which they
/// were written.
///
/// The columns are the dataset's, without dictionaries.
#[derive(Clone, Debug)]
pub struct DuplicateRun {
    rows: RecordBatch,
    stored: usize,
}

impl DuplicateRun {
    pub(super) fn new(rows: RecordBatch, stored: usize) -> Self {
        Self { rows, stored }
    }

    /// All rows.
    pub fn rows(&self) -> &RecordBatch {
        &self.rows
    }

    /// The rows that were stored before; possibly empty.
    pub fn stored(&self) -> RecordBatch {
        self.rows.slice(0, self.stored)
    }

    /// The rows that this write brings; at least one row.
    pub fn new_rows(&self) -> RecordBatch {
        self.rows.slice(self.stored, self.rows.num_rows() - self.stored)
    }
}
