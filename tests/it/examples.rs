//! Runs the examples, and compares their output with a snapshot.

#[expect(dead_code, reason = "its `main` is not called here")]
#[path = "../../crates/oups/examples/aligned_features.rs"]
mod aligned_features;
#[expect(dead_code, reason = "its `main` is not called here")]
#[path = "../../crates/oups/examples/ingest.rs"]
mod ingest;
#[expect(dead_code, reason = "its `main` is not called here")]
#[path = "../../crates/oups/examples/market_data.rs"]
mod market_data;
#[expect(dead_code, reason = "its `main` is not called here")]
#[path = "../../crates/oups/examples/tokio.rs"]
mod on_tokio;

use std::path::Path;

use anyhow::Result;

fn told(story: impl FnOnce(&Path, &mut Vec<u8>) -> Result<()>) -> String {
    let (folder, mut out) = (oups_tests::scratch(), Vec::new());
    story(&folder.path().join("store"), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn sensors_with_ingest() {
    insta::assert_snapshot!("ingest", told(ingest::run));
}

#[test]
fn market_data_with_corrections() {
    insta::assert_snapshot!("market_data", told(market_data::run));
}

#[test]
fn features_of_series_of_different_frequency() {
    insta::assert_snapshot!("aligned_features", told(aligned_features::run));
}

#[test]
fn changes_and_batches_on_tokio() {
    insta::assert_snapshot!(told(on_tokio::run), @r"
    wrote 100000 rows in 10 files
    read 50000 rows, mean 4.5
    stopped: true
    version 1, 100000 rows
    ");
}
