//! Sorting rows with bounded memory, compared with a sort of all rows in memory.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float64Array, Int64Array, RecordBatch, RecordBatchIterator, StringArray};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::DataType;
use oups::{Error, sort_by};
use proptest::prelude::*;

/// Rows with a number, its text, its place, and a dictionary.
fn batch(values: &[i64], from: usize) -> RecordBatch {
    let place: Int64Array = (from..from + values.len()).map(|at| at as i64).collect();
    let text: StringArray = values.iter().map(|value| Some(format!("{value:+05}"))).collect();
    let dictionary = cast(&text, &DataType::Dictionary(Box::new(DataType::Int16), Box::new(DataType::Utf8))).unwrap();
    RecordBatch::try_from_iter([
        ("value", Arc::new(values.iter().copied().collect::<Int64Array>()) as ArrayRef),
        ("text", Arc::new(text)),
        ("place", Arc::new(place)),
        ("dictionary", dictionary),
    ])
    .unwrap()
}

fn sorted(values: &[i64], rows: usize, column: &str, limit: usize) -> RecordBatch {
    let schema = batch(&[], 0).schema();
    let batches: Vec<_> = values.chunks(rows).enumerate().map(|(at, some)| Ok(batch(some, at * rows))).collect();
    let reader = RecordBatchIterator::new(batches.into_iter(), schema.clone());
    let sorted = sort_by(reader, column, limit).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
    concat_batches(&schema, &sorted).unwrap()
}

fn expected(values: &[i64], by_text: bool) -> Vec<(i64, i64)> {
    let mut pairs: Vec<_> = values.iter().copied().zip(0..).collect();
    if by_text {
        pairs.sort_by_key(|(value, _)| format!("{value:+05}"))
    } else {
        pairs.sort_by_key(|(value, _)| *value)
    }
    pairs
}

fn pairs(batch: &RecordBatch) -> Vec<(i64, i64)> {
    let column =
        |name| batch.column_by_name(name).unwrap().as_any().downcast_ref::<Int64Array>().unwrap().values().to_vec();
    column("value").into_iter().zip(column("place")).collect()
}

#[test]
fn more_runs_than_are_merged_at_once_are_merged_in_passes() {
    let values: Vec<i64> = (0..4_000).map(|at| (at * 7_919) % 1_000 - 500).collect();
    // Every batch is a run: 200 of them.
    let found = sorted(&values, 20, "value", 0);
    assert_eq!(pairs(&found), expected(&values, false));
}

#[test]
fn null_and_nan_are_told_by_their_rows() {
    let column: ArrayRef = Arc::new(Float64Array::from(vec![1.0, f64::NAN]));
    let batch = RecordBatch::try_from_iter([("value", column)]).unwrap();
    let batches = [Ok(batch.slice(0, 1)), Ok(batch.clone())];
    let reader = RecordBatchIterator::new(batches.into_iter(), batch.schema());
    let error = sort_by(reader, "value", 0).unwrap_err();
    assert!(matches!(error, Error::Unorderable { row: 2, value: "NaN", .. }), "{error}");
    let reader = RecordBatchIterator::new([Ok(batch.clone())].into_iter(), batch.schema());
    assert!(matches!(sort_by(reader, "valeu", 0).unwrap_err(), Error::UnknownColumn { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn rows_are_sorted_and_equal_ones_stay_in_order(
        values in prop::collection::vec(-20i64..20, 0..300),
        rows in 1usize..70,
        limit in prop::sample::select(vec![0usize, 6_000, 64 << 20]),
        by_text in any::<bool>(),
    ) {
        let found = sorted(&values, rows, if by_text { "text" } else { "value" }, limit);
        prop_assert_eq!(found.num_rows(), values.len());
        prop_assert_eq!(pairs(&found), expected(&values, by_text));
    }
}
