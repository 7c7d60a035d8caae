//! What an error says of the change that was asked for.

use super::Error;

/// What an error says of the change that was asked for. Needs no list of variants: see [`Error::outcome`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has not happened: everything is as it was, and it may be repeated.
    NotDone,
    /// It has happened, and every reader sees it.
    Done {
        /// Whether a power loss cannot undo it.
        durable: bool,
    },
    /// It may have happened or not: look before repeating it.
    Unknown,
}

impl Error {
    /// What is known of the change that was asked for.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::NotDurable { .. } => Outcome::Done { durable: false },
            Self::OutcomeUnknown { .. } => Outcome::Unknown,
            _ => Outcome::NotDone,
        }
    }
}
