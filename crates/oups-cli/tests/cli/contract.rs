//! Rules for all commands: exit codes, JSON, pipes, colours, help. A command that is not in the table fails the test.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::session::store;

/// A command, with a line that succeeds, one that fails, and one with wrong usage.
struct Case {
    name: &'static str,
    done: &'static str,
    failed: &'static str,
    wrong: &'static str,
    /// Whether it prints facts as JSON.
    json: bool,
}

const fn case(name: &'static str, done: &'static str, failed: &'static str, wrong: &'static str) -> Case {
    Case { name, done, failed, wrong, json: true }
}

const fn rows(name: &'static str, done: &'static str, failed: &'static str, wrong: &'static str) -> Case {
    Case { name, done, failed, wrong, json: false }
}

const COMMANDS: [Case; 19] = [
    case("init", "init new --schema a:str", "init data --schema origin:str", "init new --schema a:flot"),
    case("write", "write data JFK JFK.parquet", "write data BOS JFK.parquet", "write data JFK --keep last"),
    case("ingest", "ingest data more.csv --ordered-on time", "ingest data missing.csv", "ingest data"),
    rows("read", "read data JFK", "read data JKF", "read data"),
    case("align", "align data JFK EWR", "align data JFK JFK", "align data"),
    rows("asof", "asof data JFK EWR", "asof data JFK EWR --tolerance soon", "asof data JFK"),
    rows(
        "resample",
        "resample data JFK --period MS --agg temp:min",
        "resample data JFK --period MS --agg tmp:min",
        "resample data JFK --period MS --agg temp",
    ),
    case("ls", "ls data --long", "ls nowhere", "ls data JFK"),
    case("info", "info data JFK", "info data JKF", "info data JFK --json --files"),
    case("coverage", "coverage data", "coverage nowhere", "coverage data JFK"),
    case("delete", "delete data JFK --all", "delete data JKF --all", "delete data JFK"),
    case("compact", "compact data", "compact data orign=JFK", "compact data JFK"),
    case("meta", "meta data JFK", "meta data JKF", "meta data JFK note"),
    case("settings", "settings data JFK", "settings data JKF", "settings data JFK --keep newest"),
    case("rm", "rm data JFK", "rm data JKF", "rm data"),
    case("verify", "verify data", "verify nowhere", "verify data JFK"),
    case("repair", "repair data JFK", "repair data JKF", "repair data"),
    case("export", "export data copy", "export data data", "export data"),
    rows("completions", "completions bash", "completions bash > /dev/full", "completions cmd"),
];

fn sandbox() -> Sandbox {
    let sandbox = store();
    sandbox.file("more.csv", "origin,time,temp\nSFO,2013-01-02T06:00:00Z,50\n");
    sandbox
}

#[test]
fn every_command_is_in_the_table() {
    let help = Sandbox::empty().stdout("oups --help");
    let commands = help.split_once("Commands:").unwrap().1.split_once("\n\n").unwrap().0;
    // The help indents a command's line by two spaces, and its text by more.
    let names = commands.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    // `oups help` is the same as `--help`. `oups sql` becomes another program, which has tests of its own.
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| !["help", "sql"].contains(name));
    let names: BTreeSet<_> = names.collect();
    assert_eq!(names, COMMANDS.iter().map(|case| case.name).collect());
}

#[test]
fn exit_codes() {
    for Case { name, done, failed, wrong, .. } in COMMANDS {
        let sandbox = sandbox();
        for (line, code) in [(failed, 1), (wrong, 2), (done, 0)] {
            if line.ends_with("/dev/full") && !std::path::Path::new("/dev/full").exists() {
                continue;
            }
            let output = sandbox.sh(&format!("oups {line}"));
            let error = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{name}: {line}: {error}");
            if code > 0 {
                assert!(output.stdout.is_empty(), "{line}: output of a failed command");
                assert!(error.contains("error: "), "{line}: {error}");
            }
        }
    }
}

#[test]
fn facts_are_one_object_a_line() {
    for Case { name, done, json, .. } in COMMANDS {
        let sandbox = sandbox();
        let output = sandbox.sh(&format!("oups {done} --json"));
        if !json {
            assert_eq!(output.status.code(), Some(2), "{name} prints no facts");
            continue;
        }
        assert_eq!(output.status.code(), Some(0), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        // `verify` prints nothing for a sound store.
        assert!(!text.is_empty() || name == "verify", "{name}");
        for line in text.lines() {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}: {error}: {line}"));
            assert!(value.is_object(), "{name}: {line}");
        }
    }
}

#[test]
fn a_closed_pipe_is_success_everywhere() {
    for Case { name, done, json, .. } in COMMANDS {
        let sandbox = sandbox();
        let json = if json { " --json" } else { "" };
        let output = sandbox.sh(&format!("{{ oups {done}{json}; echo \"exit $?\" >&2; }} | true"));
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.ends_with("exit 0\n") && !told.contains("error"), "{name}: {told}");
    }
}

#[test]
fn nothing_is_coloured_and_no_bar_is_drawn_in_a_pipe() {
    for Case { name, done, failed, wrong, .. } in COMMANDS {
        let sandbox = sandbox();
        for line in [failed, wrong, done] {
            let output = sandbox.sh(&format!("oups {line} 2>&1"));
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{name}: {line}: {text}");
        }
    }
}

#[test]
fn the_examples_of_the_help_are_command_lines() {
    for Case { name, .. } in COMMANDS {
        let sandbox = Sandbox::empty();
        let help = sandbox.stdout(&format!("oups {name} --help"));
        let examples = help.split_once("Examples:\n").unwrap_or_else(|| panic!("{name} has no examples")).1;
        let lines: Vec<_> = examples.lines().map_while(|line| line.strip_prefix("  ")).collect();
        assert!(lines.iter().any(|line| line.contains(&format!("oups {name} "))), "{name}");
        for line in lines {
            // The remark beside an example, and other programs in its line, are left out.
            let line = line.split("     ").next().unwrap();
            for command in line
                .split(" | ")
                .flat_map(|part| part.split(" && "))
                .map(str::trim)
                .filter(|part| part.starts_with("oups "))
            {
                let command = command.split(" > ~").next().unwrap();
                let output = sandbox.sh(command);
                assert_ne!(output.status.code(), Some(2), "{command}: {}", String::from_utf8_lossy(&output.stderr));
            }
        }
    }
}
