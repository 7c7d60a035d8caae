//! Reads the texts of statements from the command line, files and standard input.

use std::fmt;
use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use oups_cli::args::sql::Source;
use oups_cli::args::usage::Usage;

/// The name of a text of statements in errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// The command line or the shell, which need no name.
    Command,
    File(PathBuf),
    StandardInput,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command => f.write_str("--command"),
            Self::File(path) => path.display().fmt(f),
            Self::StandardInput => f.write_str("standard input"),
        }
    }
}

/// A text of statements, and its name.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) name: Arc<Name>,
    pub(crate) text: String,
}

impl Text {
    /// A text of the command line or the shell.
    pub(crate) fn typed(text: impl Into<String>) -> Self {
        Self { name: Arc::new(Name::Command), text: text.into() }
    }
}

/// Whether statements are typed by a person: there is no source, and standard input is a terminal.
pub(crate) fn are_typed(sources: &[Source]) -> bool {
    sources.is_empty() && io::stdin().is_terminal()
}

/// Reads all texts, in their order. Without any source it reads standard input.
///
/// # Errors
///
/// [`Usage`] if two sources are standard input; an error if a text cannot be read or is not UTF-8.
pub(crate) fn read(sources: &[Source]) -> Result<Vec<Text>> {
    let is_stdin = |source: &&Source| matches!(source, Source::File(path) if path == Path::new("-"));
    if sources.iter().filter(is_stdin).count() > 1 {
        bail!(Usage("--file -: standard input can be read once".to_owned()));
    }
    if !sources.is_empty() {
        return sources.iter().map(text).collect();
    }
    Ok(vec![standard_input()?])
}

fn text(source: &Source) -> Result<Text> {
    match source {
        Source::Command(text) => Ok(Text::typed(text)),
        Source::File(path) if path == Path::new("-") => standard_input(),
        Source::File(path) => {
            let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            decoded(Name::File(path.clone()), bytes)
        }
    }
}

fn standard_input() -> Result<Text> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
    decoded(Name::StandardInput, bytes)
}

fn decoded(name: Name, bytes: Vec<u8>) -> Result<Text> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(before).filter(|byte| **byte == b'\n').count() + 1;
        anyhow!("{name} is not UTF-8 text: line {line} has bytes that are no letter")
    })?;
    // Some editors put a byte order mark before a text.
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok(Text { name: Arc::new(name), text })
}
