//! Values of Arrow types as texts, both ways: exactly, or refused.
//!
//! This room knows no file and no line. Its callers put the place in front of a refusal.

mod calendar;
mod column;
mod dictionary;
mod duration;
mod epoch;
mod float;
mod format;
mod guess;
mod kind;
mod moment;
mod number;
pub(crate) mod shown;
mod times;
pub(crate) mod types;
mod whole;
mod zone;

#[cfg(test)]
mod tests;

pub(crate) use column::Column;
pub(crate) use format::Format;
pub(crate) use guess::{Doubt, Guess, Role};
pub(crate) use kind::has_decimal_comma;
pub(crate) use times::Times;
pub(crate) use zone::Zone;

/// One value as written in a text format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written<'a> {
    /// A value of CSV.
    Text(&'a str),
    /// A string of JSON, unescaped.
    String(&'a str),
    /// A number of JSON, with all its digits.
    Number(&'a str),
    Bool(bool),
}

impl<'a> Written<'a> {
    /// The text as it stands in the file.
    pub(crate) fn text(self) -> &'a str {
        match self {
            Self::Text(text) | Self::String(text) | Self::Number(text) => text,
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
        }
    }
}

/// Why a value is refused. A message puts place and value in front of it: "line 3, column `x`: `cold` is not a number".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) why: String,
    /// What to do; `COLUMN` stands for the column's name.
    pub(crate) advice: Option<String>,
}

impl Refused {
    fn new(why: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { why: why.into(), advice: Some(advice.into()) }
    }

    fn plain(why: impl Into<String>) -> Self {
        Self { why: why.into(), advice: None }
    }
}
