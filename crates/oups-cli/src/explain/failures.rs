//! Counts what failed in a command on several datasets, for one line at its end.

use std::fmt;

use oups::{Error, Outcome};

use crate::terminal::counted::counted;

/// The number of datasets whose change failed, by the outcome of the change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Failures {
    not_done: u64,
    not_durable: u64,
    unknown: u64,
    of: u64,
}

impl Failures {
    /// Counts one more failed dataset.
    pub(crate) fn count(&mut self, error: &Error) {
        match error.outcome() {
            Outcome::NotDone | Outcome::Partly => self.not_done += 1,
            Outcome::Done { .. } => self.not_durable += 1,
            Outcome::Unknown => self.unknown += 1,
        }
    }

    /// The number of failed datasets.
    pub(crate) fn all(&self) -> u64 {
        self.not_done + self.not_durable + self.unknown
    }

    /// Whether a change has or may have happened, so that the command must not be repeated blindly.
    pub(crate) fn are_in_doubt(&self) -> bool {
        self.not_durable + self.unknown > 0
    }

    /// The result of the command, which worked on `of` datasets.
    pub(crate) fn result(self, of: u64) -> Result<(), Self> {
        if self.all() == 0 { Ok(()) } else { Err(Self { of, ..self }) }
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} failed", self.all(), counted(self.of, "dataset"))?;
        if self.not_durable > 0 {
            write!(f, "; {} of these: visible, but perhaps not durable", self.not_durable)?;
        }
        if self.unknown > 0 {
            write!(f, "; {} of these: not known whether it has happened", self.unknown)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failures {}
