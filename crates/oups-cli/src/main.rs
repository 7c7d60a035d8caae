//! The program `oups`: stores of ordered datasets from the shell.

mod args;
mod commands;
mod exit;
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
mod texts;
mod value;
mod verbose;

use std::process::ExitCode;

fn main() -> ExitCode {
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
