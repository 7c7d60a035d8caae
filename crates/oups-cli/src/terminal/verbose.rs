//! `-v`: what the library tells of its work, on standard error.

use std::ffi::OsStr;
use std::io::{self, IsTerminal};

use tracing::Level;
use tracing_subscriber::fmt::time::uptime;

/// Begins to listen: to commits, to their steps as well, or to everything.
pub(crate) fn listen(times: u8) {
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
        // That nobody can read it is no reason to stop.
        .log_internal_errors(false)
        .init();
}

/// Whether somebody listens, so that a progress bar would be in the way.
pub(crate) fn is_on() -> bool {
    tracing::enabled!(Level::INFO)
}

/// Whether what goes to this terminal, or to none, is coloured.
pub(crate) fn colours(is_terminal: bool) -> bool {
    is_coloured(is_terminal, std::env::var_os("NO_COLOR").as_deref())
}

/// Colours are for terminals of people who did not decline them: <https://no-color.org>.
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
