//! Predicates evaluated on the rows of a batch.

use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, LargeStringArray, RecordBatch, Scalar, StringArray,
    StringViewArray,
};
use arrow::buffer::BooleanBuffer;
use arrow::compute::kernels::cmp;
use arrow::compute::{and_kleene, cast, ilike, is_null, like, not, or_kleene, prep_null_mask_filter, take};
use arrow::datatypes::{DataType, Float64Type};
use arrow::error::ArrowError;
use oups_core::ordered::{OrdKeys, OrdValue, Span};

use super::predicate::{Column, Comparison, Predicate};

impl Predicate {
    /// For each row, whether the predicate holds. The batch must have all columns that the predicate looks at; they are
    /// found by name.
    ///
    /// # Errors
    ///
    /// If a column is missing or has another type.
    pub(super) fn evaluate(&self, batch: &RecordBatch) -> Result<BooleanArray, ArrowError> {
        match self {
            Self::Constant(value) => Ok(BooleanArray::from(vec![*value; batch.num_rows()])),
            Self::Boolean(column) => {
                let array = find(batch, column)?;
                array.as_boolean_opt().cloned().ok_or_else(|| ArrowError::SchemaError("no booleans".to_owned()))
            }
            Self::Within(column, spans) => within(find(batch, column)?, column, spans),
            Self::Like { column, pattern, ignore_case } => is_like(find(batch, column)?, pattern, *ignore_case),
            Self::Compare(left, comparison, right) => compare(find(batch, left)?, *comparison, find(batch, right)?),
            Self::IsNull(column) => is_null(&logical(find(batch, column)?)),
            Self::Is(inner, value) => {
                let answer = inner.evaluate(batch)?;
                Ok(true_only(if *value { answer } else { not(&answer)? }))
            }
            Self::And(all) => fold(all, batch, true, and_kleene),
            Self::Or(any) => fold(any, batch, false, or_kleene),
            Self::Not(inner) => not(&inner.evaluate(batch)?),
        }
    }
}

/// The answers with null as `false`.
pub(super) fn true_only(answer: BooleanArray) -> BooleanArray {
    if answer.nulls().is_some() { prep_null_mask_filter(&answer) } else { answer }
}

fn fold(
    parts: &[Predicate],
    batch: &RecordBatch,
    start: bool,
    combine: impl Fn(&BooleanArray, &BooleanArray) -> Result<BooleanArray, ArrowError>,
) -> Result<BooleanArray, ArrowError> {
    let Some((first, rest)) = parts.split_first() else { return Ok(vec![start; batch.num_rows()].into()) };
    rest.iter().try_fold(first.evaluate(batch)?, |so_far, part| combine(&so_far, &part.evaluate(batch)?))
}

fn find<'a>(batch: &'a RecordBatch, column: &Column) -> Result<&'a ArrayRef, ArrowError> {
    let missing = || ArrowError::SchemaError(format!("column {} is missing", column.name));
    batch.column_by_name(&column.name).ok_or_else(missing)
}

/// An array of booleans with the nulls of this one, including those among the values of a dictionary.
fn logical(array: &ArrayRef) -> BooleanArray {
    BooleanArray::new(BooleanBuffer::new_unset(array.len()), array.logical_nulls())
}

/// For each value, whether it is in one of the spans; null for null.
///
/// Of a dictionary, only its distinct values are compared. Values and spans are compared in the comparable form of the
/// ordered types (`OrdKeys`), so that a filter and a range agree on what is less.
fn within(array: &ArrayRef, column: &Column, spans: &[Span]) -> Result<BooleanArray, ArrowError> {
    if let Some(dictionary) = array.as_any_dictionary_opt() {
        let answers = within(dictionary.values(), column, spans)?;
        return Ok(take(&answers, dictionary.keys(), None)?.as_boolean().clone());
    }
    let missing = || ArrowError::SchemaError(format!("column {} has no order", column.name));
    let keys = column.ordered.as_ref().ok_or_else(missing)?.keys(array)?;
    let values = match &keys {
        OrdKeys::I64(values) => {
            let spans: Vec<_> = spans
                .iter()
                .map(|span| bounds(span, |value| if let OrdValue::I64(v) = value { Some(v) } else { None }))
                .collect();
            contained(&spans, values.len(), |at| &values[at])
        }
        OrdKeys::I128(values) => {
            let spans: Vec<_> = spans
                .iter()
                .map(|span| bounds(span, |value| if let OrdValue::I128(v) = value { Some(v) } else { None }))
                .collect();
            contained(&spans, values.len(), |at| &values[at])
        }
        OrdKeys::I256(values) => {
            let spans: Vec<_> = spans
                .iter()
                .map(|span| bounds(span, |value| if let OrdValue::I256(v) = value { Some(v) } else { None }))
                .collect();
            contained(&spans, values.len(), |at| &values[at])
        }
        OrdKeys::Bytes(values) => {
            let spans: Vec<_> = spans
                .iter()
                .map(|span| bounds(span, |value| if let OrdValue::Bytes(v) = value { Some(&**v) } else { None }))
                .collect();
            contained(&spans, values.len(), |at| values.value(at))
        }
    };
    Ok(BooleanArray::new(values, array.logical_nulls()))
}

/// The ends of a span in the column's comparable form. Spans of a column have no other form; if one had, that end would
/// be open.
fn bounds<'a, T: ?Sized>(
    span: &'a Span,
    value: impl Fn(&'a OrdValue) -> Option<&'a T>,
) -> (Bound<&'a T>, Bound<&'a T>) {
    let bound = |bound: Bound<&'a OrdValue>| match bound {
        Bound::Included(at) => value(at).map_or(Bound::Unbounded, Bound::Included),
        Bound::Excluded(at) => value(at).map_or(Bound::Unbounded, Bound::Excluded),
        Bound::Unbounded => Bound::Unbounded,
    };
    (bound(span.start()), bound(span.end()))
}

/// For each of `len` values, whether it is in one of the spans. The spans ascend, so that a binary search finds the
/// only one that may hold the value.
fn contained<'a, T: Ord + ?Sized + 'a>(
    spans: &[(Bound<&T>, Bound<&T>)],
    len: usize,
    value: impl Fn(usize) -> &'a T,
) -> BooleanBuffer {
    match spans {
        [] => BooleanBuffer::new_unset(len),
        [span] => BooleanBuffer::collect_bool(len, |at| span.contains(value(at))),
        _ => BooleanBuffer::collect_bool(len, |at| {
            let value = value(at);
            let is_before = |span: &(Bound<&T>, Bound<&T>)| !(Bound::Unbounded, span.1).contains(value);
            spans.get(spans.partition_point(is_before)).is_some_and(|span| span.contains(value))
        }),
    }
}

fn is_like(array: &ArrayRef, pattern: &str, ignore_case: bool) -> Result<BooleanArray, ArrowError> {
    if let Some(dictionary) = array.as_any_dictionary_opt() {
        let answers = is_like(dictionary.values(), pattern, ignore_case)?;
        return Ok(take(&answers, dictionary.keys(), None)?.as_boolean().clone());
    }
    let pattern: ArrayRef = match array.data_type() {
        DataType::LargeUtf8 => Arc::new(LargeStringArray::from(vec![pattern])),
        DataType::Utf8View => Arc::new(StringViewArray::from(vec![pattern])),
        _ => Arc::new(StringArray::from(vec![pattern])),
    };
    let pattern = Scalar::new(pattern);
    if ignore_case { ilike(array, &pattern) } else { like(array, &pattern) }
}

/// Compares floats as numbers: zeros of both signs are equal, and NaN differs from every value. Other types compare in
/// Arrow's order.
fn compare(left: &ArrayRef, comparison: Comparison, right: &ArrayRef) -> Result<BooleanArray, ArrowError> {
    let (left, right) = (unpacked(left)?, unpacked(right)?);
    if left.data_type().is_floating() {
        let (left, right) = (cast(&left, &DataType::Float64)?, cast(&right, &DataType::Float64)?);
        return Ok(compare_floats(left.as_primitive(), comparison, right.as_primitive::<Float64Type>()));
    }
    match comparison {
        Comparison::Equal => cmp::eq(&left, &right),
        Comparison::NotEqual => cmp::neq(&left, &right),
        Comparison::Less => cmp::lt(&left, &right),
        Comparison::LessOrEqual => cmp::lt_eq(&left, &right),
        Comparison::Greater => cmp::gt(&left, &right),
        Comparison::GreaterOrEqual => cmp::gt_eq(&left, &right),
    }
}

fn compare_floats(left: &Float64Array, comparison: Comparison, right: &Float64Array) -> BooleanArray {
    let holds = |a: f64, b: f64| match comparison {
        Comparison::Equal => a == b,
        Comparison::NotEqual => a != b,
        Comparison::Less => a < b,
        Comparison::LessOrEqual => a <= b,
        Comparison::Greater => a > b,
        Comparison::GreaterOrEqual => a >= b,
    };
    left.iter().zip(right.iter()).map(|(a, b)| Some(holds(a?, b?))).collect()
}

fn unpacked(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match array.as_any_dictionary_opt() {
        Some(dictionary) => take(dictionary.values(), dictionary.keys(), None),
        None => Ok(array.clone()),
    }
}
