//! The program `oups`: stores of ordered datasets from the shell.

mod args;
mod commands;
mod exit;
mod hint;
mod input;
mod interrupt;
mod open;
mod output;
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

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Cli::parse();
    verbose::listen(args.verbose);
    interrupt::watch();
    let mut out = stdout::Stdout::new();
    let result = commands::run(args.command, &mut out).and_then(|()| out.finish());
    exit::code(result, &out)
}
