//! The error for an invalid target.

use super::OPTION;
use crate::Error;

/// The error for a target that was given as `found`.
pub(super) fn invalid(found: impl Into<String>) -> Error {
    Error::InvalidOption { option: OPTION, expected: EXPECTED.to_owned(), found: found.into() }
}

/// The valid targets, for errors.
pub(super) const EXPECTED: &str = "a number of rows of at least 1, or a period: s, min, h, D, W, W-MON to W-SUN, MS, QS \
                                   or YS, with a multiple before it if wanted, as in 15min or 2QS";
