//! `oups sql`: becomes the program `oups-sql`, which is not built with this one.

use std::convert::Infallible;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::args::sql::PassedOn;
use crate::explain::hint;

const NAME: &str = "oups-sql";

/// Returns only where there is no such program, or it cannot be started.
pub(super) fn run(passed_on: PassedOn) -> Result<Infallible> {
    let beside = beside();
    // A bare name is looked up in `PATH`.
    let program = beside.clone().unwrap_or_else(|| NAME.into());
    // In place of this process: its streams, its signals and its exit status are the other's.
    let error = Command::new(&program).args(passed_on.words).exec();
    if beside.is_none() && error.kind() == io::ErrorKind::NotFound {
        let missing = "`oups sql` is a program of its own, which is not installed".to_owned();
        return Err(hint::with(missing, "cargo install --path engines/oups-sql".to_owned()));
    }
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}

/// The one that was installed or built together with this program.
fn beside() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.with_file_name(NAME);
    program.is_file().then_some(program)
}
