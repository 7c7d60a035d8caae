//! The command line as typed: commands, options and help.

mod care;
mod change;
mod csv;
mod ingest;
mod input;
mod look;
mod parse;
pub mod sql;
pub mod usage;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use oups::key::Separator;

pub(crate) use care::{Export, Repair, Settings, Verify};
pub(crate) use change::{CommitArgs, Compact, Delete, Meta, Rm, Storing, Write};
pub(crate) use csv::Csv;
pub(crate) use ingest::Ingest;
pub(crate) use input::{InputFormat, Reading};
pub use look::Format;
pub(crate) use look::{Align, AsOf, Coverage, Drawing, Info, Ls, Range, Read, Resample, Side, To};
pub(crate) use parse::{DuplicateColumns, KeyColumnsOption, NumberOrNone};
use sql::{PassedOn, Sql};

/// Many ordered datasets as plain Parquet files: appended, corrected, read by range, without a server.
#[derive(Debug, Parser)]
#[command(name = "oups", version, about, max_term_width = 100)]
#[command(after_help = "\
Examples:
  oups init data --schema 'origin:str'
  oups write data JFK jfk.csv --ordered-on time
  oups ingest data all-airports.csv --ordered-on time     each origin's rows into its dataset
  oups ls data --long
  oups coverage data
  oups read data JFK --start 2013-02-08 --end 2013-02-09

Results go to standard output, messages and progress to standard error.
Exit status: 0 done, 1 failed, 2 wrong usage, 3 visible but perhaps not durable, or not known
whether it has happened, 130 interrupted.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Report on standard error what is done; -vv: each step
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(Init),
    Write(Write),
    Ingest(Ingest),
    Read(Read),
    Align(Align),
    Asof(AsOf),
    Resample(Resample),
    Sql(PassedOn),
    Ls(Ls),
    Info(Info),
    Coverage(Coverage),
    Delete(Delete),
    Compact(Compact),
    Meta(Meta),
    Settings(Settings),
    Rm(Rm),
    Verify(Verify),
    Repair(Repair),
    Export(Export),
    Completions(Completions),
}

/// Make a store
#[derive(Debug, Args)]
#[command(after_help = "\
Types: str, int (64 bits), bool, char, i8 to i128, u8 to u128.

Examples:
  oups init data --schema 'quantity:str,city:str/frequency:str'     keys like temperature-berlin/1D
  oups init data --schema 'station:int' --separator _")]
pub(crate) struct Init {
    /// Folder of the store; it is made if it is missing
    pub(crate) store: PathBuf,
    /// Fields of the keys: `name:type`, joined by `,` in one level, levels by `/`
    #[arg(long, value_name = "SCHEMA")]
    pub(crate) schema: String,
    /// What joins the fields of a level in a path: one of - _ = @ + , ~ or a space
    #[arg(long, value_name = "CHAR", default_value = "-", hide_default_value = true, allow_hyphen_values = true)]
    pub(crate) separator: Separator,
    /// Print facts as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Print a script that completes commands and options in a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oups completions bash > ~/.local/share/bash-completion/completions/oups
  oups completions fish > ~/.config/fish/completions/oups.fish")]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: Shell,
}

/// The command line; where there is none to be run, what is to be told of it is told, and the exit code is the answer.
pub(crate) fn parse() -> Result<Cli, ExitCode> {
    let mut line: Cli = usage::parse(sql::apart(std::env::args_os()))?;
    if let Command::Sql(passed_on) = &mut line.command {
        passed_on.words.splice(..0, (0..line.verbose).map(|_| "-v".into()));
    }
    Ok(line)
}

/// All commands with all options, those of `oups sql` too.
pub(crate) fn all() -> clap::Command {
    Cli::command().mut_subcommand("sql", |_| Sql::command().name("sql"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
        all().debug_assert();
    }

    #[test]
    fn every_command_shows_examples() {
        for command in all().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Examples:\n  oups "), "{}", command.get_name());
        }
    }
}
