//! The program `oups`: stores of ordered datasets from the shell.
//!
//! It is a library only so that fuzz targets can reach into it. Other programs use the crate `oups`.

mod args;
mod caret;
mod chart;
mod commands;
mod explain;
#[doc(hidden)]
pub mod fuzzing;
mod input;
mod interrupt;
mod output;
mod panics;
mod read;
mod store;
mod terminal;
mod text;

use std::process::ExitCode;

/// Runs the command of the command line and returns the exit code.
pub fn main() -> ExitCode {
    panics::listen();
    let args = match args::parse() {
        Ok(args) => args,
        Err(code) => return code,
    };
    terminal::verbose::listen(args.verbose);
    interrupt::watch();
    let mut out = terminal::stdout::Stdout::new();
    let result = commands::run(args.command, &mut out).and_then(|()| out.finish());
    explain::exit::code(result, &out)
}
