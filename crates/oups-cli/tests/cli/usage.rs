//! Wrong command lines, and help.

use crate::sandbox::{Sandbox, check};

#[test]
fn a_wrong_command_line_is_told_as_every_error() {
    let sandbox = Sandbox::empty();
    for line in
        ["foo", "read", "read data", "read data x --zzz", "read data x --format xyz", "ls --jsom data", "help foo"]
    {
        let output = sandbox.sh(&format!("oups {line}"));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{line}: {said}");
        assert!(said.starts_with("oups: error: "), "{line}: {said}");
    }
    let alone = sandbox.sh("oups");
    assert_eq!(alone.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&alone.stderr).contains("Usage: oups"));
}

#[test]
fn only_what_is_near_is_suggested() {
    check(
        "only_what_is_near_is_suggested",
        &Sandbox::empty().session(&[
            "oups raed data",
            "oups list data",
            "oups settigns data",
            "oups read data x --strat 5",
            "oups read data x --stop 5",
            "oups read data x --format jsn",
            "oups read data x --limit -1",
            "oups read data -3",
            "oups write data x --row-group-target 0",
        ]),
    );
}

#[test]
fn help_of_a_command_is_asked_for_in_both_ways() {
    let sandbox = Sandbox::empty();
    for command in ["read", "ingest", "verify", "completions"] {
        let help = sandbox.stdout(&format!("oups {command} --help"));
        assert_eq!(sandbox.stdout(&format!("oups help {command}")), help, "{command}");
    }
    assert_eq!(sandbox.stdout("oups help"), sandbox.stdout("oups --help"));
    if std::path::Path::new("/dev/full").exists() {
        assert_eq!(sandbox.sh("oups help > /dev/full").status.code(), Some(1));
    }
}
