//! Random histories of a dataset against the naive model: those of the tests, drawn from the fuzzer's bytes.

#![no_main]

#[path = "../../tests/it/histories/history.rs"]
mod history;
#[path = "../../tests/it/histories/look.rs"]
mod look;
#[path = "../../tests/it/histories/run.rs"]
mod run;

use libfuzzer_sys::fuzz_target;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

fuzz_target!(|bytes: &[u8]| {
    let rng = TestRng::from_seed(RngAlgorithm::PassThrough, bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    // Bytes of which no history can be made say nothing.
    let Ok(tree) = history::history().new_tree(&mut runner) else { return };
    let (ordered, ops) = tree.current();
    run::run(ordered, &ops);
});
