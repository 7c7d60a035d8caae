//! The program `oups`, with which the tests make stores. It is an example so that it is built for them, and not installed.

use std::process::ExitCode;

fn main() -> ExitCode {
    oups_cli::main()
}
