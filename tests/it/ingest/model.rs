//! Random ingests, compared with one write for each key.

use std::collections::BTreeMap;

use oups::Keep;
use proptest::prelude::*;

use super::{Row, all, batch, measure, store, stored};

/// Rows of a few keys, sorted for each of them but mixed.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((1u32..6, 0i64..4, 0i64..5), 0..150).prop_map(|steps| {
        let mut time = BTreeMap::new();
        let row = |(station, step, value)| {
            let time = time.entry(station).or_insert(0);
            *time += step;
            (station, Some(*time), value)
        };
        steps.into_iter().map(row).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn an_ingest_is_a_write_for_each_key(
        rounds in prop::collection::vec(rows(), 1..3),
        batch_rows in 1usize..60,
        limit in prop::sample::select(vec![0usize, 4 << 10, 64 << 20]),
        target in prop::sample::select(vec![3u64, 20, 1_000_000]),
        first in any::<bool>(),
    ) {
        let ((_a, ingested_store), (_b, written_store)) = (store(), store());
        for rows in &rounds {
            let batches: Vec<_> = rows.chunks(batch_rows).map(batch).collect();
            let keep = || if first { Keep::First } else { Keep::Last };
            let ingest = ingested_store.ingest(batches).ordered_on("time").row_group_target(target);
            let ingested = ingest.duplicates_on(["value"]).keep(keep()).memory_limit(limit).commit().unwrap();

            let mut by_key: BTreeMap<_, Vec<Row>> = BTreeMap::new();
            rows.iter().for_each(|row| by_key.entry(measure(row.0)).or_default().push(*row));
            let keys: Vec<_> = ingested.iter().map(|done| done.key.clone().unwrap()).collect();
            prop_assert_eq!(keys, by_key.keys().cloned().collect::<Vec<_>>());
            for ((key, rows), done) in by_key.iter().zip(&ingested) {
                let dataset = written_store.dataset(key).unwrap();
                let write = dataset.write(stored(rows)).ordered_on("time").row_group_target(target);
                let written = write.duplicates_on(["value"]).keep(keep()).commit().unwrap();
                prop_assert_eq!(done.rows, rows.len() as u64);
                let mut found = done.result.as_ref().unwrap().clone();
                prop_assert_eq!(found.version.commit(), written.version.commit());
                // Each commit has a draw of its own, so it is not compared.
                found.version = written.version;
                prop_assert_eq!(found, written);
            }
        }
        prop_assert_eq!(ingested_store.layout().unwrap(), written_store.layout().unwrap());
        for key in written_store.keys(..).unwrap() {
            let rows = |store: &oups::Store<super::Measure>| all(&store.dataset(&key).unwrap());
            prop_assert_eq!(rows(&ingested_store), rows(&written_store));
        }
    }
}
