//! The program `oups`: see the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    oups_cli::main()
}
