//! An option that the final method of a read does not take is refused, never ignored.

use oups_core::{AnyKey, ErrorKind};
use oups_query::{Error, Query, QueryError, QueryStore, ReadDataset, Result, Scan};

use super::{store_of, write};

const OPTIONS: [&str; 5] = ["columns", "limit", "reverse", "batch_size", "without_keys"];

type Verb<R> = (&'static str, fn(R) -> Result<()>, &'static [&'static str]);

/// Each final method of a scan, and the options that it does not take.
const OF_SCAN: [Verb<Scan>; 7] = [
    ("batches", |scan| scan.batches().map(drop), &[]),
    ("collect", |scan| scan.collect().map(drop), &["batch_size"]),
    ("first", |scan| scan.first().map(drop), &["limit"]),
    ("last", |scan| scan.last().map(drop), &["limit"]),
    ("count", |scan| scan.count().map(drop), &["columns", "batch_size"]),
    ("explain", |scan| scan.explain().map(drop), &[]),
    ("resample", |scan| scan.resample(1).batches().map(drop), &["columns", "limit", "reverse"]),
];

/// Each final method of a query, and the options that it does not take.
const OF_QUERY: [Verb<Query<AnyKey>>; 7] = [
    ("ordered", |query| query.ordered().map(drop), &[]),
    ("explain", |query| query.explain().map(drop), &[]),
    ("intersections", |query| query.intersections().map(drop), &["limit", "reverse", "batch_size", "without_keys"]),
    ("resample", |query| query.resample(1).batches().map(drop), &["columns", "limit", "reverse"]),
    ("counts", |query| query.counts().map(drop), &OPTIONS),
    ("latest", |query| query.latest().map(drop), &["limit", "reverse", "without_keys"]),
    ("first", |query| query.first().map(drop), &["limit", "reverse", "without_keys"]),
];

fn check(verb: &str, option: &str, refused: &[&str], found: Result<()>) {
    match found {
        Ok(()) => assert!(!refused.contains(&option), "`{verb}` ignores `{option}`"),
        Err(error) => {
            assert!(refused.contains(&option), "`{verb}` does not take `{option}`: {error}");
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            let text = format!("`{verb}` does not take `{option}`: leave it out");
            assert_eq!(error.to_string(), text);
        }
    }
}

#[test]
fn what_a_scan_does_not_take_is_refused() {
    let (_folder, store) = store_of("name:str");
    let dataset = write(&store, "x", &[1, 2], 1);
    for (verb, run, refused) in OF_SCAN {
        run(dataset.scan().range(..5).matching("n < 9").verified()).unwrap();
        for option in &OPTIONS[..4] {
            let scan = dataset.scan();
            let told = match *option {
                "columns" => scan.columns(["n"]),
                "limit" => scan.limit(1),
                "reverse" => scan.reverse(),
                _ => scan.batch_size(1),
            };
            check(verb, option, refused, run(told));
        }
    }
}

#[test]
fn what_a_query_does_not_take_is_refused() {
    let (_folder, store) = store_of("name:str");
    write(&store, "x", &[1, 2], 1);
    for (verb, run, refused) in OF_QUERY {
        run(store.query_where(oups_core::KeyFilter::all()).range(..5).matching("n < 9").verified()).unwrap();
        for option in OPTIONS {
            let query = store.query_where(oups_core::KeyFilter::all());
            let told = match option {
                "columns" => query.columns(["n"]),
                "limit" => query.limit(1),
                "reverse" => query.reverse(),
                "batch_size" => query.batch_size(1),
                _ => query.without_keys(),
            };
            check(verb, option, refused, run(told));
        }
    }
}

#[test]
fn explain_of_a_query_looks_columns_up() {
    let (_folder, store) = store_of("name:str");
    write(&store, "x", &[1, 2], 1);
    let query = |columns: &[&str]| store.query_where(oups_core::KeyFilter::all()).columns(columns.iter().copied());
    let error = query(&["n", "m"]).explain().unwrap_err();
    assert!(matches!(error, Error::UnknownColumn { column, .. } if column == "m"));
    let error = query(&["n", "n"]).explain().unwrap_err();
    assert!(matches!(error, Error::Query(QueryError::DuplicateColumn { column }) if column == "n"));
    assert_eq!(query(&["n"]).explain().unwrap().datasets.len(), 1);
}
