//! `-v`: prints the library's `tracing` events on standard error.

use std::ffi::OsStr;
use std::io::{self, IsTerminal};

use tracing::Level;
use tracing_subscriber::fmt::time::uptime;

/// Begins to print events: once for commits, twice for their steps as well, more often for everything.
pub fn listen(times: u8) {
    let level = match times {
        0 => return,
        1 => Level::INFO,
        2 => Level::DEBUG,
        _ => Level::TRACE,
    };
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(colours(io::stderr().is_terminal()))
        .with_target(false)
        .with_timer(uptime())
        .with_writer(io::stderr)
        // If events cannot be written, the command goes on.
        .log_internal_errors(false)
        .init();
}

/// Whether events are printed. A progress bar would be in their way.
pub(crate) fn is_on() -> bool {
    tracing::enabled!(Level::INFO)
}

/// Whether output is coloured: only on a terminal, and unless `NO_COLOR` is set.
pub(crate) fn colours(is_terminal: bool) -> bool {
    is_coloured(is_terminal, std::env::var_os("NO_COLOR").as_deref())
}

/// The rule of <https://no-color.org>: an empty `NO_COLOR` counts as unset.
fn is_coloured(is_terminal: bool, no_color: Option<&OsStr>) -> bool {
    is_terminal && no_color.is_none_or(OsStr::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_can_be_declined() {
        assert!(is_coloured(true, None) && is_coloured(true, Some(OsStr::new(""))));
        assert!(!is_coloured(true, Some(OsStr::new("1"))));
        assert!(!is_coloured(false, None));
    }
}
