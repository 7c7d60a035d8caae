//! The error of an input: what is wrong, and in which file, line and column.

use std::{fmt, io};

use arrow::error::ArrowError;

use super::encoding::Undecodable;
use crate::explain::hint;
use crate::terminal::visible::visible;

/// The most characters of a value that are shown.
const SHOWN: usize = 80;

/// One fault of an input, with its place as far as it is known. It is boxed, so that results are small.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wrong(Box<Fault>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Fault {
    file: Option<String>,
    line: Option<u64>,
    /// The index of the column, counted from 0, if its name is not known.
    field: Option<usize>,
    column: Option<String>,
    what: String,
    advice: Option<String>,
}

impl Wrong {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(Box::new(Fault { what: what.into(), ..Fault::default() }))
    }

    pub(super) fn at(line: u64, what: impl Into<String>) -> Self {
        Self::new(what).on_line(line)
    }

    /// The fault of bytes that cannot be read or unpacked, in the program's words.
    pub(super) fn unreadable(error: &io::Error) -> Self {
        let ours = error.get_ref().and_then(|inner| inner.downcast_ref::<Undecodable>());
        match (ours, error.kind()) {
            (Some(ours), _) => Self::new(ours.to_string()),
            (None, _) if error.raw_os_error().is_some() => Self::new(format!("cannot be read: {error}")),
            (None, io::ErrorKind::UnexpectedEof) => Self::new("ends too early: the file was cut short"),
            (None, _) => Self::new("is damaged: what it is packed with cannot unpack it"),
        }
    }

    pub(super) fn on_line(mut self, line: u64) -> Self {
        self.0.line = Some(line);
        self
    }

    pub(super) fn in_file(mut self, file: &str) -> Self {
        self.0.file.get_or_insert_with(|| file.to_owned());
        self
    }

    pub(super) fn in_column(mut self, column: &str) -> Self {
        self.0.column = Some(column.to_owned());
        self
    }

    pub(super) fn in_field(mut self, place: usize) -> Self {
        self.0.field = Some(place);
        self
    }

    /// The fault with the name of its column, if the header has one.
    pub(super) fn named(mut self, header: &[String]) -> Self {
        if let Some(name) = self.0.field.and_then(|place| header.get(place)) {
            self.0.column = Some(name.clone());
        }
        self
    }

    pub(super) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    pub(super) fn advice_opt(mut self, advice: Option<String>) -> Self {
        self.0.advice = advice;
        self
    }

    /// The fault as an error of the program, with its advice as a hint.
    pub(crate) fn into_error(self) -> anyhow::Error {
        let advice = self.0.advice.clone();
        match advice {
            Some(advice) => hint::with(self, advice),
            None => self.into(),
        }
    }

    /// The fault that stopped a reader of batches, if the error holds one.
    pub(crate) fn of(error: ArrowError) -> Result<Self, ArrowError> {
        match error {
            ArrowError::ExternalError(inner) => {
                inner.downcast::<Self>().map(|wrong| *wrong).map_err(ArrowError::ExternalError)
            }
            other => Err(other),
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = || self.0.field.map(|place| format!("field {}", place + 1));
        let column = self.0.column.as_ref().map(|column| format!("column `{}`", shown(column))).or_else(field);
        let place = match (self.0.line, column) {
            (Some(line), Some(column)) => Some(format!("line {line}, {column}")),
            (Some(line), None) => Some(format!("line {line}")),
            (None, column) => column,
        };
        // A text that begins with a verb has the place as its subject: no colon comes between them.
        let verbs = ["is ", "has ", "comes ", "ends ", "cannot "];
        let joint = if verbs.iter().any(|verb| self.0.what.starts_with(verb)) { " " } else { ": " };
        match (&self.0.file, place) {
            (Some(file), Some(place)) => write!(f, "{}: {place}{joint}{}", visible(file), self.0.what),
            (Some(file), None) => write!(f, "{}{joint}{}", visible(file), self.0.what),
            (None, Some(place)) => write!(f, "{place}{joint}{}", self.0.what),
            (None, None) => f.write_str(&self.0.what),
        }
    }
}

impl std::error::Error for Wrong {}

impl From<Wrong> for ArrowError {
    fn from(wrong: Wrong) -> Self {
        Self::ExternalError(Box::new(wrong))
    }
}

/// A text of an input as an error shows it: short, on one line, and safe for a terminal.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => visible(text.get(..end).unwrap_or(text)) + "…",
        None => visible(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_with_its_place() {
        let wrong = Wrong::at(3, "`cold` is not a number").in_column("x");
        assert_eq!(wrong.to_string(), "line 3, column `x`: `cold` is not a number");
        let wrong = wrong.in_file("a.csv").in_file("later.csv");
        assert_eq!(wrong.to_string(), "a.csv: line 3, column `x`: `cold` is not a number");
        assert_eq!(Wrong::new("is empty").in_file("a\u{1b}.csv").to_string(), "a\\u{1b}.csv is empty");
    }

    #[test]
    fn a_fault_goes_through_a_reader_of_batches_as_itself() {
        let wrong = Wrong::at(3, "no").advice("yes");
        assert_eq!(Wrong::of(ArrowError::from(wrong.clone())).unwrap(), wrong);
        assert!(Wrong::of(ArrowError::ParseError("x".to_owned())).is_err());
    }

    #[test]
    fn long_values_are_cut_and_nothing_steers_the_terminal() {
        assert_eq!(shown(&"x".repeat(500)).chars().count(), SHOWN + 1);
        assert_eq!(shown("\u{1b}[2Jcold"), "\\u{1b}[2Jcold");
    }
}
