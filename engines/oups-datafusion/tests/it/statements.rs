//! One statement, one version; and one moment for all its datasets.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int64Type;
use oups::{AnyKey, Dataset, ErrorKind, Moment, Store};
use oups_datafusion::{error_of, moment};

use crate::support::{attached, dataset, hours, number, refusal, rows, store, try_rows, write};

/// Appends the next hours to datasets in turn, until it is told to stop.
struct Appending {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Appending {
    fn to(datasets: Vec<Dataset>, pause: std::time::Duration) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let mut hour = 1;
            while !stopped.load(Ordering::Relaxed) {
                for dataset in &datasets {
                    let write = dataset.write(hours([hour])).ordered_on("hour").row_group_target(1000);
                    write.durability(oups::Durability::Unsynced).commit().unwrap();
                }
                hour += 1;
                std::thread::sleep(pause);
            }
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Appending {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let ended = self.thread.take().map(std::thread::JoinHandle::join);
        assert!(std::thread::panicking() || ended.is_some_and(|ended| ended.is_ok()), "a writer panicked");
    }
}

fn two() -> (tempfile::TempDir, Store<AnyKey>, Vec<Dataset>) {
    let (folder, store) = store("city:str");
    for key in ["a", "b"] {
        write(&store, key, hours([0]), 1000);
    }
    let datasets = vec![dataset(&store, "a"), dataset(&store, "b")];
    (folder, store, datasets)
}

async fn numbers(ctx: &datafusion::prelude::SessionContext, text: &str) -> Vec<i64> {
    let rows = rows(ctx, text).await;
    rows.columns().iter().map(|column| column.as_primitive::<Int64Type>().value(0)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dataset_that_is_named_twice_is_read_at_one_version_in_any_session() {
    let (_folder, store, datasets) = two();
    let ctx = attached(&store);
    let writer = Appending::to(datasets, std::time::Duration::ZERO);
    let twice = "select (select count(hour) from store.a where hour >= 0) a, (select count(hour) from store.a where hour > -1) b";
    let all = "select (select count(value) from store) a, (select count(value) from store where hour > -1) b,
        (select count(value) from store.a) + (select count(value) from store.b) c";
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..40 {
        // The context's own function plans once, and even so each dataset has one version.
        let frame = ctx.sql(twice).await.unwrap().collect().await.unwrap();
        let counts: Vec<i64> =
            frame[0].columns().iter().map(|column| column.as_primitive::<Int64Type>().value(0)).collect();
        assert_eq!(counts[0], counts[1]);
        seen.insert(counts[0]);
        let counts = numbers(&ctx, all).await;
        assert!(counts[0] == counts[1] && counts[1] == counts[2], "{counts:?}");
    }
    drop(writer);
    assert!(seen.len() > 1, "the writer never came between two statements");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_first_is_seen_with_what_was_written_second() {
    let (_folder, store, datasets) = two();
    let ctx = attached(&store);
    let writer = Appending::to(datasets, std::time::Duration::from_millis(2));
    let newest = "select (select max(hour) from store.a) a, (select max(hour) from store.b) b";
    let mut exact = 0;
    for _ in 0..60 {
        let frame = oups_datafusion::sql(&ctx, newest).await.unwrap();
        let rows = frame.clone().collect().await.unwrap();
        let [a, b] = [0, 1].map(|column| rows[0].column(column).as_primitive::<Int64Type>().value(0));
        if moment(&frame) == Moment::Exact {
            assert!(a == b || a == b + 1, "a at {a}, b at {b}");
            exact += 1;
        }
    }
    drop(writer);
    assert!(exact > 0, "no moment was found in 60 statements");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moment_that_is_not_found_is_told_and_one_that_is_demanded_is_an_error() {
    let (_folder, store, datasets) = two();
    let ctx = attached(&store);
    let newest = "select (select max(hour) from store.a) a, (select max(hour) from store.b) b";
    let frame = oups_datafusion::sql(&ctx, newest).await.unwrap();
    frame.clone().collect().await.unwrap();
    assert_eq!(moment(&frame), Moment::Exact);
    // Each dataset by a writer of its own that never pauses.
    let writers: Vec<_> =
        datasets.into_iter().map(|dataset| Appending::to(vec![dataset], std::time::Duration::ZERO)).collect();
    ctx.sql("set oups.one_moment = '1ms'").await.unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        match try_rows(&ctx, newest).await {
            Err(error) => {
                assert_eq!(error_of(&error).map(oups::Error::kind), Some(ErrorKind::Busy), "{error}");
                break;
            }
            Ok(_) => assert!(std::time::Instant::now() < deadline, "writers always paused"),
        }
    }
    drop(writers);
    ctx.sql("set oups.one_moment = '10s'").await.unwrap();
    try_rows(&ctx, newest).await.unwrap();
    assert!(refusal(&ctx, "set oups.one_moment = '5'").await.contains("is not a time"));
}

#[tokio::test]
async fn a_statement_that_is_executed_twice_reads_the_same_twice() {
    let (_folder, store, _) = two();
    let ctx = attached(&store);
    let frame = oups_datafusion::sql(&ctx, "select count(value) from store where hour >= 0").await.unwrap();
    let first = frame.clone().collect().await.unwrap();
    write(&store, "a", hours([5]), 10);
    assert_eq!(frame.clone().collect().await.unwrap(), first);
    assert_eq!(number(&ctx, "select count(value) from store where hour >= 0").await, 3);
}

#[tokio::test]
async fn a_dataset_that_comes_between_two_scans_of_a_statement_is_in_none() {
    let (_folder, store, _) = two();
    let ctx = attached(&store);
    let text = "select l.hour from store l join store r on l.hour = r.hour";
    let frame = oups_datafusion::sql(&ctx, text).await.unwrap();
    write(&store, "c", hours([0]), 10);
    assert_eq!(frame.count().await.unwrap(), 4);
    assert_eq!(oups_datafusion::sql(&ctx, text).await.unwrap().count().await.unwrap(), 9);
}

#[tokio::test]
async fn prepared_statements_and_views_read_what_is_there_when_they_are_executed() {
    let (_folder, store, _) = two();
    let ctx = attached(&store);
    try_rows(&ctx, "prepare newest(varchar) as select max(hour) from store where city = $1").await.unwrap();
    assert_eq!(number(&ctx, "execute newest('a')").await, 0);
    write(&store, "a", hours([5]), 10);
    assert_eq!(number(&ctx, "execute newest('a')").await, 5);
    assert_eq!(number(&ctx, "execute newest('b')").await, 0);
}

#[tokio::test]
async fn a_column_that_has_changed_since_a_statement_was_prepared_is_told() {
    let (_folder, store, _) = two();
    let ctx = attached(&store);
    try_rows(&ctx, "prepare all_rows as select hour, value from store").await.unwrap();
    let wider = {
        let rows = hours([7]);
        let hour = rows.column(0).clone();
        crate::support::batch(&[("hour", hour.clone()), ("value", rows.column(1).clone()), ("more", hour)])
    };
    dataset(&store, "a").write(wider).evolve_schema().commit().unwrap();
    // A column that came is no matter.
    assert_eq!(rows(&ctx, "execute all_rows").await.num_rows(), 3);
    dataset(&store, "b").remove().commit().unwrap();
    let text = datafusion::arrow::array::StringArray::from(vec!["x"]);
    let hour = hours([1]).column(0).clone();
    write(&store, "b", crate::support::batch(&[("hour", hour), ("value", Arc::new(text))]), 10);
    let error = refusal(&ctx, "execute all_rows").await;
    assert!(error.contains("value"), "{error}");
}
