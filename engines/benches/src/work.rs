//! The statements that are timed, with their goals.

use fastrand::Rng;
use oups::prelude::*;
use oups::{Aggregate, AnyKey, KeyFilter, QueryStore};

use crate::store::{KEYS, symbol, time_at};

/// The same by the library alone; the rows that it gives.
pub(crate) type ByLibrary = Box<dyn Fn(&Store<AnyKey>) -> anyhow::Result<u64>>;

/// A piece of work that both engines do.
pub(crate) struct Work {
    pub(crate) name: &'static str,
    /// The goal: so many times DuckDB's seconds at most.
    pub(crate) goal: f64,
    pub(crate) ours: Vec<String>,
    pub(crate) theirs: Vec<String>,
    pub(crate) library: Option<ByLibrary>,
}

/// All pieces of work over a store of so many rows, in the folder of this text.
pub(crate) fn all(folder: &str, rows: usize) -> Vec<Work> {
    let spans = spans(rows);
    let texts: Vec<_> = spans.iter().copied().map(|(start, end)| (text_of(start), text_of(end))).collect();
    let key_files = format!("read_parquet('{folder}/SYM007/*.parquet')");
    let in_span = |from: &str, (start, end): &(String, String)| {
        format!("select ts, price from {from} where ts >= '{start}' and ts < '{end}'")
    };
    let named = |name: &'static str, goal: f64, text: &str| Work {
        name,
        goal,
        ours: vec![text.to_owned()],
        theirs: vec![text.to_owned()],
        library: None,
    };
    let ten = (0..10).map(|number| format!("'{}'", symbol(number * KEYS / 10))).collect::<Vec<_>>().join(", ");
    let theirs: Vec<String> = texts.iter().map(|span| in_span(&key_files, span)).collect();
    vec![
        Work {
            name: "one key, 0.1 % of its range, 2 columns, × 50",
            goal: 0.5,
            ours: texts.iter().map(|span| in_span("store.\"SYM007\"", span)).collect(),
            theirs: theirs.clone(),
            library: Some(Box::new(move |store| by_range(store, &spans))),
        },
        Work {
            name: "the same with the key in the condition",
            goal: 0.5,
            ours: texts.iter().map(|span| in_span("store", span) + " and name = 'SYM007'").collect(),
            theirs,
            library: None,
        },
        named("count, least and greatest time of all rows", 0.1, "select count(*), min(ts), max(ts) from store"),
        named("sums of 2 columns over all rows", 1.3, "select sum(price), sum(qty) from store"),
        Work {
            library: Some(Box::new(by_hour)),
            ..named(
                "group by key and hour over all rows",
                1.3,
                "select name, date_trunc('hour', ts) as hour, sum(qty), max(price) from store group by 1, 2",
            )
        },
        Work {
            library: Some(Box::new(in_order)),
            ..named("order by time of 10 keys", 1.0, &format!("select * from store where name in ({ten}) order by ts"))
        },
        named("newest 100 rows of all keys", 0.5, "select * from store order by ts desc limit 100"),
    ]
}

/// Fifty spans of 0.1 % of a dataset each, in nanoseconds; the same in every run.
fn spans(rows: usize) -> Vec<(i64, i64)> {
    let mut random = Rng::with_seed(5);
    let whole = |share: f64| time_at(share, rows) / 1_000_000_000 * 1_000_000_000;
    (0..50).map(|_| random.f64() * 0.99).map(|from| (whole(from), whole(from + 0.001))).collect()
}

/// A time with its offset, to whole seconds.
fn text_of(nanos: i64) -> String {
    let seconds = nanos.div_euclid(1_000_000_000);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| String::new(), |time| time.to_string())
}

fn by_range(store: &Store<AnyKey>, spans: &[(i64, i64)]) -> anyhow::Result<u64> {
    let dataset = store.dataset(&store.parse_key("SYM007")?)?;
    let mut rows = 0;
    for &(start, end) in spans {
        rows += dataset.scan().range(start..end).columns(["ts", "price"]).collect()?.num_rows() as u64;
    }
    Ok(rows)
}

fn by_hour(store: &Store<AnyKey>) -> anyhow::Result<u64> {
    let keys = store.keys(KeyFilter::all())?;
    let hours =
        store.query(&keys).resample("1h").aggregate("qty", [Aggregate::Sum]).aggregate("price", [Aggregate::Max]);
    count(hours.batches()?)
}

fn in_order(store: &Store<AnyKey>) -> anyhow::Result<u64> {
    let keys = (0..10).map(|number| store.parse_key(&symbol(number * KEYS / 10))).collect::<Result<Vec<_>, _>>()?;
    count(store.query(&keys).ordered()?)
}

fn count<E: std::error::Error + Send + Sync + 'static>(
    batches: impl Iterator<Item = Result<oups::arrow::array::RecordBatch, E>>,
) -> anyhow::Result<u64> {
    let mut all = Vec::new();
    for batch in batches {
        all.push(batch?);
    }
    Ok(all.iter().map(|batch| batch.num_rows() as u64).sum())
}
