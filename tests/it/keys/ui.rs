//! The compiler's messages for wrong keys: one mistake per file, with its message beside it.

use std::process::Command;

/// Messages change with the compiler, so the test compares them on one release only. After a change of the derives run
/// `TRYBUILD=overwrite cargo test -p oups-tests --test it keys::ui`, then read every difference.
const RELEASE: &str = "rustc 1.95.";

#[test]
fn mistakes_are_reported_where_they_are() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().unwrap();
    if !String::from_utf8_lossy(&version.stdout).starts_with(RELEASE) {
        eprintln!("not compared: the recorded messages are those of {RELEASE}x");
        return;
    }
    trybuild::TestCases::new().compile_fail("ui/fail/*.rs");
}
