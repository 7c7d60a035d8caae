//! Wrong command lines, reported like every other error of the program.

use std::ffi::OsString;
use std::process::ExitCode;
use std::{fmt, io};

use clap::Parser;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use oups::key::nearest;

use crate::terminal::message::message;

/// Parses the command line. If no command can be run, it prints help, the version or the error, and returns the exit
/// code.
pub fn parse<Line: Parser>(words: impl IntoIterator<Item = OsString>) -> Result<Line, ExitCode> {
    Line::try_parse_from(words).map_err(tell)
}

fn tell(mut error: Error) -> ExitCode {
    // Help and version go to standard output as they are.
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
        // clap advises to pass `--x` as a value, which nobody means; `-3` may be a key.
        if matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(arg)) if arg.starts_with("--")) {
            error.remove(ContextKind::Suggested);
        }
        only_near(&mut error, ContextKind::InvalidValue, ContextKind::SuggestedValue);
        // A suggestion that was removed leaves its blank line.
        message(error.render().to_string().trim_end().replace("\n\n\n", "\n\n"));
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// Removes suggestions that are not similar to what was given.
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

/// The error of a command line that is wrong whatever the store holds.
#[derive(Debug)]
pub struct Usage(pub String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}
