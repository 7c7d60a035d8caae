//! Random histories of a dataset: the library does what the naive model does.
//!
//! Writes with every rule for duplicates and every kind of target, deletions, compactions, changes of metadata and
//! settings, unsynced commits, removal. Each step checks rows, row groups and files.

pub(crate) mod history;
pub(crate) mod look;
pub(crate) mod run;

use proptest::prelude::*;

use history::{Op, Ordered, history};

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 3_000, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn the_library_does_what_the_model_does((ordered, ops) in history()) {
        run::run(ordered, &ops);
    }
}

/// The number of histories: a few hundred, or as many as the environment asks for.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(250)
}

fn check(ordered: Ordered, ops: &[Op]) {
    run::run(ordered, ops);
}

#[test]
fn an_empty_history() {
    check(Ordered::Int, &[]);
}
