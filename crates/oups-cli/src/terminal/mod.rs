//! Standard output and error, progress, `-v` and colours. This room knows no option.

pub(crate) mod counted;
pub(crate) mod message;
pub(crate) mod progress;
pub(crate) mod shell;
pub(crate) mod stdout;
pub(crate) mod verbose;
pub(crate) mod visible;
