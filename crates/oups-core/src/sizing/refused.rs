//! The error for an invalid target.

use super::{OPTION, Period};
use crate::Error;

/// The error for a target that was given as `found`.
pub(super) fn invalid(found: impl Into<String>) -> Error {
    let expected = format!("a number of rows of at least 1, or a period: {}", Period::EXPECTED);
    Error::InvalidOption { option: OPTION, expected, found: found.into() }
}
