//! Aligned iteration passes every recorded case.

use std::ops::Bound;

use oups_core::ordered::OrdValue;
use oups_core::{AnyKey, Durability, Store};
use oups_query::{Chunk, QueryStore};
use oups_tests::intersections::{Case, Stored, cases};
use oups_tests::model::Target;
use oups_tests::table::{Cell, Row, from_batches, to_batch};

use crate::query::store_of;

fn write(store: &Store<AnyKey>, case: &Case, stored: &Stored) -> AnyKey {
    let key = store.parse_key(&stored.key).unwrap();
    let dataset = store.dataset(&key).unwrap();
    let write =
        dataset.write(to_batch(&case.columns, &stored.rows).unwrap()).ordered_on("ts").durability(Durability::Unsynced);
    match &stored.target {
        Target::Rows(rows) => write.row_group_target(*rows as u64).commit().unwrap(),
        Target::Period(period) => write.row_group_target(period.as_str()).commit().unwrap(),
    };
    let int = |value: &OrdValue| if let OrdValue::I64(value) = value { *value } else { panic!("{value:?}") };
    let snapshot = dataset.snapshot().unwrap();
    let entries = snapshot.row_groups().iter();
    let found: Vec<_> = entries.map(|entry| (entry.rows(), int(entry.min()), int(entry.max()))).collect();
    assert_eq!(found, stored.row_groups, "{}: row groups of {}", case.name, stored.key);
    key
}

/// Checks that all rows of a chunk lie in its span, and that the spans partition the range.
fn check_spans(case: &Case, chunks: &[Chunk<AnyKey>]) {
    let bound = |value: Option<i64>| value.map(OrdValue::I64);
    let start = bound(case.start).map_or(Bound::Unbounded, Bound::Included);
    let end = bound(case.end).map_or(Bound::Unbounded, Bound::Excluded);
    if let (Some(first), Some(last)) = (chunks.first(), chunks.last()) {
        assert_eq!((first.start().cloned(), last.end().cloned()), (start, end), "{}: ends", case.name);
    }
    for pair in chunks.windows(2) {
        assert!(
            matches!((pair[0].end(), pair[1].start()), (Bound::Excluded(end), Bound::Included(start)) if end == start)
        );
    }
    for chunk in chunks {
        assert!(chunk.rows() > 0, "{}: an empty chunk", case.name);
        assert_eq!(chunk.keys().len(), case.datasets.len());
        for (_, batch) in chunk.iter() {
            for row in from_batches(&case.columns, std::slice::from_ref(batch)).unwrap() {
                let Cell::Int(ts) = row[0] else { panic!("{row:?}") };
                assert!(chunk.span().contains(&OrdValue::I64(ts)), "{}: {ts} in {:?}", case.name, chunk.span());
            }
        }
    }
}

fn check(case: &Case) {
    let (_folder, store) = store_of("name:str,number:int");
    let keys: Vec<_> = case.datasets.iter().map(|stored| write(&store, case, stored)).collect();
    let range =
        (case.start.map_or(Bound::Unbounded, Bound::Included), case.end.map_or(Bound::Unbounded, Bound::Excluded));
    let chunks: Vec<_> = store.query(&keys).range(range).intersections().unwrap().map(Result::unwrap).collect();
    check_spans(case, &chunks);
    for (key, stored) in keys.iter().zip(&case.datasets) {
        let batches: Vec<_> = chunks.iter().map(|chunk| chunk.get(key).unwrap().clone()).collect();
        let found: Vec<Row> = from_batches(&case.columns, &batches).unwrap();
        assert_eq!(found, stored.in_range, "{}: rows of {}", case.name, stored.key);
    }
}

#[test]
fn aligned_iteration_passes_every_case() {
    let cases = cases().unwrap();
    assert_eq!(cases.len(), 93);
    cases.iter().for_each(check);
}
