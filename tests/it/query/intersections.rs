//! Several datasets walked together.

use std::ops::Bound;

use oups_core::{AnyKey, Durability, Store};
use oups_query::{Chunk, Intersections, QueryStore};

use super::{batch, numbers, store_of, write};

fn keys<const N: usize>(store: &Store<AnyKey>, paths: [&str; N]) -> [AnyKey; N] {
    paths.map(|path| store.parse_key(path).unwrap())
}

/// Span and times of each key, chunk by chunk.
fn picture(chunks: Intersections<AnyKey>) -> String {
    let line = |chunk: Chunk<AnyKey>| {
        let (start, end) = (chunk.start_text().unwrap_or_default(), chunk.end_text().unwrap_or_default());
        let rows = chunk.iter().map(|(key, batch)| format!("{key}: {:?}", numbers(batch, "t")));
        format!("{start}..{end}  {}\n", rows.collect::<Vec<_>>().join("  "))
    };
    chunks.map(|chunk| line(chunk.unwrap())).collect()
}

#[test]
fn chunks_follow_the_densest_dataset() {
    let (_folder, store) = store_of("name:str");
    write(&store, "dense", &(0..12).collect::<Vec<_>>(), 2);
    write(&store, "sparse", &[1, 5, 11], 100);
    let chunks = store.query(keys(&store, ["dense", "sparse"])).range(1..).intersections().unwrap();
    insta::assert_snapshot!(picture(chunks), @r"
    1..4  dense: [1, 2, 3]  sparse: [1]
    4..8  dense: [4, 5, 6, 7]  sparse: [5]
    8..  dense: [8, 9, 10, 11]  sparse: [11]
    ");
}

#[test]
fn equal_values_are_in_one_chunk() {
    let (_folder, store) = store_of("name:str");
    write(&store, "a", &[1, 5, 5, 5, 5, 5, 5, 5, 5, 6, 7, 8, 9, 10], 2);
    write(&store, "b", &[5, 5, 6, 6], 1);
    let chunks = store.query(keys(&store, ["a", "b"])).intersections().unwrap();
    insta::assert_snapshot!(picture(chunks), @r"
    ..6  a: [1, 5, 5, 5, 5, 5, 5, 5, 5]  b: [5, 5]
    6..9  a: [6, 7, 8]  b: [6, 6]
    9..  a: [9, 10]  b: []
    ");
}

#[test]
fn every_chunk_has_every_key_and_no_other() {
    let (_folder, store) = store_of("name:str");
    for (path, times) in [("a", &[1, 2, 3][..]), ("b", &[]), ("c", &[100])] {
        write(&store, path, times, 1);
    }
    let [a, b, c] = keys(&store, ["a", "b", "c"]);
    let chunks = store.query([&c, &b, &a]).range(..50).columns(["s", "n"]).intersections().unwrap();
    let chunks: Vec<_> = chunks.map(Result::unwrap).collect();
    assert_eq!(chunks.len(), 2);
    for chunk in &chunks {
        assert_eq!(chunk.keys(), [c.clone(), b.clone(), a.clone()]);
        assert_eq!(chunk.get(&b).unwrap(), &batch(&[], 0).project(&[2, 1]).unwrap());
        assert!(chunk.get(&store.parse_key("d").unwrap()).is_none());
    }
    assert_eq!(chunks[0].start(), Bound::Unbounded);
    assert_eq!(chunks[1].end_text().as_deref(), Some("50"));
    assert_eq!(chunks[0].rows() + chunks[1].rows(), 3);
}

#[test]
#[expect(clippy::reversed_empty_ranges, reason = "that it holds nothing is the point")]
fn no_rows_means_no_chunks() {
    let (_folder, store) = store_of("name:str");
    write(&store, "a", &[1, 100], 10);
    write(&store, "b", &[], 10);
    let pair = keys(&store, ["a", "b"]);
    assert_eq!(store.query(&pair).range(40..50).intersections().unwrap().count(), 0, "a gap inside of a row group");
    assert_eq!(store.query(&pair).range(50..40).intersections().unwrap().count(), 0);
    assert_eq!(store.query(&pair[1..]).intersections().unwrap().count(), 0);
    assert_eq!(store.query(Vec::<AnyKey>::new()).intersections().unwrap().count(), 0);
}

#[test]
fn more_datasets_than_files_may_stay_open() {
    let (_folder, store) = store_of("name:str,number:int");
    let wide: Vec<_> = (0..140).map(|number| store.parse_key(&format!("k-{number}")).unwrap()).collect();
    for (number, key) in wide.iter().enumerate() {
        let times: Vec<i64> = (0..6).map(|at| at * 10 + number as i64 % 7).collect();
        let target = if number % 2 == 0 { 1 } else { 10 };
        let dataset = store.dataset(key).unwrap();
        dataset
            .write(batch(&times, 0))
            .ordered_on("t")
            .row_group_target(target)
            .durability(Durability::Unsynced)
            .commit()
            .unwrap();
    }
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let chunks = store.query(&wide).intersections().unwrap();
        let chunks: Vec<_> = pool.install(|| chunks.map(Result::unwrap).collect());
        assert!(chunks.len() > 2, "{} chunks", chunks.len());
        for key in &wide {
            let found: Vec<i64> = chunks.iter().flat_map(|chunk| numbers(chunk.get(key).unwrap(), "n")).collect();
            assert_eq!(found, [0, 1, 2, 3, 4, 5], "{key}");
        }
    }
}

#[test]
fn writers_do_not_disturb_a_walk() {
    let (_folder, store) = store_of("name:str");
    let dataset = write(&store, "a", &[1, 2, 3, 4, 5, 6, 7, 8], 1);
    let [key] = keys(&store, ["a"]);
    let mut chunks = store.query([&key]).intersections().unwrap();
    let mut found = numbers(chunks.next().unwrap().unwrap().get(&key).unwrap(), "t");
    dataset.write(batch(&[1, 2, 3, 4, 5, 6, 7, 8], 50)).duplicates_on(["t"]).commit().unwrap();
    store.dataset(&key).unwrap().remove().commit().unwrap();
    found.extend(chunks.flat_map(|chunk| numbers(chunk.unwrap().get(&key).unwrap(), "t")));
    assert_eq!(found, [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn chunks_can_be_made_in_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Intersections<AnyKey>>();
    is_send::<Chunk<AnyKey>>();
    is_send::<oups_query::Batches>();
}
