//! Commands of the shell itself, which begin with a backslash.

use std::io::Write;

use anyhow::Result;
use oups_cli::explain::hint;
use oups_cli::interrupt;
use oups_cli::output::target::Target;
use oups_cli::terminal::stdout::Stdout;

use super::tables;
use crate::session::Session;
use crate::source::Text;
use crate::statement::split;

const HELP: &str = "\
…;         a statement, over as many lines as it needs
\\d         the tables: stores, views, and tables in memory
\\d NAME    the columns of a table, or of a dataset: \\d store.\"temperature-berlin/1D\"
\\q         end, as Ctrl-D
\\?         this
Tab        completes names of tables, datasets, columns and functions, and words of SQL
Ctrl-C     drops what is typed, or stops the statement that runs
";

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Quit,
    Help,
    Tables,
    Columns(String),
    /// What is typed by people who look for a command.
    Unknown(String),
}

impl Command {
    /// The command that the text is, if it is one.
    pub(super) fn of(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches(';').trim_end();
        if ["quit", "exit", "help"].contains(&text.to_lowercase().as_str()) {
            return Some(Self::Unknown(text.to_owned()));
        }
        let words = text.strip_prefix('\\')?;
        let (name, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        Some(match (name, rest.trim()) {
            ("q", "") => Self::Quit,
            ("?", "") => Self::Help,
            ("d", "") => Self::Tables,
            ("d", name) => Self::Columns(name.to_owned()),
            _ => Self::Unknown(text.to_owned()),
        })
    }

    /// Runs it.
    ///
    /// # Errors
    ///
    /// If it does not exist, has no such table, or cannot print.
    pub(super) fn run(self, session: &Session, target: &Target, out: &mut Stdout) -> Result<()> {
        match self {
            Self::Quit => Ok(()),
            Self::Help => Ok(out.write_all(HELP.as_bytes())?),
            Self::Tables => {
                // A large store takes a while. Ctrl-C then ends no shell.
                interrupt::waking(|| ());
                let shown = tables::show(session, target, out);
                session.rest();
                shown
            }
            Self::Columns(name) => {
                let text = Text::typed(format!("describe {name}"));
                match split(&text, &session.parser_options()).as_slice() {
                    [describe] => session.run(describe, target, out),
                    _ => Err(hint::with("\\d has one name".to_owned(), EXAMPLE.to_owned())),
                }
            }
            Self::Unknown(text) => {
                Err(hint::with(format!("no command {text}"), "\\q ends the shell, \\? shows what there is".to_owned()))
            }
        }
    }
}

const EXAMPLE: &str = "\\d store, or of a dataset \\d store.\"temperature-berlin/1D\"";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_a_backslash_is_a_command() {
        for (text, command) in [
            ("\\q", Command::Quit),
            (" \\q ; ", Command::Quit),
            ("\\?", Command::Help),
            ("\\d", Command::Tables),
            ("\\d  store.\"a b\";", Command::Columns("store.\"a b\"".to_owned())),
            ("\\q now", Command::Unknown("\\q now".to_owned())),
            ("\\x", Command::Unknown("\\x".to_owned())),
            ("\\", Command::Unknown("\\".to_owned())),
            ("exit", Command::Unknown("exit".to_owned())),
            ("QUIT;", Command::Unknown("QUIT".to_owned())),
        ] {
            assert_eq!(Command::of(text), Some(command), "{text}");
        }
        for text in ["", "select '\\q'", "select\n\\q", "exit stage"] {
            assert_eq!(Command::of(text), None, "{text}");
        }
    }
}
