//! The program `oups`: stores of ordered datasets from the shell.
//!
//! It is a library so that `oups-sql`, which prints and tells errors as it does, and fuzz targets can use it. Other programs
//! use the crate `oups`.

#[doc(hidden)]
pub mod args;
#[doc(hidden)]
pub mod caret;
mod chart;
mod commands;
#[doc(hidden)]
pub mod explain;
#[doc(hidden)]
pub mod fuzzing;
mod input;
#[doc(hidden)]
pub mod interrupt;
#[doc(hidden)]
pub mod output;
mod panics;
mod read;
#[doc(hidden)]
pub mod store;
#[doc(hidden)]
pub mod terminal;
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
