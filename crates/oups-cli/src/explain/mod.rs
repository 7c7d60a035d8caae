//! Errors in the program's words: where they are, what to do, and the exit code.

pub mod exit;
pub(crate) mod failures;
pub mod hint;
pub(crate) mod inside;
pub mod moment;
pub(crate) mod places;
