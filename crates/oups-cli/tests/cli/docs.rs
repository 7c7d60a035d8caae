//! Documents show real output: the commands of their `console` blocks are run, and what they show is compared.

use std::path::Path;

use crate::sandbox::{Sandbox, stable};

/// Set to write the output into the documents instead.
const UPDATE: &str = "OUPS_UPDATE_DOCS";

#[test]
fn the_program_by_example_is_real() {
    is_real("docs/program.md", &Sandbox::with_weather());
}

#[test]
fn the_front_page_is_real() {
    is_real("README.md", &Sandbox::with_shipped_weather());
}

fn is_real(name: &str, sandbox: &Sandbox) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    let document = std::fs::read_to_string(&path).unwrap();
    let real = run(&document, sandbox);
    assert_ne!(document.lines().filter(|line| line.starts_with("$ oups ")).count(), 0, "{name} has no session");
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, real).unwrap();
        return;
    }
    assert!(
        stable(&document) == stable(&real),
        "{name} does not show what the program prints; {UPDATE}=1 cargo test -p oups-cli writes it anew. It prints:\n{real}"
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
