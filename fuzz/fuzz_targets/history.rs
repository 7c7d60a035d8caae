//! Random histories of a dataset, compared with the naive model. They are those of the tests, drawn from the fuzzer's
//! bytes.

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
    // Some bytes make no history.
    let Ok(tree) = history::history().new_tree(&mut runner) else { return };
    let (ordered, ops) = tree.current();
    run::run(ordered, &ops);
});

/// A seed made of the bytes. Proptest could also draw from the bytes themselves, but then repeats some draws without
/// end if bytes are zero.
fn seed(bytes: &[u8]) -> [u8; 32] {
    let half = |of: &[u8]| oups_tests::forge::checksum(of);
    let (one, other) = (half(bytes), half(&half(bytes)));
    let mut seed = [0; 32];
    for (to, from) in seed.iter_mut().zip(one.into_iter().chain(other)) {
        *to = from;
    }
    seed
}
