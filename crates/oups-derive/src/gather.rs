//! Gathers all errors of one input, so that the user sees them at once.

use syn::{Error, Result};

/// Errors found so far.
#[derive(Default)]
pub(crate) struct Gather {
    errors: Option<Error>,
}

impl Gather {
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            None => self.errors = Some(error),
        }
    }

    /// The value; `None` after an error, which is gathered.
    pub(crate) fn ok<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// The value, or all gathered errors.
    pub(crate) fn finish<T>(self, value: T) -> Result<T> {
        match self.errors {
            None => Ok(value),
            Some(errors) => Err(errors),
        }
    }
}
