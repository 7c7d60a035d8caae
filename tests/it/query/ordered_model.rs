//! The ordered stream of random datasets, in both directions, compared with a naive sort of their rows.

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use oups_core::Durability;
use oups_query::QueryStore;
use proptest::prelude::*;

use super::properties::{bound, kind, rows, values, wanted};
use super::store_of;

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn an_ordered_stream_is_a_stable_sort(
        kind in kind(),
        datasets in prop::collection::vec((values(60), 1..20u64, any::<bool>()), 1..7),
        range in (bound(), bound()),
        batch_size in prop_oneof![1..12usize, Just(1000)],
        limit in prop::option::of(0..80u64),
        reverse in any::<bool>(),
    ) {
        let (_folder, store) = store_of("name:str,number:int");
        let mut keys = Vec::new();
        let mut expected = Vec::new();
        for (at, (values, target, has_extra)) in datasets.iter().enumerate() {
            let key = store.parse_key(&format!("x-{at}")).unwrap();
            let mut batch = rows(kind, values);
            if *has_extra {
                let columns = batch.schema().fields().iter().map(|field| field.name().clone()).zip(batch.columns().to_vec()).collect::<Vec<_>>();
                let extra = ("extra".to_owned(), batch.column(0).clone());
                batch = arrow::array::RecordBatch::try_from_iter(columns.into_iter().chain([extra])).unwrap();
            }
            store.dataset(&key).unwrap().write(batch).ordered_on("t").row_group_target(*target).durability(Durability::Unsynced).commit().unwrap();
            keys.push(key);
            expected.extend(wanted(values, range).into_iter().map(|n| (values[n as usize], at as i64, n, has_extra.then_some(n))));
        }
        expected.sort();
        if reverse {
            expected.reverse();
        }
        expected.truncate(limit.unwrap_or(u64::MAX) as usize);
        let bounds = (range.0.map(|value| kind.bound(value)), range.1.map(|value| kind.bound(value)));
        let mut query = store.query(&keys).range(bounds).batch_size(batch_size);
        if let Some(limit) = limit {
            query = query.limit(limit);
        }
        if reverse {
            query = query.reverse();
        }
        let mut found = Vec::new();
        for batch in query.ordered().unwrap() {
            let batch = batch.unwrap();
            prop_assert!((1..=batch_size).contains(&batch.num_rows()));
            let column = |name| batch.column_by_name(name).unwrap().as_primitive::<Int64Type>();
            let extra = batch.column_by_name("extra").map(|extra| extra.as_primitive::<Int64Type>().clone());
            for row in 0..batch.num_rows() {
                let extra = extra.as_ref().and_then(|extra| extra.is_valid(row).then(|| extra.value(row)));
                found.push((column("number").value(row), column("n").value(row), extra));
            }
        }
        let expected: Vec<_> = expected.into_iter().map(|(_, key, n, extra)| (key, n, extra)).collect();
        prop_assert_eq!(found, expected);
    }
}
