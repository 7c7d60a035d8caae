//! Whether the change has happened that an error is about.

use super::Error;

/// Whether the change has happened that an error is about. With [`Error::outcome`], a caller need not list variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has not happened. Everything is as it was, and the change may be repeated.
    NotDone,
    /// It has happened, and every reader sees it.
    Done {
        /// Whether a power loss cannot undo it.
        durable: bool,
    },
    /// It is not known whether it has happened: look before repeating it.
    Unknown,
    /// A part of it has happened and no row is lost: repeating it does the rest. Only a repair can end so.
    Partly,
}

impl Error {
    /// Whether the change has happened that this error is about.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::NotDurable { .. } => Outcome::Done { durable: false },
            Self::OutcomeUnknown { .. } => Outcome::Unknown,
            Self::RepairStopped { .. } => Outcome::Partly,
            _ => Outcome::NotDone,
        }
    }
}
