//! Reads of snapshots that the caller holds, and reads that the caller stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use oups_core::{AnyKey, Error, KeyFilter, Moment, Store, Together};
use oups_query::Aggregate::{Count, Last};
use oups_query::QueryStore;

use super::{batch, dataset, numbers, store_of, write};

fn keys(store: &Store<AnyKey>, names: &[&str]) -> Vec<AnyKey> {
    names.iter().map(|name| store.parse_key(name).unwrap()).collect()
}

#[test]
fn of_what_is_held_the_keys_and_the_filter_choose() {
    let (_folder, store) = store_of("name:str");
    for name in ["a", "b", "c"] {
        write(&store, name, &[1, 2, 3], 2);
    }
    let (_, held) = store.snapshots_where(KeyFilter::all(), Together::default()).unwrap();
    dataset(&store, "a").write(batch(&[4], 3)).commit().unwrap();
    dataset(&store, "b").remove().commit().unwrap();
    write(&store, "d", &[1], 2);

    let counts = |found: Vec<(AnyKey, u64)>| -> Vec<String> {
        found.iter().map(|(key, rows)| format!("{key}: {rows}")).collect()
    };
    let of = |names: &[&str]| store.query(keys(&store, names)).at(held.clone());
    assert_eq!(counts(of(&["c", "a", "b"]).counts().unwrap()), ["c: 3", "a: 3", "b: 3"]);
    let filter = |condition: &str| KeyFilter::parse(store.schema(), [condition]).unwrap();
    let passing = |condition| store.query_where(filter(condition)).at(held.clone());
    assert_eq!(counts(passing("name=?").counts().unwrap()), ["a: 3", "b: 3", "c: 3"]);
    assert_eq!(counts(passing("name=b").counts().unwrap()), ["b: 3"]);
    assert!(counts(passing("name=d").counts().unwrap()).is_empty());
    // The last word counts.
    let newest = store.query(keys(&store, &["a"])).at(held.clone()).independently();
    assert_eq!(counts(newest.counts().unwrap()), ["a: 4"]);
    let held_again = store.query(keys(&store, &["a"])).at_one_moment(Duration::ZERO).at(held.clone());
    assert_eq!(counts(held_again.counts().unwrap()), ["a: 3"]);
    let absent = of(&["a", "d"]).counts().unwrap_err();
    assert!(matches!(absent, Error::NoDataset { dataset, .. } if dataset == "d"));
}

#[test]
fn a_join_of_what_is_held_sees_no_later_row_and_tells_its_moment() {
    let (_folder, store) = store_of("name:str");
    write(&store, "left", &[1, 3, 5], 2);
    write(&store, "right", &[2, 4], 2);
    let found = keys(&store, &["right", "left"]);
    let held = store.snapshots(&found).unwrap();
    dataset(&store, "right").write(batch(&[3, 5], 10)).commit().unwrap();

    let join = || store.asof(&found[1]).right(&found[0]).right_columns(["n"]).range(3..);
    let numbers = |held| {
        let batches = join().at(held).batches().unwrap();
        (batches.moment(), batches.flat_map(|batch| numbers(&batch.unwrap(), "right.n")).collect::<Vec<_>>())
    };
    assert_eq!(numbers(held.clone()), (Moment::Exact, vec![0, 1]));
    let one_by_one: Vec<_> = held.into_iter().collect();
    assert_eq!(numbers(one_by_one.into()), (Moment::GroupsWhole, vec![0, 1]));
}

/// A question that is answered with `true` from the given time on.
fn from(time: usize) -> (Arc<AtomicUsize>, impl Fn() -> bool + Send + Sync + 'static) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    (asked, move || count.fetch_add(1, Ordering::Relaxed) + 1 >= time)
}

#[test]
fn a_read_is_stopped_long_before_its_first_row() {
    let (_folder, store) = store_of("name:str");
    write(&store, "x", &(0..4000).collect::<Vec<_>>(), 10);
    let all = || store.query_where(KeyFilter::all());

    // One period, whose row comes behind the last row.
    let (asked, stop) = from(usize::MAX);
    let rows = all().resample(100_000).aggregate("n", [Last, Count]).stop_when(stop).batches().unwrap();
    assert_eq!(rows.map(|rows| rows.unwrap().num_rows()).sum::<usize>(), 1);
    let needed = asked.load(Ordering::Relaxed);
    assert!(needed >= 400, "asked {needed} times");

    let (asked, stop) = from(20);
    let mut rows = all().resample(100_000).aggregate("n", [Last, Count]).stop_when(stop).batches().unwrap();
    let stopped = rows.next_batch().unwrap_err();
    assert!(matches!(stopped, Error::Stopped { dataset, by: None } if dataset == "x"));
    assert_eq!(asked.load(Ordering::Relaxed), 20);
    assert!(rows.next_batch().unwrap().is_none());
}

#[test]
fn a_join_is_stopped_while_it_looks_for_a_match() {
    let (_folder, store) = store_of("name:str");
    write(&store, "left", &[100_000], 10);
    write(&store, "right", &(0..4000).collect::<Vec<_>>(), 10);
    let found = keys(&store, &["left", "right"]);
    // The last row of each group may lie anywhere before, so that all are read.
    let join = || store.asof(&found[0]).right(&found[1]).by(["s"]);
    for stop_at in [1, 2, 30] {
        let (asked, stop) = from(stop_at);
        let mut rows = join().stop_when(stop).batches().unwrap();
        assert!(matches!(rows.next_batch(), Err(Error::Stopped { .. })));
        assert_eq!(asked.load(Ordering::Relaxed), stop_at);
    }
    // Of many right datasets each is read in blocks.
    let join = (0..20).fold(join(), |join, at| join.right_as(&found[1], format!("{at}.")));
    let (asked, stop) = from(30);
    assert!(matches!(join.stop_when(stop).batches().unwrap().next_batch(), Err(Error::Stopped { .. })));
    assert!(asked.load(Ordering::Relaxed) >= 30);
}
