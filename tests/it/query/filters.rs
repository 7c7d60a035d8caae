//! Scans with conditions, limits and directions, compared with a naive walk over the rows.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::thread;

use arrow::array::{ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;
use oups_core::{Dataset, Durability};
use oups_query::{Error, QueryError, ReadDataset};
use proptest::prelude::*;

use super::store_of;

/// A row: time, number, float, text, flag.
type Row = (i64, Option<i64>, Option<f64>, Option<String>, Option<bool>);

fn batch(rows: &[Row]) -> RecordBatch {
    let columns: [(&str, ArrayRef, bool); 6] = [
        ("t", Arc::new(rows.iter().map(|row| Some(row.0)).collect::<Int64Array>()), false),
        ("n", Arc::new(rows.iter().map(|row| row.1).collect::<Int64Array>()), true),
        ("f", Arc::new(rows.iter().map(|row| row.2).collect::<Float64Array>()), true),
        ("s", Arc::new(rows.iter().map(|row| row.3.clone()).collect::<StringArray>()), true),
        ("b", Arc::new(rows.iter().map(|row| row.4).collect::<BooleanArray>()), true),
        ("at", Arc::new(Int64Array::from_iter_values(0..rows.len() as i64)), false),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn store(dataset: &Dataset, rows: &[Row], target: u64) {
    let write = dataset.write(batch(rows)).ordered_on("t").row_group_target(target);
    write.durability(Durability::Unsynced).commit().unwrap();
}

fn row() -> impl Strategy<Value = (i64, Option<i64>, Option<f64>, Option<String>, Option<bool>)> {
    let floats = prop_oneof![Just(-0.0), Just(0.0), Just(f64::NAN), Just(f64::INFINITY), Just(1.5), Just(-2.0)];
    let texts = prop_oneof![Just("oslo"), Just("rome"), Just("o'x"), Just("Ob%"), Just("")].prop_map(str::to_owned);
    (0..3i64, prop::option::of(-3..4i64), prop::option::of(floats), prop::option::of(texts), any::<Option<bool>>())
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    if a == Some(false) || b == Some(false) { Some(false) } else { Some(a? && b?) }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    and(a.map(|a| !a), b.map(|b| !b)).map(|both| !both)
}

/// The meaning of a condition, written by hand.
type Meaning = fn(&Row) -> Option<bool>;
const CONDITIONS: &[(&str, Meaning)] = &[
    ("n > 1", |r| Some(r.1? > 1)),
    ("n >= 1.5", |r| Some(r.1? >= 2)),
    ("-1 = n", |r| Some(r.1? == -1)),
    ("n <> 0", |r| Some(r.1? != 0)),
    ("not n <> 0", |r| Some(r.1? == 0)),
    ("n in (1, 3, 2)", |r| Some((1..=3).contains(&r.1?))),
    ("n not in (1, -3)", |r| Some(r.1? != 1 && r.1? != -3)),
    ("n in (1, null)", |r| if r.1? == 1 { Some(true) } else { None }),
    ("n between -1 and 2", |r| Some((-1..=2).contains(&r.1?))),
    ("n between 2 and -1", |r| r.1.map(|_| false)),
    ("n is null", |r| Some(r.1.is_none())),
    ("n is not null", |r| Some(r.1.is_some())),
    ("n < 99999999999999999999999", |r| r.1.map(|_| true)),
    ("n = null", |_| None),
    ("f > 0", |r| Some(r.2? > 0.0)),
    ("f >= 0", |r| Some(r.2? >= 0.0)),
    ("f = 0", |r| Some(r.2? == 0.0)),
    ("f < 1.5", |r| Some(r.2? < 1.5)),
    ("f <> 1.5", |r| Some(r.2? != 1.5)),
    ("f = f", |r| Some(r.2? == r.2?)),
    ("not (f <= 0)", |r| r.2.map(|value| value > 0.0 || value.is_nan())),
    ("s = 'oslo'", |r| Some(r.3.as_deref()? == "oslo")),
    ("\"s\" = 'oslo'", |r| Some(r.3.as_deref()? == "oslo")),
    ("n = 1.0", |r| Some(r.1? == 1)),
    ("n < 1e1", |r| Some(r.1? < 10)),
    ("s = 'o''x'", |r| Some(r.3.as_deref()? == "o'x")),
    ("s > 'oslo'", |r| Some(r.3.as_deref()? > "oslo")),
    ("s like 'o%'", |r| Some(r.3.as_deref()?.starts_with('o'))),
    ("s ilike 'o%'", |r| Some(r.3.as_deref()?.to_lowercase().starts_with('o'))),
    ("s not like '%o%'", |r| Some(!r.3.as_deref()?.contains('o'))),
    ("b", |r| r.4),
    ("b = false", |r| r.4.map(|b| !b)),
    ("b is not true", |r| Some(r.4 != Some(true))),
    ("t < 4", |r| Some(r.0 < 4)),
    ("t >= 2 and t <= 6", |r| Some((2..=6).contains(&r.0))),
    ("t in (1, 5)", |r| Some(r.0 == 1 || r.0 == 5)),
    ("t = 3 or n = 1", |r| or(Some(r.0 == 3), r.1.map(|n| n == 1))),
    ("t > n", |r| Some(r.0 > r.1?)),
    ("(n > 0 or f > 0) and not b", |r| and(or(r.1.map(|n| n > 0), r.2.map(|f| f > 0.0)), r.4.map(|b| !b))),
    ("true", |_| Some(true)),
    ("null", |_| None),
];

fn numbers(batch: &RecordBatch) -> Vec<i64> {
    batch.column_by_name("at").unwrap().as_primitive::<Int64Type>().values().to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_filtered_scan_is_a_filter(
        mut rows in prop::collection::vec(row(), 0..50),
        target in 3..25u64,
        asked in prop::collection::vec((prop::collection::vec(0..CONDITIONS.len(), 0..3), any::<bool>(), any::<bool>(), prop::option::of(0..9u64), 1..9usize, 0..9i64), 14),
    ) {
        let mut time = -2;
        for row in &mut rows {
            time += row.0 / 2;
            row.0 = time;
        }
        let (_folder, stores) = store_of("name:str");
        let dataset = super::dataset(&stores, "x");
        store(&dataset, &rows, target);
        let snapshot = dataset.snapshot().unwrap();
        for (conditions, test, reverse, limit, batch_size, start) in asked {
            let holds = |row: &Row| {
                conditions.iter().all(|at| CONDITIONS[*at].1(row) == Some(true)) && (!test || row.1.is_some_and(|n| n % 2 == 0))
            };
            let mut scan = snapshot.scan().range(start - 4..);
            for at in &conditions {
                scan = scan.matching(CONDITIONS[*at].0);
            }
            if test {
                scan = scan.filter(["n"], |batch| {
                    Ok(batch.column(0).as_primitive::<Int64Type>().iter().map(|n| Some(n? % 2 == 0)).collect())
                });
            }
            let mut expected: Vec<i64> = (0..rows.len() as i64).filter(|at| rows[*at as usize].0 >= start - 4 && holds(&rows[*at as usize])).collect();
            let place = |at: Option<&i64>| at.copied();
            let one = |found: Option<RecordBatch>| found.map(|batch| numbers(&batch)[0]);
            prop_assert_eq!(one(scan.clone().batch_size(batch_size).first().unwrap()), place(expected.first()));
            prop_assert_eq!(one(scan.clone().batch_size(batch_size).last().unwrap()), place(expected.last()));
            if reverse {
                expected.reverse();
                scan = scan.reverse();
            }
            if let Some(limit) = limit {
                expected.truncate(limit as usize);
                scan = scan.limit(limit);
            }
            prop_assert_eq!(scan.clone().count().unwrap(), expected.len() as u64, "{:?}", scan);
            let whole = scan.clone().collect().unwrap();
            prop_assert_eq!(numbers(&whole), expected.clone(), "{:?}", scan);
            let picked: Vec<Row> = expected.iter().map(|at| rows[*at as usize].clone()).collect();
            prop_assert_eq!(whole.project(&[1, 2, 3, 4]).unwrap(), batch(&picked).project(&[1, 2, 3, 4]).unwrap());
            let found: Vec<i64> = scan.columns(["at"]).batch_size(batch_size).batches().unwrap().flat_map(|batch| numbers(&batch.unwrap())).collect();
            prop_assert_eq!(found, expected);
        }
    }
}

#[test]
fn what_a_condition_cannot_be_is_said_at_its_place() {
    let (_folder, stores) = store_of("name:str");
    let dataset = super::dataset(&stores, "x");
    store(&dataset, &[(0, None, None, None, None)], 10);
    let texts = [
        "n >> 3",
        "n >",
        "m > 3",
        "n > 'three'",
        "n > true",
        "s > 3",
        "b > true",
        "n",
        "3 = 3",
        "n = s",
        "n like 'x'",
        "s like 3",
        "n > 3 n",
        "(n > 3",
        "n + 1 > 3",
        "n in (select 1)",
        "s = 'x",
        "",
        "is null",
        "f > 'NaN'",
        "s = \"oslo\"",
        "t > 2024-01-01T12:00:00 and n = 1",
    ];
    let errors: Vec<String> = texts.map(|text| dataset.scan().matching(text).count().unwrap_err().to_string()).to_vec();
    insta::assert_snapshot!(errors.join("\n"));
    assert!(matches!(
        dataset.scan().matching("n > 3 and m = 1").count(),
        Err(Error::Query(QueryError::Condition { at: 11, .. }))
    ));
}

#[test]
fn threads_give_the_same_rows_and_end_with_the_iterator() {
    let (_folder, stores) = store_of("name:str");
    let times: Vec<i64> = (0..400_000).collect();
    let dataset = super::write(&stores, "x", &times, 400_000);
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let whole = |threads| pool(threads).install(|| dataset.scan().columns(["n"]).collect().unwrap());
    let expected = whole(1);
    assert_eq!(expected.num_rows(), 400_000);
    assert_eq!(whole(4), expected);
    let backward: Vec<_> =
        pool(3).install(|| dataset.scan().columns(["n"]).reverse().batches().unwrap()).map(Result::unwrap).collect();
    let backward = concat_batches(&expected.schema(), &backward).unwrap();
    assert_eq!(super::numbers(&backward, "n"), (0..400_000).rev().collect::<Vec<_>>());

    let seen = Arc::new(Mutex::new(HashSet::new()));
    let witness = seen.clone();
    let scan = dataset.scan().filter(["n"], move |batch| {
        witness.lock().unwrap().insert(thread::current().id());
        Ok(BooleanArray::from(vec![true; batch.num_rows()]))
    });
    let mut batches = pool(4).install(|| scan.batches().unwrap());
    assert!(batches.next().unwrap().is_ok());
    drop(batches);
    assert_eq!(Arc::strong_count(&seen), 1, "no thread holds the filter any more");
}

#[test]
fn a_panic_of_a_filter_is_the_callers() {
    let (_folder, stores) = store_of("name:str");
    let dataset = super::write(&stores, "x", &(0..400_000).collect::<Vec<_>>(), 400_000);
    let scan = dataset.scan().filter(["n"], |batch| match super::numbers(batch, "n").contains(&300_000) {
        true => panic!("at the third job"),
        false => Ok(BooleanArray::from(vec![true; batch.num_rows()])),
    });
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| scan.count())).is_err());
    let short = dataset.scan().filter(["n"], |_| Ok(BooleanArray::from(vec![true])));
    assert!(matches!(short.count(), Err(Error::Query(QueryError::TestLength { found: 1, .. }))));
    let float = dataset.scan().filter(["n"], |batch| {
        arrow::compute::kernels::cmp::gt(batch.column(0), &arrow::array::Scalar::new(Float64Array::from(vec![1.0])))
    });
    assert!(matches!(float.count(), Err(Error::Query(QueryError::Arrow(_)))));
}
