//! Which rows of a file might be wanted, according to the file's statistics of its columns' values.

use oups_core::ordered::Span;
use oups_core::row_group::{RowGroupFile, ValueBounds};

use super::Filter;
use super::predicate::{Column, Predicate};
use crate::Result;
use crate::selection::Selection;

impl Filter {
    /// The rows that might be wanted. All other rows certainly are not. Rows without statistics might be wanted.
    ///
    /// # Errors
    ///
    /// Where the statistics cannot be decoded.
    pub(crate) fn might_want(&self, file: &RowGroupFile) -> Result<Selection> {
        let mut rows = Selection::of(0..file.rows());
        for predicate in self.predicates() {
            rows = rows.and(&might_hold(predicate, file)?);
        }
        Ok(rows)
    }
}

/// The rows for which the predicate might be true. The rows of a `Not` are not those that remain: rows that might be
/// true may as well be false.
fn might_hold(predicate: &Predicate, file: &RowGroupFile) -> Result<Selection> {
    let all = || Selection::of(0..file.rows());
    Ok(match predicate {
        Predicate::Constant(Some(true)) => all(),
        Predicate::Constant(_) => Selection::default(),
        Predicate::Within(column, spans) => where_(column, file, |bounds| might_be_within(spans, bounds))?,
        Predicate::IsNull(column) => where_(column, file, |bounds| bounds.nulls != Some(0))?,
        Predicate::Is(inner, true) => might_hold(inner, file)?,
        Predicate::And(parts) => {
            let mut rows = all();
            for part in parts {
                rows = rows.and(&might_hold(part, file)?);
            }
            rows
        }
        Predicate::Or(parts) => {
            let mut rows = Selection::default();
            for part in parts {
                rows = rows.or(&might_hold(part, file)?);
            }
            rows
        }
        Predicate::Not(inner) => match &**inner {
            Predicate::IsNull(column) => where_(column, file, |bounds| bounds.nulls != Some(bounds.len()))?,
            _ => all(),
        },
        Predicate::Boolean(_) | Predicate::Like { .. } | Predicate::Compare(..) | Predicate::Is(_, false) => all(),
    })
}

fn where_(column: &Column, file: &RowGroupFile, might: impl Fn(&ValueBounds) -> bool) -> Result<Selection> {
    let mut rows = Selection::default();
    for bounds in file.value_bounds(column.position)?.iter().filter(|bounds| might(bounds)) {
        rows.push(bounds.rows.clone());
    }
    Ok(rows)
}

fn might_be_within(spans: &[Span], bounds: &ValueBounds) -> bool {
    if bounds.nulls == Some(bounds.len()) {
        return false;
    }
    let Some((min, max)) = &bounds.values else { return true };
    let before = spans.partition_point(|span| span.end_cut().is_below(min));
    spans.get(before).is_some_and(|span| span.start_cut().is_below(max))
}
