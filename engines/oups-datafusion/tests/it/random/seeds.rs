//! Which queries are run: those that once went wrong, and as many others as are wanted.

use std::env;

/// Queries that once went wrong, by the number of their stores and their seed: they are run every time. A change of the
/// generator makes other queries of these seeds, so that each mistake that was found has a small test of its own as well.
pub(super) const FAILED: &[(u64, u64)] = &[(3, 7), (6, 14), (10, 73), (17, 54)];

/// Reads that once went wrong, likewise.
pub(super) const FAILED_READS: &[(u64, u64)] = &[];

/// Stores, by number, and the seeds of the queries on them.
pub(super) type Work = Vec<(u64, Vec<u64>)>;

/// How many queries are run unless `OUPS_RANDOM_QUERIES` says it.
const QUERIES: u64 = 2000;

/// Those that once went wrong, then so many of each hundred queries that are wanted, so many on each pair of stores; or the one alone
/// that `OUPS_RANDOM_ONLY` names.
pub(super) fn work(failed: &[(u64, u64)], of_hundred: u64, each: u64) -> Work {
    if let Ok(only) = env::var("OUPS_RANDOM_ONLY") {
        let only =
            only.split_once(':').and_then(|(number, seed)| Some((number.parse().ok()?, vec![seed.parse().ok()?])));
        return vec![only.expect("OUPS_RANDOM_ONLY is to be the number of stores and a seed, such as 3:7")];
    }
    let (first, queries) =
        (setting("OUPS_RANDOM_FIRST", 0), setting("OUPS_RANDOM_QUERIES", QUERIES) * of_hundred / 100);
    let failed = failed.iter().map(|(number, seed)| (*number, vec![*seed]));
    failed
        .chain((0..queries.div_ceil(each)).map(|at| (first + at, (0..each.min(queries - at * each)).collect())))
        .collect()
}

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name} is to be a number")))
}

/// What runs a query alone.
pub(super) fn alone(test: &str, number: u64, seed: u64) -> String {
    format!(
        "to run it alone: OUPS_RANDOM_ONLY={number}:{seed} cargo test --manifest-path engines/Cargo.toml --workspace --test it random::{test}"
    )
}
