//! The program from outside: its output, errors and exit codes on real data.

mod care;
mod changes;
mod contract;
mod docs;
mod errors;
mod facts;
mod ingest;
mod input;
mod interrupt;
mod key_columns;
mod keys;
mod moment;
mod pictures;
mod pipes;
mod program;
mod sandbox;
mod session;
mod sql;
mod stored_duplicates;
mod tables;
mod transcript;
mod usage;
mod values;

use std::path::{Path, PathBuf};

/// Where the programs under test are.
fn programs() -> Vec<PathBuf> {
    vec![Path::new(env!("CARGO_BIN_EXE_oups")).parent().unwrap().to_owned()]
}
