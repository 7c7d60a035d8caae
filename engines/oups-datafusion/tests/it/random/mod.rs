//! Random queries over random stores, against DuckDB over the same rows, against the library's own reading, and in sessions of
//! all sorts.
//!
//! A failure names the number of its stores and the seed of its query, which make it again. They are added to `seeds.rs`.
//!
//! | variable | |
//! |---|---|
//! | `OUPS_DUCKDB_PYTHON` | the interpreter of Python that has DuckDB, which then must be there; without it `python3` is tried, and the test skipped if it has none |
//! | `OUPS_RANDOM_QUERIES` | how many queries; 2,000 unless set |
//! | `OUPS_RANDOM_FIRST` | the number of the first stores, for other queries than those of every run; 0 unless set |
//! | `OUPS_RANDOM_ONLY` | one query alone, as `NUMBER:SEED` |

mod aggregates;
mod cell;
mod chance;
mod columns;
mod compare;
mod duckdb;
mod expressions;
mod forms;
mod generate;
mod history;
mod kind;
mod query;
mod reading;
mod run;
mod scope;
mod seeds;
mod sessions;
mod shrink;
mod sources;
mod store;
mod to_sql;
mod windows;

use std::future::Future;
use std::sync::Arc;

use duckdb::{DuckDb, Python};
use run::Reference;
use seeds::{FAILED, FAILED_READS, Work, work};
use store::Stores;

/// So many stores are worked on at once: on two processors, one is always computing.
const AT_ONCE: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_have_the_answers_of_duckdb() {
    let Some(python) = Python::with_duckdb() else {
        println!("skipped: python3 has no module duckdb; let OUPS_DUCKDB_PYTHON name an interpreter that has it");
        return;
    };
    let duckdb = DuckDb::start(&python);
    let failures = of_each(work(FAILED, 100, 100), move |number, seeds| {
        let duckdb = duckdb.clone();
        async move {
            let (stores, database) = made(number, Some(duckdb)).await;
            let reference = Reference::of(&stores, database);
            run::failures("queries_have_the_answers_of_duckdb", &stores, &reference, &[sessions::ours(&stores)], &seeds)
                .await
        }
    });
    tell(failures.await);
}

/// With DuckDB's answers where it is there, else with those of our session.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_have_the_same_answers_in_sessions_of_all_sorts() {
    let duckdb = Python::with_duckdb().map(|python| DuckDb::start(&python));
    let failures = of_each(work(FAILED, 10, 20), move |number, seeds| {
        let duckdb = duckdb.clone();
        async move {
            let (stores, database) = made(number, duckdb).await;
            let reference = Reference::of(&stores, database);
            let test = "queries_have_the_same_answers_in_sessions_of_all_sorts";
            run::failures(test, &stores, &reference, &sessions::others(&stores), &seeds).await
        }
    });
    tell(failures.await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_have_the_same_answers_as_queries() {
    let failures = of_each(work(FAILED_READS, 15, 15), |number, seeds| async move {
        let (stores, _) = made(number, None).await;
        let session = sessions::ours(&stores);
        reading::failures("reads_have_the_same_answers_as_queries", stores, &session.context, seeds).await
    });
    tell(failures.await);
}

/// Stores, and their rows in DuckDB.
async fn made(number: u64, duckdb: Option<Arc<DuckDb>>) -> (Arc<Stores>, Option<duckdb::Database>) {
    let made = tokio::task::spawn_blocking(move || {
        let stores = Arc::new(Stores::of(number));
        let database = duckdb.map(|duckdb| duckdb.database(&stores));
        (stores, database)
    });
    made.await.unwrap()
}

/// Does each piece of work, several at once; the outcomes together.
async fn of_each<F>(work: Work, mut of: impl FnMut(u64, Vec<u64>) -> F) -> Vec<String>
where
    F: Future<Output = Vec<String>> + Send + 'static,
{
    let (mut running, mut outcomes) = (tokio::task::JoinSet::new(), Vec::new());
    for (number, seeds) in work {
        if running.len() >= AT_ONCE {
            outcomes.extend(running.join_next().await.transpose().unwrap().unwrap_or_default());
        }
        running.spawn(of(number, seeds));
    }
    outcomes.extend(running.join_all().await.into_iter().flatten());
    outcomes
}

fn tell(failures: Vec<String>) {
    const MOST: usize = 10;
    let shown = failures.iter().take(MOST).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(failures.is_empty(), "{} queries went wrong\n\n{shown}", failures.len());
}
