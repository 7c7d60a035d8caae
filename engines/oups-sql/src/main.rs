//! The program `oups-sql`: SQL over stores of ordered datasets. `oups sql` runs it.

mod allowed;
mod damage;
mod engine;
mod explain;
mod memory;
mod panics;
mod plan;
mod pool;
mod run;
mod session;
mod settings;
mod shell;
mod source;
mod spill;
mod statement;
mod stoppable;
mod stores;

use std::process::ExitCode;

use oups_cli::args::sql::Sql;
use oups_cli::args::usage;
use oups_cli::explain::exit;
use oups_cli::interrupt;
use oups_cli::terminal::program::{Program, speak_as};
use oups_cli::terminal::stdout::Stdout;
use oups_cli::terminal::verbose;

fn main() -> ExitCode {
    speak_as(Program { name: "oups-sql", chooses: "the select list", leaves_out: "of the select list" });
    panics::listen();
    let args: Sql = match usage::parse(std::env::args_os()) {
        Ok(args) => args,
        Err(code) => return code,
    };
    verbose::listen(args.verbose);
    interrupt::watch();
    interrupt::unchanged();
    let mut out = Stdout::new();
    let result = panics::caught(|| run::run(&args, &mut out).and_then(|()| out.finish()));
    let result = result.unwrap_or_else(|what| Err(anyhow::Error::msg(panics::internal(&what))));
    exit::code(result, &out)
}
