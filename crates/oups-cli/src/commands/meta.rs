//! `oups meta`: shows or changes the metadata of a dataset.

use std::io::Write;

use anyhow::{Result, bail};
use oups::Dataset;
use serde_json::json;

use super::{print_json, written};
use crate::args::Meta;
use crate::args::usage::Usage;
use crate::store;
use crate::terminal::message::message;
use crate::terminal::stdout::Stdout;
use crate::terminal::visible::visible;

pub(crate) fn run(args: Meta, out: &mut Stdout) -> Result<()> {
    if let Some((key, _)) = args.set.iter().find(|(key, _)| args.unset.contains(key)) {
        bail!(Usage(format!("`{key}` is both set and unset")));
    }
    let store = store::store(&args.store)?;
    let (_, dataset) = store::dataset(&store, &args.key)?;
    if args.set.is_empty() && args.unset.is_empty() { show(&dataset, &args, out) } else { change(&dataset, &args, out) }
}

fn show(dataset: &Dataset, args: &Meta, out: &mut Stdout) -> Result<()> {
    let snapshot = dataset.snapshot()?;
    let metadata = snapshot.metadata();
    if args.json {
        let version = snapshot.version();
        let (number, draw) = (version.commit(), version.draw());
        let facts = json!({ "key": dataset.path_text(), "version": number, "draw": draw, "metadata": metadata });
        return print_json(&facts, out);
    }
    if metadata.is_empty() {
        message(format_args!("{} has no metadata", dataset.path_text()));
    }
    for (key, value) in metadata {
        writeln!(out, "{}={}", visible(key), visible(value))?;
    }
    Ok(())
}

fn change(dataset: &Dataset, args: &Meta, out: &mut Stdout) -> Result<()> {
    let mut change = dataset.change_metadata();
    for (key, value) in &args.set {
        change = change.metadata(key, value);
    }
    for key in &args.unset {
        change = change.unset_metadata(key);
    }
    if let Some(timeout) = args.lock_timeout {
        change = change.lock_timeout(timeout);
    }
    if let Some(version) = args.if_version {
        change = change.if_version(version);
    }
    written::tell_changed("metadata", dataset.path_text(), &change.commit()?, args.json, out)
}
