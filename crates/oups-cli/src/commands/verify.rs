//! `oups verify`: checks every byte and reports what is wrong.

use std::collections::BTreeSet;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Result, bail};
use indicatif::HumanBytes;
use oups::{Error, Finding, FindingKind, VerifyReport};
use serde_json::{Value, json};

use super::print_json;
use crate::args::Verify;
use crate::explain::hint::OTHER_STORE_FILE;
use crate::explain::places;
use crate::store;
use crate::terminal::counted::counted;
use crate::terminal::message::message;
use crate::terminal::progress::Progress;
use crate::terminal::shell;
use crate::terminal::stdout::Stdout;
use crate::terminal::visible::visible;

/// The most damaged datasets that the hint names.
const NAMED: usize = 3;

pub(crate) fn run(args: Verify, out: &mut Stdout) -> Result<()> {
    let store = match store::store(&args.store) {
        Ok(store) => store,
        Err(error) => return without_schema(error, &args, out),
    };
    let filter = places::filter(&store, &args.filter)?;
    let progress = Progress::new();
    let bar = progress.clone();
    let verified = store.verify(filter).progress(move |at| {
        bar.follow(at);
        ControlFlow::Continue(())
    });
    let verified = verified.run();
    progress.done();
    let VerifyReport { findings, datasets: looked_at, bytes, .. } = verified?;
    let marked = dead_writers(&findings);
    for finding in &findings {
        let marked = finding.dataset.as_deref().is_some_and(|dataset| marked.contains(dataset));
        tell(finding, is_cleared(finding.kind, marked), args.json, out)?;
    }
    out.finish()?;
    let (datasets, bytes) = (counted(looked_at as u64, "dataset"), HumanBytes(bytes));
    if findings.is_empty() && looked_at == 0 && !args.filter.is_empty() {
        message("no dataset matches");
        return Ok(());
    }
    if findings.is_empty() {
        message(format_args!("{datasets}, {bytes}: all is well"));
        return Ok(());
    }
    let damage = findings.iter().filter(|finding| finding.kind.is_damage()).count();
    let found = counted(findings.len() as u64, "finding");
    if damage == 0 {
        message(format_args!("{datasets}, {bytes}: nothing is damaged, {found}"));
        return Ok(());
    }
    if let Some(hint) = way_out(&args.store, &findings) {
        message(format_args!("hint: {hint}"));
    }
    bail!("{datasets}, {bytes}: {found}, {damage} of them damage")
}

/// The datasets whose lock file holds the mark of a dead writer.
fn dead_writers(findings: &[Finding]) -> BTreeSet<&str> {
    let marks = findings.iter().filter(|finding| finding.kind == FindingKind::Mark);
    marks.filter_map(|finding| finding.dataset.as_deref()).collect()
}

/// Whether the next writer of the dataset clears the finding away. It looks for leftovers only if it finds a dead
/// writer's mark.
fn is_cleared(kind: FindingKind, marked: bool) -> bool {
    marked && matches!(kind, FindingKind::Mark | FindingKind::Leftover | FindingKind::Tombstone)
}

/// Reports a damaged `oups.json`. Only that file says which folders are datasets, so that nothing else can be checked.
fn without_schema(error: anyhow::Error, args: &Verify, out: &mut Stdout) -> Result<()> {
    let (kind, file, detail) = match error.downcast::<Error>() {
        Ok(Error::Damaged { path, detail }) => (FindingKind::StoreFile, path, detail),
        Ok(Error::NewerFormat { path, found, supported }) => {
            let detail = format!("it has format version {found}; this oups reads up to {supported}");
            (FindingKind::NewerFormat, path, detail)
        }
        Ok(error) => return Err(error.into()),
        Err(error) => return Err(error),
    };
    if args.json {
        print_json(&facts(kind, None, None, &file, &detail), out)?;
    } else {
        writeln!(out, "{}", line(kind, None, None, &file, &detail))?;
    }
    out.finish()?;
    if kind == FindingKind::StoreFile {
        message(format_args!("hint: {OTHER_STORE_FILE}"));
    }
    bail!("1 finding; without oups.json nothing else could be looked at")
}

fn tell(finding: &Finding, cleared: bool, json: bool, out: &mut Stdout) -> Result<()> {
    let Finding { dataset, row_group, file, kind, detail, .. } = finding;
    if json {
        return print_json(&facts(*kind, dataset.as_deref(), *row_group, file, detail), out);
    }
    let cleared = if cleared { " (the next write clears this)" } else { "" };
    Ok(writeln!(out, "{}{cleared}", line(*kind, dataset.as_deref(), *row_group, file, detail))?)
}

fn facts(kind: FindingKind, dataset: Option<&str>, row_group: Option<usize>, file: &Path, detail: &str) -> Value {
    json!({
        "kind": kind.name(),
        "damage": kind.is_damage(),
        "dataset": dataset,
        "row_group": row_group,
        "file": file.display().to_string(),
        "detail": detail,
    })
}

/// One line for people. Row groups are counted from 1, as in `oups info`.
fn line(kind: FindingKind, dataset: Option<&str>, row_group: Option<usize>, file: &Path, detail: &str) -> String {
    let mut line = String::new();
    if let Some(dataset) = dataset {
        line.push_str(dataset);
        if let Some(at) = row_group {
            line.push_str(&format!(", row group {}", at + 1));
        }
        line.push_str(": ");
    }
    // Names of files may hold any characters.
    line + &visible(&format!("{kind}: {}: {detail}", file.display()))
}

/// The hint about damage; `None` if `oups repair` does not help.
fn way_out(store: &Path, findings: &[Finding]) -> Option<String> {
    if findings.iter().any(|finding| finding.kind == FindingKind::NewerFormat) {
        return Some("a newer oups has written here: use it".to_owned());
    }
    let damaged = findings.iter().filter(|finding| finding.kind.is_damage());
    let datasets: BTreeSet<&str> = damaged.filter_map(|finding| finding.dataset.as_deref()).collect();
    let commands: Vec<String> =
        datasets.iter().take(NAMED).map(|key| format!("`oups repair {} {key}`", shell::word(store))).collect();
    let more = if datasets.len() > NAMED { " and so on" } else { "" };
    (!commands.is_empty()).then(|| format!("to keep what is intact: {}{more}", commands.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_writers_leftovers_are_cleared_and_others_are_not() {
        assert!(is_cleared(FindingKind::Mark, true) && is_cleared(FindingKind::Leftover, true));
        assert!(!is_cleared(FindingKind::Leftover, false) && !is_cleared(FindingKind::Foreign, true));
        assert!(!is_cleared(FindingKind::Truncated, true));
    }

    #[test]
    fn a_name_cannot_move_the_cursor() {
        let file = Path::new("data/\u{1b}[2Jx");
        let line = line(FindingKind::Foreign, Some("a"), Some(0), file, "no file of a dataset");
        assert_eq!(line, "a, row group 1: foreign file: data/\\u{1b}[2Jx: no file of a dataset");
    }
}
