//! Runs the statements of the command line, one after another, or those of the shell.

use anyhow::{Result, bail};
use oups_cli::args::Format;
use oups_cli::args::sql::Sql;
use oups_cli::args::usage::Usage;
use oups_cli::interrupt::{self, Interrupted};
use oups_cli::output::target::Target;
use oups_cli::terminal::message::message;
use oups_cli::terminal::stdout::Stdout;

use crate::allowed::Kind;
use crate::session::{Patience, Session};
use crate::statement::{Statement, split};
use crate::{shell, source};

/// Runs all statements of the command line. It reads and checks all of them before the first one runs. Without any, and with
/// a terminal as standard input, it is a shell.
///
/// # Errors
///
/// The errors of the command line and of the first statement that fails, which ends the run.
pub(crate) fn run(args: &Sql, out: &mut Stdout) -> Result<()> {
    // Arrow is a stream in a file too.
    let target = Target { is_file: false, ..Target::of(args.output.as_deref(), args.format)? };
    if source::are_typed(&args.sources.0) {
        if target.path.is_some() {
            bail!(Usage(
                "--output: a shell has no output file: give the statement with --command or --file".to_owned()
            ));
        }
        return shell::run(&Session::open(args, Patience::Stops)?, &target, out);
    }
    let texts = source::read(&args.sources.0)?;
    let session = Session::open(args, Patience::Ends)?;
    let options = session.parser_options();
    let statements: Vec<Statement> = texts.iter().flat_map(|text| split(text, &options)).collect();
    let kinds = statements.iter().map(|statement| session.kind(statement)).collect::<Result<Vec<_>>>()?;
    one_has_rows(&kinds, &target)?;
    for statement in &statements {
        session.run(statement, &target, out)?;
        if interrupt::code().is_some() {
            bail!(Interrupted::with("the insert is complete, and nothing after it ran".to_owned()));
        }
    }
    if let Some(path) = &target.path
        && !kinds.iter().any(|kind| kind.has_rows())
    {
        message(format_args!("no statement has rows: {} is not written", path.display()));
    }
    Ok(())
}

/// Checks that only one statement has rows, unless tables go to standard output.
fn one_has_rows(kinds: &[Kind], target: &Target) -> Result<()> {
    let with_rows = kinds.iter().filter(|kind| kind.has_rows()).count();
    if with_rows < 2 || (target.path.is_none() && target.format == Format::Table) {
        return Ok(());
    }
    let option = if target.path.is_some() { "--output" } else { "--format" };
    bail!(Usage(format!("{option}: one statement may have rows, and {with_rows} of these have: nothing was run")));
}
