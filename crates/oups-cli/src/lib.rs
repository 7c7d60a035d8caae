//! The program `oups`: stores of ordered datasets from the shell.
//!
//! It is a library for its fuzz targets' sake, which reach into it; other programs use the crate `oups`.

mod args;
mod commands;
mod exit;
mod failures;
#[doc(hidden)]
pub mod fuzzing;
mod hint;
mod input;
mod inside;
mod interrupt;
mod open;
mod output;
mod panics;
mod picture;
mod pointed;
mod progress;
mod scan;
mod stdout;
#[allow(dead_code, unused_imports, reason = "the inputs go over to it")]
mod text;
mod texts;
mod value;
mod verbose;

use std::process::ExitCode;

/// Does what the command line says.
pub fn main() -> ExitCode {
    panics::listen();
    let args = match args::parse() {
        Ok(args) => args,
        Err(code) => return code,
    };
    verbose::listen(args.verbose);
    interrupt::watch();
    let mut out = stdout::Stdout::new();
    let result = commands::run(args.command, &mut out).and_then(|()| out.finish());
    exit::code(result, &out)
}
