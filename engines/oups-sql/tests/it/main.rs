//! The program `oups-sql` from outside: its output, errors and exit codes on the weather of three airports.

#[path = "../../../../crates/oups-cli/tests/cli/program.rs"]
#[allow(dead_code, reason = "shared with the tests of `oups`")]
mod program;
#[path = "../../../../crates/oups-cli/tests/cli/sandbox.rs"]
#[allow(dead_code, reason = "shared with the tests of `oups`")]
mod sandbox;
#[path = "../../../../crates/oups-cli/tests/cli/transcript.rs"]
mod transcript;

mod called;
mod errors;
mod formats;
mod help;
mod interrupt;
mod memory;
mod options;
mod pages;
mod refused;
#[cfg(target_os = "linux")]
mod shell;
#[cfg(target_os = "linux")]
mod terminal;
mod weather;
mod zones;

use std::path::{Path, PathBuf};

/// Where the programs under test are: `oups` is an example of this crate.
fn programs() -> Vec<PathBuf> {
    let sql = Path::new(env!("CARGO_BIN_EXE_oups-sql")).parent().unwrap();
    let oups = sql.join("examples");
    assert!(
        oups.join("oups").is_file(),
        "cargo build -p oups-sql --example oups makes the program that these tests need"
    );
    vec![oups, sql.to_owned()]
}
