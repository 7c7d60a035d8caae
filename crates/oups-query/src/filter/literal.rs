//! The values that a condition's text names, as spans of a column's values.

use std::ops::Bound;

use arrow::datatypes::{DataType, i256};

use oups_core::ordered::{BoundValue, Cut, OrdValue, OrderedRange, OrderedType, Span};

use super::predicate::Comparison;
use crate::Error;

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Number(String),
    Text(String),
    Bytes(Vec<u8>),
    Boolean(bool),
    Null,
}

/// The values of the column for which the comparison with `value` holds, as at most two spans. The error says which
/// value would do.
///
/// Floats compare as numbers: zeros of both signs are equal. NaN is in no span, so that it differs from every value and
/// is neither above nor below one.
pub(super) fn spans(comparison: Comparison, value: &Literal, ordered: &OrderedType) -> Result<Vec<Span>, String> {
    let (below, above) = cuts(value, ordered)?;
    let (bottom, top) = ends(ordered);
    let spans = match comparison {
        Comparison::Equal => vec![Span::new(below, above)],
        Comparison::NotEqual => vec![Span::new(bottom, below), Span::new(above, top)],
        Comparison::Less => vec![Span::new(bottom, below)],
        Comparison::LessOrEqual => vec![Span::new(bottom, above)],
        Comparison::Greater => vec![Span::new(above, top)],
        Comparison::GreaterOrEqual => vec![Span::new(below, top)],
    };
    Ok(spans.into_iter().flatten().collect())
}

/// The spans in ascending order; spans that touch or overlap become one.
pub(super) fn united(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by(|a, b| a.start_cut().cmp(b.start_cut()));
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        let merged = out
            .last()
            .filter(|last| last.end_cut() >= span.start_cut())
            .and_then(|last| Span::new(last.start_cut().clone(), last.end_cut().max(span.end_cut()).clone()));
        match (merged, out.last_mut()) {
            (Some(merged), Some(last)) => *last = merged,
            _ => out.push(span),
        }
    }
    out
}

/// The cuts just below and just above the values that equal this one. The error says which value would do.
///
/// They are the starts of the ranges from the value on and after the value, so that a condition and a range take the
/// same texts. A value that the column cannot hold, such as 1.5 among whole numbers, has both cuts between two values.
fn cuts(value: &Literal, ordered: &OrderedType) -> Result<(Cut, Cut), String> {
    let bound = match value {
        Literal::Number(digits) => BoundValue::Digits(digits.clone()),
        Literal::Text(text) => BoundValue::Text(text.clone()),
        Literal::Bytes(bytes) => BoundValue::Bytes(bytes.clone()),
        // No ordered type takes booleans or nulls. This value has a form that none takes either, so that the error says
        // what the column takes.
        Literal::Boolean(_) | Literal::Null => BoundValue::Value(OrdValue::I256(i256::ZERO)),
    };
    let cut = |start| {
        let range = OrderedRange { start, end: Bound::Unbounded };
        match range.resolve("", "", ordered) {
            Ok(span) => Ok(span.map_or(Cut::Top, |span| span.start_cut().clone())),
            Err(Error::Bound { expected, .. }) => Err(expected),
            Err(other) => Err(other.to_string()),
        }
    };
    Ok((cut(Bound::Included(bound.clone()))?, cut(Bound::Excluded(bound))?))
}

/// The cuts around the values that are numbers: for floats, NaN lies outside of them.
fn ends(ordered: &OrderedType) -> (Cut, Cut) {
    match (float(ordered, "-inf"), float(ordered, "inf")) {
        (Some(least), Some(most)) => (Cut::Before(least), Cut::After(most)),
        _ => (Cut::Bottom, Cut::Top),
    }
}

fn float(ordered: &OrderedType, text: &str) -> Option<OrdValue> {
    let is_float = matches!(ordered.data_type(), DataType::Float16 | DataType::Float32 | DataType::Float64);
    is_float.then(|| ordered.parse(text).ok()).flatten()
}
