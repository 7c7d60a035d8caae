//! Lines from the terminal, with their history and completions.

use std::io;

use anyhow::{Error, Result};
use nix::sys::termios::{SetArg, tcgetattr, tcsetattr};
use oups_cli::interrupt;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{Behavior, CompletionType, Config, Editor};

use super::complete::Completion;
use super::history::Kept;
use super::known::Known;
use crate::session::Session;

/// The prompt of a statement, and that of its further lines.
const PROMPTS: [&str; 2] = ["oups> ", "   -> "];

/// Entries of the history. Older ones are left out.
const REMEMBERED: usize = 1000;

/// What a person does at the prompt.
pub(super) enum Line {
    /// Ends a line.
    Typed(String),
    /// Drops all that is typed, by Ctrl-C.
    Dropped,
    /// Ends the shell, by Ctrl-D or because the terminal is gone.
    End,
}

/// The terminal.
pub(super) struct Input {
    editor: Editor<Completion, DefaultHistory>,
    kept: Kept,
}

impl Input {
    /// Opens the terminal and the history.
    ///
    /// # Errors
    ///
    /// If there is no terminal.
    pub(super) fn open(session: &Session) -> Result<Self> {
        // While a line is edited, the terminal is in a mode in which no other program would find it usable.
        if let Ok(before) = tcgetattr(io::stdin()) {
            interrupt::restoring(move || {
                let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, &before);
            });
        }
        let config = Config::builder()
            // Prompts do not go where rows go, if that is a file.
            .behavior(Behavior::PreferTerm)
            .completion_type(CompletionType::List)
            .max_history_size(REMEMBERED)?
            .history_ignore_dups(true)?
            .history_ignore_space(true)
            .build();
        let mut editor = Editor::with_config(config)?;
        editor.set_helper(Some(Completion::new(Known::of(session))));
        let mut kept = Kept::at_its_place();
        kept.load(editor.history_mut());
        Ok(Self { editor, kept })
    }

    /// The next line.
    ///
    /// # Errors
    ///
    /// If the terminal cannot be read.
    pub(super) fn line(&mut self, is_first: bool) -> Result<Line> {
        let [first, further] = PROMPTS;
        match self.editor.readline(if is_first { first } else { further }) {
            Ok(line) => Ok(Line::Typed(line)),
            Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => Ok(Line::Dropped),
            Err(ReadlineError::Eof) => Ok(Line::End),
            Err(error) => Err(Error::new(error).context("cannot read from the terminal")),
        }
    }

    /// Adds what was typed to the history.
    pub(super) fn remember(&mut self, text: &str) {
        if let Ok(true) = self.editor.add_history_entry(text) {
            self.kept.append(self.editor.history_mut());
        }
    }
}
