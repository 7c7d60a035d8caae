//! Starts programs for the tests: they inherit nothing from the tests, and every wait for them has a limit.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Child, Command, Output};
use std::sync::{Arc, Once, mpsc};
use std::thread::{spawn, yield_now};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// The limit of a wait: longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// A program with an environment that is the same everywhere: no colours, widths, zones or languages of the user that
/// runs the tests, and a folder of its own for temporary files. It finds the programs under test in its path.
pub(crate) fn clean(program: impl AsRef<OsStr>, folder: &Path, temporary: &Path) -> Command {
    signals_as_usual();
    let mut command = Command::new(program);
    command.env_clear().current_dir(folder);
    command.env("PATH", search()).env("TMPDIR", temporary).env("HOME", folder).env("LC_ALL", "C").env("TZ", "UTC");
    command
}

fn search() -> OsString {
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(crate::programs().into_iter().chain(std::env::split_paths(&others))).unwrap()
}

/// From now on, programs that the tests start heed signals, even if the tests were started so that signals are ignored,
/// as by `nohup`. A child inherits that a signal is ignored, but not a handler: with a handler here, a child has the
/// usual behaviour. This handler does nothing, so the tests go on ignoring the signal.
fn signals_as_usual() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.map_or(0, |mask| u64::from_str_radix(mask.trim(), 16).unwrap());
        for signal in [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|signal| mask >> (signal - 1) & 1 == 1) {
            flag::register(signal, Arc::default()).unwrap();
        }
    });
}

/// Sends a signal, by its name.
pub(crate) fn signal(name: &str, child: &Child) {
    let sent = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status().unwrap();
    assert!(sent.success(), "a signal that could not be sent");
}

/// Waits until a condition holds; `what` names it.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        yield_now();
    }
}

/// All output of a program until it ends; `what` names the program.
pub(crate) fn output(child: Child, what: &str) -> Output {
    let (sender, receiver) = mpsc::channel();
    let pid = child.id().to_string();
    spawn(move || sender.send(child.wait_with_output()));
    receiver.recv_timeout(PATIENCE).map(Result::unwrap).unwrap_or_else(|_| {
        let _ = Command::new("kill").args(["-KILL", &pid]).status();
        panic!("{what}: it has not ended within {PATIENCE:?}")
    })
}
