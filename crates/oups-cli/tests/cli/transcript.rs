//! Documents show real output: a test runs the commands of their `console` blocks and compares the output.

use std::path::{Path, PathBuf};
use std::thread;

use crate::sandbox::{Sandbox, stable};

/// Set to write the output into the documents instead.
pub(crate) const UPDATE: &str = "OUPS_UPDATE_DOCS";

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The README and the pages of `docs`.
pub(crate) fn pages() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect();
    pages.push(root().join("README.md"));
    pages
}

/// Runs each page in a folder of its own, and returns the wrong lines of all. It does not run commands that are not `ours`;
/// their output stays as it is.
pub(crate) fn wrong(pages: Vec<PathBuf>, ours: impl Fn(&str) -> bool + Send + Sync) -> Vec<String> {
    let ours = &ours;
    thread::scope(|scope| {
        let pages: Vec<_> = pages.into_iter().map(|page| scope.spawn(move || is_real(&page, ours))).collect();
        pages.into_iter().filter_map(|page| page.join().unwrap()).collect()
    })
}

/// Whether a command needs the program `oups-sql`.
pub(crate) fn is_sql(command: &str) -> bool {
    command.contains("oups sql ") || command.contains("oups-sql ")
}

/// Runs a page, and returns its first wrong line. The folder has the weather as a clone has it, or, for the program's own
/// page, files cut from it.
fn is_real(page: &Path, ours: impl Fn(&str) -> bool) -> Option<String> {
    let document = std::fs::read_to_string(page).unwrap();
    if !document.contains("\n```console\n") {
        return None;
    }
    let is_program = page.ends_with("docs/program.md");
    let sandbox = if is_program { Sandbox::with_weather() } else { Sandbox::with_shipped_weather() };
    let real = run(&document, &sandbox, ours);
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
fn run(document: &str, sandbox: &Sandbox, ours: impl Fn(&str) -> bool) -> String {
    let mut real = String::new();
    let (mut in_console, mut is_shown) = (false, true);
    for line in document.lines() {
        match line {
            "```console" => (in_console, is_shown) = (true, true),
            "```" => in_console = false,
            _ => {}
        }
        let command = line.strip_prefix("$ ").filter(|_| in_console);
        // The output of a command that is run comes from the run.
        if !in_console || command.is_some() || line == "```console" || !is_shown {
            real.push_str(line);
            real.push('\n');
        }
        if let Some(command) = command {
            is_shown = ours(command);
            if is_shown {
                let output = sandbox.sh(&format!("{{ {command}\n}} 2>&1"));
                real.push_str(&String::from_utf8(output.stdout).unwrap());
            }
        }
    }
    real
}
