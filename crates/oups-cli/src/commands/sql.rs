//! `oups sql`: replaces this process by the program `oups-sql`.

use std::convert::Infallible;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::args::sql::PassedOn;
use crate::explain::hint;

const NAME: &str = "oups-sql";

/// Returns only if the program cannot be started.
pub(super) fn run(passed_on: PassedOn) -> Result<Infallible> {
    let beside = beside();
    // The system looks up a bare name in `PATH`.
    let program = beside.clone().unwrap_or_else(|| NAME.into());
    // The program takes over this process, and so its streams, its signals and its exit status.
    let error = Command::new(&program).args(passed_on.words).exec();
    if beside.is_none() && error.kind() == io::ErrorKind::NotFound {
        let missing = "`oups sql` is a program of its own, which is not installed".to_owned();
        return Err(hint::with(missing, "cargo install --path engines/oups-sql".to_owned()));
    }
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}

/// The `oups-sql` in the folder of this program, if there is one.
fn beside() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.with_file_name(NAME);
    program.is_file().then_some(program)
}
