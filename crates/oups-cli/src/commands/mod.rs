//! The commands, one a file.

mod align;
mod asof;
mod compact;
mod completions;
mod delete;
mod info;
mod init;
mod ls;
mod meta;
mod read;
mod resample;
mod rm;
mod rows;
mod write;
mod written;

use std::io::Write;

use serde_json::Value;

use crate::args::Command;
use crate::stdout::Stdout;

pub(crate) fn run(command: Command, out: &mut Stdout) -> anyhow::Result<()> {
    match command {
        Command::Init(args) => init::run(args, out),
        Command::Write(args) => write::run(args, out),
        Command::Read(args) => read::run(args, out),
        Command::Align(args) => align::run(args, out),
        Command::Asof(args) => asof::run(args, out),
        Command::Resample(args) => resample::run(args, out),
        Command::Ls(args) => ls::run(args, out),
        Command::Info(args) => info::run(args, out),
        Command::Delete(args) => delete::run(args, out),
        Command::Compact(args) => compact::run(args, out),
        Command::Meta(args) => meta::run(args, out),
        Command::Rm(args) => rm::run(args, out),
        Command::Completions(args) => completions::run(args, out),
    }
}

/// One JSON value as one line.
fn print_json(value: &Value, out: &mut Stdout) -> anyhow::Result<()> {
    Ok(writeln!(out, "{value}")?)
}
