//! The command line, as programs and people have it.

use crate::sandbox::Sandbox;
use crate::weather::{check, told};

#[test]
fn help() {
    check("help", &Sandbox::empty().stdout("oups-sql --help"));
}

#[test]
fn a_wrong_command_line_is_told_as_every_error() {
    let sandbox = Sandbox::empty();
    for line in ["", "--nope x", "x --format xyz", "x --threads 0", "x --memory none", "x --attach y", "x --set y"] {
        let (code, said) = told(&sandbox, &format!("oups-sql {line}"));
        assert_eq!(code, Some(2), "{line}: {said}");
        assert!(said.starts_with("oups-sql: error: "), "{line}: {said}");
    }
    assert!(sandbox.stdout("oups-sql --version").starts_with("oups-sql 0."));
}
