//! As-of joins.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Int32Type, Int64Type};
use oups_core::{AnyKey, Durability, Store};
use oups_query::{AsOf, Direction, Error, QueryError, QueryStore};
use proptest::prelude::*;

use super::{batch, dataset, numbers, store_of, write};

fn key(store: &Store<AnyKey>, path: &str) -> AnyKey {
    store.parse_key(path).unwrap()
}

/// The numbers of the matches in a column.
fn matches(join: AsOf<AnyKey>, column: &str) -> Vec<Option<i64>> {
    let mut found = Vec::new();
    for batch in join.batches().unwrap() {
        let batch = batch.unwrap();
        found.extend(batch.column_by_name(column).unwrap().as_primitive::<Int64Type>());
    }
    found
}

#[test]
fn the_newest_row_that_is_not_after_it() {
    let (_folder, store) = store_of("name:str");
    write(&store, "left", &[1, 3, 3, 5, 9], 2);
    write(&store, "right", &[2, 3, 3, 6, 7], 2);
    let (left, right) = (key(&store, "left"), key(&store, "right"));
    let join = || store.asof(&left).right(&right);
    let n = "right.n";
    assert_eq!(matches(join(), n), [None, Some(2), Some(2), Some(2), Some(4)]);
    assert_eq!(matches(join().strict(), n), [None, Some(0), Some(0), Some(2), Some(4)]);
    assert_eq!(matches(join().tolerance(1), n), [None, Some(2), Some(2), None, None]);
    let forward = || join().direction(Direction::Forward);
    assert_eq!(matches(forward(), n), [Some(0), Some(1), Some(1), Some(3), None]);
    assert_eq!(matches(forward().strict(), n), [Some(0), Some(3), Some(3), Some(3), None]);
    assert_eq!(matches(forward().tolerance(0), n), [None, Some(1), Some(1), None, None]);
    assert_eq!(matches(join().range(4..8), n), [Some(2)]);
    let late = join().filter(["n"], |rows| {
        let numbers = rows.column(0).as_primitive::<Int64Type>();
        Ok(numbers.iter().map(|n| n.map(|n| n >= 3)).collect())
    });
    assert_eq!(matches(late, n), [Some(2), Some(4)]);
}

fn floats(values: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from_iter_values(values.iter().copied()))
}

#[test]
fn the_zeros_are_one_number() {
    let (_folder, store) = store_of("name:str");
    let put = |name: &str, at: &[f64]| {
        let rows = numbers_from_0(at.len());
        let batch = RecordBatch::try_from_iter([("p", floats(at)), ("n", rows)]).unwrap();
        let dataset = dataset(&store, name);
        let write = dataset.write(batch).ordered_on("p").row_group_target(1);
        write.durability(Durability::Unsynced).commit().unwrap();
        key(&store, name)
    };
    let [minus, plus, both] = [("minus", &[-1.0, -0.0][..]), ("plus", &[0.0, 1.0]), ("both", &[-1.0, -0.0, 0.0, 1.0])]
        .map(|(n, p)| put(n, p));
    let of = |left: &AnyKey, right: &AnyKey| store.asof(left).right_as(right, "r.");
    let n = "r.n";
    assert_eq!(matches(of(&minus, &plus), n), [None, Some(0)]);
    assert_eq!(matches(of(&plus, &minus), n), [Some(1), Some(1)]);
    assert_eq!(matches(of(&minus, &both), n), [Some(0), Some(2)]);
    assert_eq!(matches(of(&plus, &both).strict(), n), [Some(0), Some(2)]);
    assert_eq!(matches(of(&plus, &minus).strict(), n), [Some(0), Some(1)]);
    let forward = |left, right| of(left, right).direction(Direction::Forward);
    assert_eq!(matches(forward(&plus, &minus), n), [Some(1), None]);
    assert_eq!(matches(forward(&plus, &both), n), [Some(1), Some(3)]);
    assert_eq!(matches(forward(&minus, &plus).strict(), n), [Some(0), Some(1)]);
}

fn numbers_from_0(count: usize) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(0..count as i64))
}

#[test]
fn zeros_and_nans_are_equal_in_the_columns_of_by() {
    let (_folder, store) = store_of("name:str");
    let put = |name: &str, by: &[f64]| {
        let rows = || numbers_from_0(by.len());
        let batch = RecordBatch::try_from_iter([("t", rows()), ("by", floats(by)), ("n", rows())]).unwrap();
        dataset(&store, name).write(batch).ordered_on("t").durability(Durability::Unsynced).commit().unwrap();
        key(&store, name)
    };
    let left = put("left", &[9.0, 9.0, -0.0, f64::from_bits(0xfff8_0000_0000_0001)]);
    let right = put("right", &[0.0, f64::NAN, 1.0]);
    let join = store.asof(&left).right_as(&right, "r.").by(["by"]);
    assert_eq!(matches(join, "r.n"), [None, None, Some(0), Some(1)]);
}

#[test]
fn columns_are_named_by_key_or_prefix() {
    let (_folder, store) = store_of("name:str");
    write(&store, "a", &[1], 2);
    write(&store, "b", &[1], 2);
    let (a, b) = (key(&store, "a"), key(&store, "b"));
    let names = |join: AsOf<AnyKey>| {
        let schema = arrow::array::RecordBatchReader::schema(&join.batches().unwrap());
        schema.fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(store.asof(&a).right(&b)), ["t", "n", "s", "b.t", "b.n", "b.s"]);
    let join = store.asof(&a).columns(["n"]).right_columns(["s"]).right(&b).right_as(&a, "own_");
    assert_eq!(names(join), ["n", "b.s", "own_s"]);
    assert_eq!(names(store.asof(&a).by(["s"]).right(&b)), ["t", "n", "s", "b.t", "b.n"]);
    let error = store.asof(&a).right_as(&b, "").batches().unwrap_err();
    assert!(matches!(error, Error::Query(QueryError::SameName { column }) if column == "t"));
}

#[test]
fn what_cannot_be_joined_is_refused() {
    let (_folder, store) = store_of("name:str");
    write(&store, "a", &[1], 2);
    write(&store, "b", &[1], 2);
    dataset(&store, "c").write(batch(&[1], 0)).ordered_on("s").commit().unwrap();
    let (a, b, c) = (key(&store, "a"), key(&store, "b"), key(&store, "c"));
    let error = |join: AsOf<AnyKey>| join.batches().unwrap_err();
    assert!(matches!(error(store.asof(&a).right(&c)), Error::Query(QueryError::OrderedColumns { .. })));
    assert_eq!(
        error(store.asof(&a).right(&b).tolerance("5min")).to_string(),
        "the tolerance on column `t` (Int64) must be a whole number: the ordered column has no unit of time, not `5min`"
    );
    let by = store.asof(&a).right(&b).by(["s"]).direction(Direction::Forward);
    assert!(matches!(error(by.clone()), Error::Query(QueryError::Tolerance { .. })));
    assert!(by.tolerance(1).batches().is_ok());
    assert!(matches!(error(store.asof(&a).right(&b).by(["x"])), Error::UnknownColumn { .. }));
    let error = error(store.asof(&a).right(key(&store, "d")));
    assert!(matches!(error, Error::NoDataset { .. }));
}

#[test]
fn dictionaries_and_texts_are_equal_groups() {
    let (_folder, store) = store_of("name:str");
    let rows = |times: Vec<i64>, groups: ArrayRef| {
        let times: ArrayRef = Arc::new(Int64Array::from(times));
        RecordBatch::try_from_iter([("t", times.clone()), ("g", groups), ("v", times)]).unwrap()
    };
    let texts: DictionaryArray<Int32Type> = [Some("x"), None, Some("y")].into_iter().collect();
    let left = rows(vec![5, 6, 7], Arc::new(texts));
    let right = rows(vec![1, 2, 3, 9], Arc::new(StringArray::from(vec![Some("x"), None, Some("x"), Some("y")])));
    for (path, rows) in [("l", left), ("r", right)] {
        dataset(&store, path).write(rows).ordered_on("t").durability(Durability::Unsynced).commit().unwrap();
    }
    let join = store.asof(&key(&store, "l")).right(key(&store, "r")).by(["g"]);
    assert_eq!(matches(join.clone(), "r.v"), [Some(3), Some(2), None]);
    assert_eq!(matches(join.direction(Direction::Forward).tolerance(2), "r.v"), [None, None, Some(9)]);
}

#[test]
fn sparse_rows_of_a_dense_dataset_skip_its_row_groups() {
    let (folder, store) = store_of("name:str");
    write(&store, "left", &[5, 90_000], 10);
    write(&store, "right", &(0..100_000).collect::<Vec<_>>(), 10_000);
    // Row groups that no left row needs are not opened, so their files may be missing.
    for at in 2..8 {
        let file = dataset(&store, "right").snapshot().unwrap().row_groups()[at].file_name().to_owned();
        std::fs::write(folder.path().join("right").join(&*file), b"no row group").unwrap();
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let join = store.asof(&key(&store, "left")).right(key(&store, "right"));
    assert_eq!(pool.install(|| matches(join, "right.n")), [Some(5), Some(90_000)]);
}

#[test]
fn memory_of_matches_is_copied_together() {
    let (_folder, store) = store_of("name:str");
    write(&store, "left", &(0..400).map(|at| at * 1000).collect::<Vec<_>>(), 100);
    write(&store, "right", &(0..400_000).collect::<Vec<_>>(), 200_000);
    let join = store.asof(&key(&store, "left")).right(key(&store, "right")).strict();
    let expected: Vec<_> = (0..400i64).map(|at| (at > 0).then_some(at * 1000 - 1)).collect();
    assert_eq!(matches(join, "right.n"), expected);
}

#[test]
fn writers_do_not_disturb_a_join() {
    let (_folder, store) = store_of("name:str");
    write(&store, "left", &[1, 2, 3, 4], 1);
    write(&store, "right", &[1, 2, 3, 4], 1);
    let mut join = store.asof(&key(&store, "left")).right(key(&store, "right")).batches().unwrap();
    let mut found = numbers(&join.next().unwrap().unwrap(), "right.n");
    dataset(&store, "right").write(batch(&[0, 2, 4], 50)).commit().unwrap();
    store.dataset(&key(&store, "left")).unwrap().remove().commit().unwrap();
    found.extend(join.flat_map(|batch| numbers(&batch.unwrap(), "right.n")));
    assert_eq!(found, [0, 1, 2, 3]);
}

/// Times with groups, both small.
fn rows(times: &[i64], groups: &[i64]) -> RecordBatch {
    let column = |values: &[i64]| -> ArrayRef { Arc::new(Int64Array::from(values.to_vec())) };
    let numbers: Vec<i64> = (0..times.len() as i64).collect();
    let groups: ArrayRef =
        Arc::new(Int64Array::from_iter(groups.iter().take(times.len()).map(|g| (*g > 0).then_some(*g))));
    RecordBatch::try_from_iter_with_nullable([
        ("t", column(times), false),
        ("n", column(&numbers), false),
        ("g", groups, true),
    ])
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_join_is_a_search_for_each_row(
        sides in prop::collection::vec((super::properties::values(50), prop::collection::vec(0..4i64, 50), 1..15u64), 2..4),
        range in (super::properties::bound(), super::properties::bound()),
        forward in any::<bool>(),
        strict in any::<bool>(),
        by in any::<bool>(),
        tolerance in prop::option::of(0..6i64),
        batch_size in 1..20usize,
        is_wide in prop::bool::weighted(0.3),
    ) {
        // Many right datasets are read in another way than few.
        let copies = if is_wide { 17 } else { 1 };
        let tolerance = if forward && by { Some(tolerance.unwrap_or(3)) } else { tolerance };
        let (_folder, store) = store_of("name:str,number:int");
        for (at, (times, groups, target)) in sides.iter().enumerate() {
            let dataset = dataset(&store, &format!("x-{at}"));
            dataset.write(rows(times, groups)).ordered_on("t").row_group_target(*target).durability(Durability::Unsynced).commit().unwrap();
        }
        let mut join = store.asof(&key(&store, "x-0")).range(range).batch_size(batch_size);
        for at in 1..sides.len() {
            for copy in 0..copies {
                join = join.right_as(key(&store, &format!("x-{at}")), format!("r{at}_{copy}_"));
            }
        }
        join = join.direction(if forward { Direction::Forward } else { Direction::Backward });
        join = if strict { join.strict() } else { join };
        join = if by { join.by(["g"]) } else { join };
        join = match tolerance { Some(tolerance) => join.tolerance(tolerance), None => join };
        let batches: Vec<_> = join.batches().unwrap().map(Result::unwrap).collect();

        let (times, groups, _) = &sides[0];
        let wanted = super::properties::wanted(times, range);
        let own: Vec<i64> = batches.iter().flat_map(|batch| numbers(batch, "n")).collect();
        prop_assert_eq!(&own, &wanted);
        for (at, (right, right_groups, _)) in sides.iter().enumerate().skip(1) {
            let search = |n: &i64| {
                let (time, group) = (times[*n as usize], groups[*n as usize]);
                let mut rows: Box<dyn Iterator<Item = usize>> = match forward {
                    true => Box::new(0..right.len()),
                    false => Box::new((0..right.len()).rev()),
                };
                let suits = |row: &usize| {
                    let ahead = if forward { right[*row] - time } else { time - right[*row] };
                    (ahead > 0 || ahead == 0 && !strict) && (!by || right_groups[*row] == group)
                };
                rows.find(suits).filter(|row| tolerance.is_none_or(|most| (right[*row] - time).abs() <= most)).map(|row| row as i64)
            };
            let expected: Vec<Option<i64>> = wanted.iter().map(search).collect();
            let name = format!("r{at}_{}_n", copies - 1);
            let found: Vec<Option<i64>> = batches.iter().flat_map(|batch| batch.column_by_name(&name).unwrap().as_primitive::<Int64Type>().iter().collect::<Vec<_>>()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
