//! Scans and walks of random datasets, compared with a naive filter of their rows.

use std::ops::Bound;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::Int64Type;
use oups_core::Durability;
use oups_core::ordered::{BoundValue, IntoRange};
use oups_query::{QueryStore, ReadDataset};
use proptest::prelude::*;

use super::store_of;

/// A mapping of small numbers to ordered values of a type. It is monotone and one to one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Int,
    Timestamp,
    Float,
    Text,
}

impl Kind {
    fn text(value: i64) -> String {
        // The texts share a long start, so that file names and statistics cut them.
        format!("{}{:04}", "measurement of the temperature at ".repeat(3), value + 1000)
    }

    pub(super) fn column(self, values: &[i64]) -> ArrayRef {
        let values = values.iter().copied();
        match self {
            Self::Int => Arc::new(Int64Array::from_iter_values(values)),
            Self::Timestamp => Arc::new(TimestampMicrosecondArray::from_iter_values(values).with_timezone("UTC")),
            Self::Float => Arc::new(Float64Array::from_iter_values(values.map(|value| value as f64 / 4.0))),
            Self::Text => Arc::new(StringArray::from_iter_values(values.map(Self::text))),
        }
    }

    pub(super) fn bound(self, value: i64) -> BoundValue {
        match self {
            Self::Int => value.into(),
            Self::Timestamp if value % 2 == 0 => value.into(),
            Self::Timestamp => {
                let (second, micros) = if value < 0 { (59, 1_000_000 + value) } else { (0, value) };
                let minute = if value < 0 { "1969-12-31T23:59" } else { "1970-01-01T00:00" };
                format!("{minute}:{second:02}.{micros:06}Z").into()
            }
            Self::Float => (value as f64 / 4.0).into(),
            Self::Text => Self::text(value).into(),
        }
    }
}

pub(super) fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Int), Just(Kind::Timestamp), Just(Kind::Float), Just(Kind::Text)]
}

/// Sorted small values, many of them equal.
pub(super) fn values(most: usize) -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(0..5i64, 0..most).prop_map(|steps| {
        steps
            .into_iter()
            .scan(-3, |at, step| {
                *at += if step < 3 { 0 } else { step - 2 };
                Some(*at)
            })
            .collect()
    })
}

pub(super) fn bound() -> impl Strategy<Value = Bound<i64>> {
    prop_oneof![
        1 => Just(Bound::Unbounded),
        3 => (-5..30i64).prop_map(Bound::Included),
        3 => (-5..30i64).prop_map(Bound::Excluded),
    ]
}

pub(super) fn rows(kind: Kind, values: &[i64]) -> RecordBatch {
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..values.len() as i64));
    RecordBatch::try_from_iter([("n", numbers), ("t", kind.column(values))]).unwrap()
}

fn numbers(batch: &RecordBatch) -> Vec<i64> {
    batch.column_by_name("n").unwrap().as_primitive::<Int64Type>().values().to_vec()
}

pub(super) fn wanted(values: &[i64], range: (Bound<i64>, Bound<i64>)) -> Vec<i64> {
    use std::ops::RangeBounds;
    (0..values.len() as i64).filter(|&at| range.contains(&values[at as usize])).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_scan_is_a_filter(
        kind in kind(),
        values in values(60),
        target in 1..20u64,
        ranges in prop::collection::vec((bound(), bound()), 1..12),
        batch_size in 1..10usize,
    ) {
        let (_folder, store) = store_of("name:str");
        let dataset = super::dataset(&store, "x");
        dataset.write(rows(kind, &values)).ordered_on("t").row_group_target(target).durability(Durability::Unsynced).commit().unwrap();
        for range in ranges {
            let bounds = (range.0.map(|value| kind.bound(value)), range.1.map(|value| kind.bound(value)));
            let scan = dataset.scan().range(bounds.into_range());
            let found: Vec<i64> = scan.clone().batch_size(batch_size).batches().unwrap().flat_map(|batch| numbers(&batch.unwrap())).collect();
            let expected = wanted(&values, range);
            prop_assert_eq!(scan.clone().count().unwrap(), expected.len() as u64);
            prop_assert_eq!(scan.explain().unwrap().rows(), expected.len() as u64);
            prop_assert_eq!(found, expected, "{:?}", range);
        }
    }

    #[test]
    fn a_walk_is_a_filter_of_each_dataset(
        kind in kind(),
        datasets in prop::collection::vec((values(40), 1..12u64), 1..5),
        range in (bound(), bound()),
    ) {
        let (_folder, store) = store_of("name:str,number:int");
        let mut keys = Vec::new();
        for (at, (values, target)) in datasets.iter().enumerate() {
            let key = store.parse_key(&format!("x-{at}")).unwrap();
            let dataset = store.dataset(&key).unwrap();
            dataset.write(rows(kind, values)).ordered_on("t").row_group_target(*target).durability(Durability::Unsynced).commit().unwrap();
            keys.push(key);
        }
        let bounds = (range.0.map(|value| kind.bound(value)), range.1.map(|value| kind.bound(value)));
        let chunks: Vec<_> = store.query(&keys).range(bounds).intersections().unwrap().map(Result::unwrap).collect();
        for (key, (values, _)) in keys.iter().zip(&datasets) {
            let of_chunks: Vec<Vec<i64>> = chunks.iter().map(|chunk| numbers(chunk.get(key).unwrap())).collect();
            prop_assert_eq!(of_chunks.concat(), wanted(values, range));
            let last_values = of_chunks.iter().filter_map(|chunk| Some(values[*chunk.last()? as usize]));
            let first_values = of_chunks.iter().filter_map(|chunk| Some(values[*chunk.first()? as usize]));
            for (last, next) in last_values.zip(first_values.skip(1)) {
                prop_assert!(last < next, "{last} is in two chunks");
            }
        }
        for chunk in &chunks {
            prop_assert!(chunk.rows() > 0);
        }
    }
}
