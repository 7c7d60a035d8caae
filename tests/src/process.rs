//! Processes as tests start them: with nothing of what the tests themselves inherited but what is said here.

use std::env;
use std::ffi::OsStr;
use std::process::Command;

/// A program of the system, with an environment that is the same everywhere.
pub fn tool(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C").env("TZ", "UTC");
    let kept = |name: &str| matches!(name, "PATH" | "TMPDIR" | "RUST_BACKTRACE") || name.starts_with("OUPS_");
    command.envs(env::vars_os().filter(|(name, _)| name.to_str().is_some_and(kept)));
    command
}

/// This test program again, with one of its tests.
///
/// # Panics
///
/// If the system does not tell where this program is.
pub fn again(test: &str) -> Command {
    let mut command = tool(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]);
    command
}
