//! `oups settings`: shows or changes the settings of a dataset.

use std::io::Write;

use anyhow::{Result, bail};
use oups::{Dataset, DuplicatesOn, KeepRule};
use serde_json::{Value, json};

use super::info::section_lines;
use super::{print_json, written};
use crate::args::usage::Usage;
use crate::args::{DuplicateColumns, NumberOrNone, Settings};
use crate::store;
use crate::terminal::stdout::Stdout;

pub(crate) fn run(args: Settings, out: &mut Stdout) -> Result<()> {
    let store = store::store(&args.store)?;
    let (_, dataset) = store::dataset(&store, &args.key)?;
    let changes = args.row_group_target.is_some()
        || args.duplicates_on.is_some()
        || args.keep.is_some()
        || args.max_off_target.is_some();
    if changes { change(&dataset, &args, out) } else { show(&dataset, &args, out) }
}

fn show(dataset: &Dataset, args: &Settings, out: &mut Stdout) -> Result<()> {
    let snapshot = dataset.snapshot()?;
    let settings = snapshot.settings().to_json();
    if args.json {
        let (version, draw) = (snapshot.version().commit(), snapshot.version().draw());
        let facts = json!({ "key": dataset.path_text(), "version": version, "draw": draw, "settings": settings });
        return print_json(&facts, out);
    }
    let Value::Object(settings) = settings else { return Ok(()) };
    for line in section_lines(settings.iter().map(|(name, value)| (name.as_str(), super::info::text(value)))) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn change(dataset: &Dataset, args: &Settings, out: &mut Stdout) -> Result<()> {
    let mut change = dataset.change_settings();
    if let Some(target) = args.row_group_target {
        change = change.row_group_target(target);
    }
    let duplicates = args.duplicates_on.as_ref().map(|DuplicateColumns(columns)| columns.clone());
    if let Some(columns) = duplicates.clone() {
        change = change.duplicates_on(columns);
    }
    if let Some(keep) = args.keep {
        // A rule has no effect on a dataset that looks for no duplicates: `--keep reject` would let every duplicate in.
        let looked_for = duplicates.map_or_else(|| dataset.info().map(|info| info.settings.duplicates_on), Ok)?;
        if looked_for == DuplicatesOn::Off {
            bail!(Usage(
                "--keep has no use where all rows are kept: say which are duplicates, with --duplicates-on".to_owned()
            ));
        }
        change = change.keep(KeepRule::from(keep));
    }
    if let Some(NumberOrNone(groups)) = args.max_off_target {
        change = change.max_off_target(groups);
    }
    if let Some(timeout) = args.lock_timeout {
        change = change.lock_timeout(timeout);
    }
    if let Some(version) = args.if_version {
        change = change.if_version(version);
    }
    written::tell_changed("settings", dataset.path_text(), &change.commit()?, args.json, out)
}
