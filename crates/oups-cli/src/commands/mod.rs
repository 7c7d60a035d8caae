//! The commands, one per file.

mod align;
mod asof;
mod at_its_place;
mod compact;
mod completions;
mod coverage;
mod datasets;
mod delete;
mod export;
mod info;
mod ingest;
mod init;
mod key_columns;
mod ls;
mod meta;
mod plot;
mod read;
mod repair;
mod resample;
mod rm;
mod rows;
mod settings;
mod sql;
mod unfinished;
mod verify;
mod write;
mod written;

use std::io::Write;

use serde_json::Value;

use crate::args::Command;
use crate::explain::places::Texts;
use crate::interrupt;
use crate::terminal::stdout::Stdout;

pub(crate) fn run(command: Command, out: &mut Stdout) -> anyhow::Result<()> {
    if only_looks(&command) {
        interrupt::unchanged();
    }
    let texts = Texts::of(&command);
    dispatch(command, out).map_err(|error| texts.point(error))
}

fn dispatch(command: Command, out: &mut Stdout) -> anyhow::Result<()> {
    match command {
        Command::Init(args) => init::run(args, out),
        Command::Write(args) => write::run(args, out),
        Command::Ingest(args) => ingest::run(args, out),
        Command::Read(args) => read::run(args, out),
        Command::Align(args) => align::run(args, out),
        Command::Asof(args) => asof::run(args, out),
        Command::Resample(args) => resample::run(args, out),
        Command::Sql(passed_on) => sql::run(passed_on).map(|never| match never {}),
        Command::Ls(args) => ls::run(args, out),
        Command::Info(args) => info::run(args, out),
        Command::Coverage(args) => coverage::run(args, out),
        Command::Delete(args) => delete::run(args, out),
        Command::Compact(args) => compact::run(args, out),
        Command::Meta(args) => meta::run(args, out),
        Command::Settings(args) => settings::run(args, out),
        Command::Rm(args) => rm::run(args, out),
        Command::Verify(args) => verify::run(args, out),
        Command::Repair(args) => repair::run(args, out),
        Command::Export(args) => export::run(args, out),
        Command::Completions(args) => completions::run(args, out),
    }
}

fn only_looks(command: &Command) -> bool {
    use Command::{Align, Asof, Completions, Coverage, Info, Ls, Read, Resample, Sql, Verify};
    matches!(
        command,
        Read(_)
            | Align(_)
            | Asof(_)
            | Resample(_)
            | Sql(_)
            | Ls(_)
            | Info(_)
            | Coverage(_)
            | Verify(_)
            | Completions(_)
    )
}

/// Prints one JSON value as one line.
fn print_json(value: &Value, out: &mut Stdout) -> anyhow::Result<()> {
    Ok(writeln!(out, "{value}")?)
}
