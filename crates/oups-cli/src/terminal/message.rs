//! Messages for the person at the terminal.

use std::fmt;
use std::io::{self, Write};

use super::program::program;
use super::visible::visible_lines;

/// Prints a line on standard error, without characters that steer the terminal. If it cannot be written, the command
/// goes on.
pub fn message(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{}: {}", program().name, visible_lines(&text.to_string()));
}
