//! Values of Arrow types as texts, both ways: exactly, or refused.
//!
//! Knows no file and no line: who reads one puts the place in front of what is said here.

mod column;
mod guess;
mod times;

pub(crate) use column::Column;
pub(crate) use guess::{Doubt, Guess, Guessed, Role};
pub(crate) use times::Times;

/// One value as a text format wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written<'a> {
    /// Any value of CSV.
    Text(&'a str),
    /// A string of JSON, unescaped.
    String(&'a str),
    /// A number of JSON, digit by digit as it stands there.
    Number(&'a str),
    Bool(bool),
}

impl<'a> Written<'a> {
    /// As it stands in the file.
    pub(crate) fn text(self) -> &'a str {
        match self {
            Self::Text(text) | Self::String(text) | Self::Number(text) => text,
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
        }
    }
}

/// Why a value is refused. Completes the place: "line 3, column `x`: `cold` is not a number: give …".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) why: String,
    /// What would do.
    pub(crate) advice: Option<String>,
}
