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
    let rng = TestRng::from_seed(RngAlgorithm::PassThrough, &endless(bytes));
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    // Bytes of which no history can be made say nothing.
    let Ok(tree) = history::history().new_tree(&mut runner) else { return };
    let (ordered, ops) = tree.current();
    run::run(ordered, &ops);
});

/// The bytes, and many more that follow from them: without, a draw that is repeated until it fits would have no end.
fn endless(bytes: &[u8]) -> Vec<u8> {
    let mut state = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| {
        (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let more = std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    });
    bytes.iter().copied().chain(more.take(1 << 16)).collect()
}
