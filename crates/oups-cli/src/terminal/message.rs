//! A message for the person at the terminal.

use std::fmt;
use std::io::{self, Write};

use super::visible::visible_lines;

/// A line for people on standard error, with nothing of a file in it that steers the terminal. That nobody can read it is
/// not a reason to stop.
pub(crate) fn message(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "oups: {}", visible_lines(&text.to_string()));
}
