//! Starts processes for tests. A process inherits nothing of the environment but what is named here.

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

/// Runs one test of this test program in another process.
///
/// # Panics
///
/// If the path of this program is unknown.
pub fn again(test: &str) -> Command {
    let mut command = tool(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]);
    command
}
