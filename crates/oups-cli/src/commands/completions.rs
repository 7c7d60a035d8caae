//! `oups completions`: prints a completion script for a shell.

use std::io::Write;

use crate::args::{self, Completions};
use crate::terminal::stdout::Stdout;

pub(crate) fn run(args: Completions, out: &mut Stdout) -> anyhow::Result<()> {
    // The script is made in memory, because the generator panics if a pipe is closed.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::all(), "oups", &mut script);
    Ok(out.write_all(&script)?)
}
