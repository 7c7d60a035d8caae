//! The shell: statements as a person types them, one after another.

mod command;
mod complete;
mod history;
mod input;
mod known;
mod place;
mod tables;

use anyhow::Result;
use oups_cli::explain::exit;
use oups_cli::interrupt::{self, Interrupted};
use oups_cli::output::target::Target;
use oups_cli::terminal::message::message;
use oups_cli::terminal::stdout::Stdout;

use crate::session::Session;
use crate::source::Text;
use crate::statement::{Statement, typed};
use command::Command;
use input::{Input, Line};

/// Runs what is typed until the end of the input. An error ends no more than the line that it is in.
///
/// # Errors
///
/// If the terminal cannot be read, standard output cannot be written, or a signal other than Ctrl-C asks for the end.
pub(crate) fn run(session: &Session, target: &Target, out: &mut Stdout) -> Result<()> {
    session.rest();
    let mut input = Input::open(session)?;
    message("statements end with `;`, and `\\?` shows the commands");
    let mut text = String::new();
    loop {
        match input.line(text.is_empty())? {
            Line::Typed(line) => text.push_str(&line),
            Line::Dropped => {
                text.clear();
                continue;
            }
            Line::End => return Ok(()),
        }
        if let Some(command) = Command::of(&text) {
            input.remember(&text);
            text.clear();
            match command {
                Command::Quit => return Ok(()),
                command => _ = after(command.run(session, target, out), out)?,
            }
            continue;
        }
        let (statements, mut rest) = typed(&Text::typed(&text), &session.parser_options());
        if !statements.is_empty() {
            input.remember(text.get(..rest.unwrap_or(text.len())).unwrap_or_default().trim_end());
            if !after(all(&statements, session, target, out), out)? {
                rest = None;
            }
        }
        // White space may be part of a text that is still open.
        text = rest.and_then(|start| text.get(start..)).map(|rest| format!("{rest}\n")).unwrap_or_default();
    }
}

/// Runs statements until one fails.
fn all(statements: &[Statement], session: &Session, target: &Target, out: &mut Stdout) -> Result<()> {
    statements.iter().try_for_each(|statement| session.run(statement, target, out))
}

/// Tells an error, and goes on, unless a signal asked for the end. False if there was an error.
fn after(done: Result<()>, out: &mut Stdout) -> Result<bool> {
    let done = done.and_then(|()| out.finish());
    if !interrupt::answered() {
        return Err(done.err().unwrap_or_else(|| Interrupted::with("what was typed is done".to_owned()).into()));
    }
    let Err(error) = done else { return Ok(true) };
    if out.is_closed() {
        return Err(error);
    }
    match error.downcast_ref::<Interrupted>() {
        Some(interrupted) => interrupted.tell(),
        None => exit::tell(&error),
    }
    // Rows that came before the error.
    out.finish()?;
    Ok(false)
}
