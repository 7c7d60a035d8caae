//! Conditions on the values of any columns: which rows of the range are wanted.
//!
//! A [`Condition`] is what the caller gave. A [`Filter`] holds all conditions of a scan, with their columns found in
//! one dataset.

mod conditions;
mod evaluate;
mod literal;
mod parse;
mod predicate;
mod statistics;
mod unquoted;

use std::fmt;
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::and;
use oups_core::QueryError;
use oups_core::ordered::Span;
use oups_core::schema::DatasetSchema;

use crate::Result;
use crate::projection::Projection;
use conditions::Test;
use evaluate::true_only;

pub(crate) use conditions::{Condition, Conditions};
pub use predicate::{Column, Comparison, Predicate};

/// The conditions of a scan. A row is wanted if all of them hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    parts: Vec<Arc<Part>>,
    /// The columns that the conditions look at, by position in the dataset's schema, ascending.
    pub(crate) columns: Vec<usize>,
}

/// One condition with its columns found. Scans of datasets with the same columns share it.
struct Part {
    columns: Projection,
    kind: Kind,
}

enum Kind {
    Predicate(Predicate),
    Test(Arc<Test>),
}

impl Filter {
    /// Finds the columns of the conditions. A condition on the ordered column alone narrows the span; if it is a single
    /// range, it is then left out of the filter. The span is `None` if no row can be wanted.
    ///
    /// # Errors
    ///
    /// [`QueryError::Condition`], [`oups_core::Error::UnknownColumn`], [`QueryError::DuplicateColumn`].
    pub(crate) fn narrowing(
        conditions: &Conditions,
        schema: &DatasetSchema,
        mut span: Option<Span>,
    ) -> Result<(Self, Option<Span>)> {
        let found = conditions.found_in(schema)?;
        let is_left = |part: &&Arc<Part>| match &part.kind {
            Kind::Predicate(predicate) => narrow(&mut span, predicate, schema.ordered_index()),
            Kind::Test(_) => true,
        };
        let parts: Vec<Arc<Part>> = found.iter().filter(is_left).cloned().collect();
        let mut columns: Vec<usize> = parts.iter().flat_map(|part| part.columns.positions.clone()).collect();
        columns.sort_unstable();
        columns.dedup();
        Ok((Self { parts, columns }, span))
    }

    /// Whether every row is wanted.
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The conditions as texts for people.
    pub(crate) fn texts(&self) -> Vec<String> {
        let text = |part: &Arc<Part>| match &part.kind {
            Kind::Predicate(predicate) => predicate.to_string(),
            Kind::Test(_) => {
                let names: Vec<_> = part.columns.schema.fields().iter().map(|field| field.name().as_str()).collect();
                format!("a test of {}", names.join(", "))
            }
        };
        self.parts.iter().map(text).collect()
    }

    /// The conditions that came as texts. What a test looks for is not known.
    fn predicates(&self) -> impl Iterator<Item = &Predicate> {
        self.parts.iter().filter_map(|part| match &part.kind {
            Kind::Predicate(predicate) => Some(predicate),
            Kind::Test(_) => None,
        })
    }

    /// Which rows of a batch of [`columns`](Self::columns) are wanted. The mask has no nulls.
    ///
    /// # Errors
    ///
    /// What a test fails with; [`QueryError::TestLength`] if it does not answer for every row.
    pub(crate) fn mask(&self, batch: &RecordBatch) -> Result<BooleanArray> {
        let mut mask: Option<BooleanArray> = None;
        for part in &self.parts {
            let answer = part.answer(&self.columns, batch)?;
            mask = Some(match mask {
                Some(mask) => and(&mask, &answer)?,
                None => answer,
            });
        }
        Ok(mask.unwrap_or_else(|| BooleanArray::from(vec![true; batch.num_rows()])))
    }
}

impl Part {
    fn of(predicate: Predicate, schema: &DatasetSchema) -> Result<Self> {
        let mut names: Vec<String> = predicate.columns().into_iter().map(|column| column.name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        Ok(Self { columns: Projection::find(Some(&names), schema)?, kind: Kind::Predicate(predicate) })
    }

    fn answer(&self, available: &[usize], batch: &RecordBatch) -> Result<BooleanArray> {
        let places = self.columns.positions.iter().filter_map(|at| available.binary_search(at).ok());
        let batch = batch.project(&places.collect::<Vec<_>>())?.with_schema(self.columns.schema.clone())?;
        let answer = match &self.kind {
            Kind::Predicate(predicate) => predicate.evaluate(&batch)?,
            Kind::Test(test) => test(&batch)?,
        };
        if answer.len() != batch.num_rows() {
            return Err(QueryError::TestLength { expected: batch.num_rows(), found: answer.len() }.into());
        }
        Ok(true_only(answer))
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Predicate(predicate) => write!(f, "{predicate}"),
            Kind::Test(_) => f.debug_tuple("Test").field(&self.columns).finish(),
        }
    }
}

/// Narrows the span by a condition on the ordered column, which has no nulls. Answers whether rows must still be
/// tested: of several ranges, the span is narrowed only to their hull.
fn narrow(span: &mut Option<Span>, predicate: &Predicate, ordered: usize) -> bool {
    let spans = match predicate {
        Predicate::Constant(Some(true)) => return false,
        Predicate::Constant(_) => &[],
        Predicate::Within(column, spans) if column.position == ordered => spans.as_slice(),
        _ => return true,
    };
    let hull = spans
        .first()
        .zip(spans.last())
        .and_then(|(first, last)| Span::new(first.start_cut().clone(), last.end_cut().clone()));
    *span = span.as_ref().zip(hull).and_then(|(span, hull)| span.and(&hull));
    spans.len() > 1
}
