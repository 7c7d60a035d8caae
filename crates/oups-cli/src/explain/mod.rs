//! Errors in the program's words: where, a way out, an exit code.

pub(crate) mod exit;
pub(crate) mod failures;
pub(crate) mod hint;
pub(crate) mod inside;
pub(crate) mod places;
