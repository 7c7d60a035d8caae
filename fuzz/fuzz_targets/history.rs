//! Random histories of a dataset against the naive model: those of the tests, each drawn from a seed of the fuzzer's.

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
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed(bytes));
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    // Bytes of which no history can be made say nothing.
    let Ok(tree) = history::history().new_tree(&mut runner) else { return };
    let (ordered, ops) = tree.current();
    run::run(ordered, &ops);
});

/// Proptest can also take the bytes themselves as its draws, but repeats some of them without end where they are zeros.
fn seed(bytes: &[u8]) -> [u8; 32] {
    let half = |of: &[u8]| oups_tests::forge::checksum(of);
    let (one, other) = (half(bytes), half(&half(bytes)));
    let mut seed = [0; 32];
    for (to, from) in seed.iter_mut().zip(one.into_iter().chain(other)) {
        *to = from;
    }
    seed
}
