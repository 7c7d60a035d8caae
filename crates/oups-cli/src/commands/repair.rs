//! `oups repair`: rebuilds a dataset from its intact row groups.

use std::io::Write;

use anyhow::Result;
use oups::{Error, Lost, ManifestState, RepairReport, SetAside, Version};
use serde_json::{Value, json};

use super::print_json;
use crate::args::Repair;
use crate::store;
use crate::terminal::counted::counted;
use crate::terminal::message::message;
use crate::terminal::stdout::Stdout;

pub(crate) fn run(args: Repair, out: &mut Stdout) -> Result<()> {
    let store = store::store(&args.store)?;
    // Not `store::dataset`, because the manifest may be lost.
    let (_, dataset) = store::dataset_to_write(&store, &args.key)?;
    let mut repair = dataset.repair();
    if let Some(timeout) = args.lock_timeout {
        repair = repair.lock_timeout(timeout);
    }
    let report = repair.commit().map_err(|error| match error {
        Error::NoDataset { .. } => store::not_that_key(&store, &args.key, error),
        error => error.into(),
    })?;
    if args.json {
        return print_json(&facts(&report), out);
    }
    for lost in &report.lost {
        writeln!(out, "{lost}")?;
    }
    for file in &report.restored {
        writeln!(out, "restored: {file}")?;
    }
    for SetAside { file, to, reason, .. } in &report.set_aside {
        writeln!(out, "set aside: {file} as {}: {reason}", to.display())?;
    }
    out.finish()?;
    message(summary(&report));
    Ok(())
}

fn summary(report: &RepairReport) -> String {
    let RepairReport { dataset, row_groups, rows, .. } = report;
    if !report.changed {
        return format!("{dataset}: all is well, nothing was changed");
    }
    let rebuilt = match report.manifest {
        ManifestState::Damaged => "; its manifest was damaged and is rebuilt, its metadata is lost",
        ManifestState::Lost => "; its manifest was gone and is rebuilt, its metadata is lost",
        _ => "",
    };
    let lost = match lost_rows(&report.lost) {
        (0, false) => String::new(),
        (known, false) => format!(", {} lost", counted(known, "row")),
        (0, true) => ", some rows lost".to_owned(),
        (known, true) => format!(", {} or more lost", counted(known, "row")),
    };
    match report.version {
        Some(version) => {
            let (groups, rows) = (counted(*row_groups as u64, "row group"), counted(*rows, "row"));
            format!("{dataset}: version {}: {groups} with {rows} kept{lost}{rebuilt}", version.commit())
        }
        None => format!("{dataset}: no row group is intact, so the dataset is gone{lost}; its files are set aside"),
    }
}

/// The number of rows that are known to be lost, and whether more are lost that could not be counted.
fn lost_rows(lost: &[Lost]) -> (u64, bool) {
    (lost.iter().filter_map(|lost| lost.rows).sum(), lost.iter().any(|lost| lost.rows.is_none()))
}

fn facts(report: &RepairReport) -> Value {
    let lost = |lost: &Lost| {
        let (min, max) = lost.span.clone().unzip();
        json!({ "min": min, "max": max, "rows": lost.rows, "file": lost.file, "reason": lost.reason })
    };
    let aside =
        |aside: &SetAside| json!({ "file": aside.file, "to": aside.to.display().to_string(), "reason": aside.reason });
    let manifest = match report.manifest {
        ManifestState::Good => "good",
        ManifestState::Damaged => "damaged",
        _ => "lost",
    };
    json!({
        "key": report.dataset,
        "changed": report.changed,
        "version": report.version.map(Version::commit),
        "draw": report.version.and_then(Version::draw),
        "manifest": manifest,
        "metadata_lost": report.metadata_lost(),
        "row_groups": report.row_groups,
        "rows": report.rows,
        "lost": report.lost.iter().map(lost).collect::<Vec<_>>(),
        "restored": report.restored,
        "set_aside": report.set_aside.iter().map(aside).collect::<Vec<_>>(),
    })
}
