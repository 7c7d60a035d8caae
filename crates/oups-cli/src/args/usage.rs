//! A command line that is wrong by itself, told as every other error of the program.

use std::process::ExitCode;
use std::{fmt, io};

use clap::Parser;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use oups::key::nearest;

use super::Cli;
use crate::terminal::message::message;

/// The command line; where there is none to be run, what is to be told of it is told, and the exit code is the answer.
pub(crate) fn parse() -> Result<Cli, ExitCode> {
    Cli::try_parse().map_err(tell)
}

fn tell(mut error: Error) -> ExitCode {
    // Help that was asked for goes to standard output as it is, and so does a version.
    if !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        if let Err(wrong) = error.print()
            && wrong.kind() != io::ErrorKind::BrokenPipe
        {
            message(format_args!("error: cannot write to standard output: {wrong}"));
            return ExitCode::FAILURE;
        }
    } else {
        only_near(&mut error, ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand);
        only_near(&mut error, ContextKind::InvalidArg, ContextKind::SuggestedArg);
        // Nobody means an option as a value, but `-3` may be a key.
        if matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(arg)) if arg.starts_with("--")) {
            error.remove(ContextKind::Suggested);
        }
        only_near(&mut error, ContextKind::InvalidValue, ContextKind::SuggestedValue);
        // Where a suggestion was left away, its blank line stays.
        message(error.render().to_string().trim_end().replace("\n\n\n", "\n\n"));
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// Leaves of what is suggested only what is near.
fn only_near(error: &mut Error, given: ContextKind, suggested: ContextKind) {
    let Some(ContextValue::String(given)) = error.get(given) else { return };
    let near = |names: &[String]| {
        let bare: Vec<&str> = names.iter().map(|name| name.trim_start_matches('-')).collect();
        let near = nearest(given.trim_start_matches('-'), bare, names.len());
        names.iter().filter(|name| near.contains(&name.trim_start_matches('-'))).cloned().collect::<Vec<_>>()
    };
    let kept = match error.get(suggested) {
        Some(ContextValue::Strings(names)) => {
            Some(near(names)).filter(|kept| !kept.is_empty()).map(ContextValue::Strings)
        }
        Some(ContextValue::String(name)) => near(std::slice::from_ref(name)).pop().map(ContextValue::String),
        _ => return,
    };
    match kept {
        Some(kept) => drop(error.insert(suggested, kept)),
        None => drop(error.remove(suggested)),
    }
}

/// The command line is wrong by itself, whatever the store holds.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}
