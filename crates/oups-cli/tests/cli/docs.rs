//! Documents show real output: a test runs the commands of their `console` blocks and compares the output. A page holds
//! the help of all commands.

use std::path::{Path, PathBuf};
use std::thread;

use crate::sandbox::{Sandbox, stable};

/// Set to write the output into the documents instead.
const UPDATE: &str = "OUPS_UPDATE_DOCS";

/// Commands in `sh` blocks, which this test does not run: other tests run them, or they depend on the reader's wishes.
const RUN_ELSEWHERE: [&str; 6] = [
    // Other tests compare its output, and every run builds it.
    "cargo run --example quickstart",
    "cargo run --example market_data",
    "cargo run --example aligned_features",
    // `.ci/run` runs it.
    "cargo test --workspace",
    // Builds what these tests run.
    "cargo install --path crates/oups-cli",
    "cargo doc -p oups --open",
];

#[test]
fn every_page_shows_what_the_program_prints() {
    let wrong: Vec<String> = thread::scope(|scope| {
        let pages: Vec<_> = pages().into_iter().map(|page| scope.spawn(move || is_real(&page))).collect();
        pages.into_iter().filter_map(|page| page.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}\n{UPDATE}=1 cargo test -p oups-cli writes the output", wrong.concat());
}

#[test]
fn what_is_to_be_typed_without_output_is_run_elsewhere() {
    // A comparison with other programs needs these programs, and an hour.
    for page in pages().into_iter().filter(|page| !page.ends_with("docs/performance.md")) {
        let text = std::fs::read_to_string(&page).unwrap();
        let mut in_sh = false;
        for line in text.lines() {
            match line.trim_start() {
                "```sh" => in_sh = true,
                fence if fence.starts_with("```") => in_sh = false,
                line => assert!(!in_sh || RUN_ELSEWHERE.contains(&line), "{}: who runs `{line}`?", page.display()),
            }
        }
    }
}

#[test]
fn the_page_of_all_help_is_what_the_program_says() {
    let sandbox = Sandbox::empty();
    let main = sandbox.stdout("oups --help");
    let commands = main.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let mut page =
        "# All commands and options\n\nThis page holds the output of `oups COMMAND --help` for every command. A test compares it with the program. \
                    [program.md](program.md) shows the commands at work.\n\n"
            .to_owned();
    page.push_str(&format!("```text\n{main}```\n"));
    for command in commands.filter_map(|line| line.split_whitespace().next()).filter(|command| *command != "help") {
        let help = sandbox.stdout(&format!("oups {command} --help"));
        page.push_str(&format!("\n## {command}\n\n```text\n{help}```\n"));
    }
    let path = root().join("docs/program-help.md");
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(path, page).unwrap();
        return;
    }
    let shown = std::fs::read_to_string(path).unwrap_or_default();
    assert!(shown == page, "docs/program-help.md is old; {UPDATE}=1 cargo test -p oups-cli writes it");
}

#[test]
fn the_picture_of_what_is_covered_is_what_the_program_draws() {
    let sandbox = Sandbox::with_weather();
    sandbox.stdout("oups init data --schema origin:str");
    for (key, input, target) in [("EWR", "EWR.parquet", "MS"), ("JFK", "JFK.parquet", "QS"), ("LGA", "LGA.csv", "500")]
    {
        sandbox.stdout(&format!("oups write data {key} {input} --ordered-on time --row-group-target {target}"));
    }
    sandbox.stdout("oups delete data LGA --start 2013-03-05 --end 2013-05-10");
    let drawn = sandbox.stdout("oups coverage data --svg -");
    let path = root().join("docs/coverage.svg");
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(path, drawn).unwrap();
        return;
    }
    let shown = std::fs::read_to_string(path).unwrap_or_default();
    assert!(shown == drawn, "docs/coverage.svg is old; {UPDATE}=1 cargo test -p oups-cli writes it");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The README and the pages of `docs`.
fn pages() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect();
    pages.push(root().join("README.md"));
    pages
}

/// Runs a page in a folder of its own, and returns its wrong lines. The folder has the weather as a clone has it, or,
/// for the program's own page, files cut from it.
fn is_real(page: &Path) -> Option<String> {
    let document = std::fs::read_to_string(page).unwrap();
    if !document.contains("\n```console\n") {
        return None;
    }
    let is_program = page.ends_with("docs/program.md");
    let sandbox = if is_program { Sandbox::with_weather() } else { Sandbox::with_shipped_weather() };
    let real = run(&document, &sandbox);
    let (shown, printed) = (stable(&document), stable(&real));
    if std::env::var_os(UPDATE).is_some() && shown != printed {
        std::fs::write(page, real).unwrap();
        return None;
    }
    let mut lines = shown.lines().zip(printed.lines()).enumerate();
    let (at, (shown, printed)) = lines.find(|(_, (shown, printed))| shown != printed)?;
    Some(format!("{}:{}: shows\n  {shown}\nbut the program prints\n  {printed}\n", page.display(), at + 1))
}

/// The document, in which every line that starts with `$ ` in a `console` block is followed by its output.
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
