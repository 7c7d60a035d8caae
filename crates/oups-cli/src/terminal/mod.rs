//! Standard output and error, progress, `-v` and colours. This room knows no option.

pub mod counted;
pub mod message;
pub mod program;
pub(crate) mod progress;
pub mod shell;
pub mod stdout;
pub mod verbose;
pub mod visible;
