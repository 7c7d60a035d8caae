//! `docs/program.md` shows real output: its commands are run, and what it shows is compared.

use std::path::Path;

use crate::sandbox::{Sandbox, stable};

/// Set to write the output into the document instead.
const UPDATE: &str = "OUPS_UPDATE_DOCS";

#[test]
fn the_program_by_example_is_real() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/program.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let real = run(&document, &Sandbox::with_weather());
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, real).unwrap();
        return;
    }
    assert!(
        stable(&document) == stable(&real),
        "docs/program.md does not show what the program prints; {UPDATE}=1 cargo test -p oups-cli writes it anew"
    );
}

/// The document with every line that starts with `$ ` in a `console` block followed by what it prints.
fn run(document: &str, sandbox: &Sandbox) -> String {
    let mut real = String::new();
    let mut in_console = false;
    for line in document.lines() {
        match line {
            "```console" => in_console = true,
            "```" => in_console = false,
            _ => {}
        }
        let command = line.strip_prefix("$ ").filter(|_| in_console);
        if in_console && command.is_none() && line != "```console" {
            continue;
        }
        real.push_str(line);
        real.push('\n');
        if let Some(command) = command {
            let output = sandbox.sh(&format!("{{ {command}\n}} 2>&1"));
            real.push_str(&String::from_utf8(output.stdout).unwrap());
        }
    }
    real
}
