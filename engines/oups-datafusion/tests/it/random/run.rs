//! Queries run in two engines, and what is told of those that fail.

use std::sync::Arc;
use std::time::Duration;

use datafusion::prelude::SessionContext;

use super::cell::{self, Row};
use super::compare::{Asked, shown};
use super::duckdb::Database;
use super::generate;
use super::query::Query;
use super::seeds;
use super::sessions;
use super::shrink;
use super::store::Stores;

type Answer = Result<Vec<Row>, String>;

/// No query of these takes so long.
const DEADLINE: Duration = Duration::from_secs(120);

/// A session in which queries are to be right.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) name: String,
    pub(super) context: SessionContext,
}

/// What tells the right answers.
pub(super) enum Reference {
    DuckDb(Arc<Database>),
    Session(SessionContext),
}

/// What a query came to.
enum Outcome {
    Right,
    /// The reference does not take it: the generator should not have made it.
    Refused(String),
    Failed(String),
    Wrong {
        what: String,
        answer: Vec<Row>,
        all: Vec<Row>,
    },
}

impl Outcome {
    fn of(query: &Query, answer: Answer, all: Answer) -> Self {
        match (answer, all) {
            (_, Err(error)) => Self::Refused(error),
            (Err(error), Ok(_)) => Self::Failed(error),
            (Ok(answer), Ok(all)) => match Asked::of(query).check(&answer, &all) {
                Ok(()) => Self::Right,
                Err(what) => Self::Wrong { what, answer, all },
            },
        }
    }

    fn is_as(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// Runs the queries of seeds in sessions; the answer is what is wrong.
pub(super) async fn failures(
    test: &str,
    stores: &Stores,
    reference: &Reference,
    sessions: &[Session],
    seeds: &[u64],
) -> Vec<String> {
    let queries: Vec<Query> = seeds.iter().map(|seed| generate::query(stores, *seed)).collect();
    let (all, answers) = tokio::join!(reference.answers(queries.iter().map(Query::sql_of_all).collect()), async {
        let mut answers = Vec::new();
        for query in &queries {
            for session in sessions {
                answers.push(answer(&session.context, query.sql()).await);
            }
        }
        answers
    });
    let mut answers = answers.into_iter();
    let mut failures = Vec::new();
    for ((query, seed), all) in queries.iter().zip(seeds).zip(all) {
        for session in sessions {
            let Some(answer) = answers.next() else { continue };
            let outcome = Outcome::of(query, answer, all.clone());
            if matches!(outcome, Outcome::Right) {
                continue;
            }
            let alone = seeds::alone(test, stores.number, *seed);
            let title =
                format!("stores {}, seed {seed}, {}:\n  {}\n  {alone}", stores.number, session.name, query.sql());
            // Before it is made smaller, which may fail in its own way.
            eprintln!("{title}\n  {}", told(query, &outcome));
            // Of many, the first ones will tell.
            let is_shrunk = failures.len() < 3;
            let (smaller, outcome) = if is_shrunk {
                shrunk(query.clone(), outcome, reference, session).await
            } else {
                (query.clone(), outcome)
            };
            failures.push(format!("{title}\n  {}", told(&smaller, &outcome)));
        }
    }
    failures
}

/// The smallest query that is found to fail likewise.
async fn shrunk(mut query: Query, mut outcome: Outcome, reference: &Reference, session: &Session) -> (Query, Outcome) {
    for _ in 0..60 {
        let candidates = shrink::smaller(&query);
        let all = reference.answers(candidates.iter().map(Query::sql_of_all).collect()).await;
        let mut next = None;
        for (candidate, all) in candidates.into_iter().zip(all) {
            // What the reference does not take any more is no smaller case of what it did take.
            if all.is_err() && !matches!(outcome, Outcome::Refused(_)) {
                continue;
            }
            let answer = answer(&session.context, candidate.sql()).await;
            let found = Outcome::of(&candidate, answer, all);
            if found.is_as(&outcome) {
                next = Some((candidate, found));
                break;
            }
        }
        match next {
            Some((candidate, found)) => (query, outcome) = (candidate, found),
            None => break,
        }
    }
    (query, outcome)
}

/// What is wrong, with the query as far as it could be made smaller.
fn told(query: &Query, outcome: &Outcome) -> String {
    let sql = query.sql();
    match outcome {
        Outcome::Right => format!("right: {sql}"),
        Outcome::Refused(error) => format!("not to be generated: {}\n  {error}", query.sql_of_all()),
        Outcome::Failed(error) => format!("fails: {sql}\n  {error}"),
        Outcome::Wrong { what, answer, all } => format!(
            "{what}: {sql}\n  the answer:\n{}\n  all rows of {}:\n{}",
            shown(answer),
            query.sql_of_all(),
            shown(all)
        ),
    }
}

/// The rows of a statement. A panic is an error too.
pub(super) async fn answer(context: &SessionContext, sql: String) -> Answer {
    let context = context.clone();
    let rows = tokio::spawn(async move {
        let rows = oups_datafusion::sql(&context, &sql).await?.collect().await?;
        Ok::<_, datafusion::common::DataFusionError>(cell::rows(&rows))
    });
    match tokio::time::timeout(DEADLINE, rows).await {
        Ok(Ok(rows)) => rows.map_err(|error| error.to_string().lines().take(3).collect::<Vec<_>>().join(" ")),
        Ok(Err(error)) => Err(format!("a panic: {error}")),
        Err(_) => Err(format!("no answer in {DEADLINE:?}")),
    }
}

impl Reference {
    /// DuckDB with the rows of stores; where it is not there, our session.
    pub(super) fn of(stores: &Stores, database: Option<Database>) -> Self {
        match database {
            Some(database) => Self::DuckDb(Arc::new(database)),
            None => Self::Session(sessions::ours(stores).context),
        }
    }

    async fn answers(&self, queries: Vec<String>) -> Vec<Answer> {
        match self {
            Self::DuckDb(database) => {
                let database = database.clone();
                tokio::task::spawn_blocking(move || database.answers(&queries)).await.unwrap()
            }
            Self::Session(context) => {
                let mut answers = Vec::new();
                for query in queries {
                    answers.push(answer(context, query).await);
                }
                answers
            }
        }
    }
}
