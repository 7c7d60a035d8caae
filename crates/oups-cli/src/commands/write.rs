//! `oups write`: files into one dataset.

use oups::{AnyKey, Dataset, Durability, Error, Store, Written};
use serde_json::json;

use super::print_json;
use crate::args::{NumberOrNone, Write};
use crate::exit::message;
use crate::input::Places;
use crate::output::counted;
use crate::progress::Progress;
use crate::stdout::Stdout;
use crate::{hint, input, open};

pub(crate) fn run(args: Write, out: &mut Stdout) -> anyhow::Result<()> {
    let store = open::store(&args.store)?;
    // Without rows there is nothing to make a dataset of.
    let find = if args.input.is_empty() { open::dataset } else { open::dataset_to_write };
    let (_, dataset) = find(&store, &args.key)?;
    let progress = Progress::new();
    let places = Places::default();
    let result = write(&dataset, &args, &progress, &places);
    progress.done();
    let written = result.map_err(|error| explained(error, &store, &args.key, &places))?;
    if args.json {
        return print_json(&facts(&args.key, &written), out);
    }
    message(format_args!("{}: {}", args.key, summary(&written)));
    Ok(())
}

fn write(dataset: &Dataset, args: &Write, progress: &Progress, places: &Places) -> anyhow::Result<Written> {
    let mut write = if args.input.is_empty() {
        dataset.rewrite()
    } else {
        let stored = dataset.snapshot_if_there()?.map(|snapshot| snapshot.manifest().schema.clone());
        dataset.write(input::open(&args.input, stored, progress.clone(), places.clone())?)
    };
    if let Some(column) = &args.ordered_on {
        write = write.ordered_on(column);
    }
    if let Some(target) = args.row_group_target {
        write = write.row_group_target(target);
    }
    if let Some(NumberOrNone(groups)) = args.max_off_target {
        write = write.max_off_target(groups);
    } else if only_metadata(args) {
        // Who changes a note does not ask for row groups of another size.
        write = write.max_off_target(None);
    }
    for (key, value) in &args.meta {
        write = write.metadata(key, value);
    }
    for key in &args.unset {
        write = write.unset_metadata(key);
    }
    if args.no_sync {
        write = write.durability(Durability::Unsynced);
    }
    if let Some(timeout) = args.lock_timeout {
        write = write.lock_timeout(timeout);
    }
    if let Some(version) = args.if_version {
        write = write.if_version(version);
    }
    Ok(write.commit()?)
}

fn only_metadata(args: &Write) -> bool {
    let changes = !args.meta.is_empty() || !args.unset.is_empty();
    changes && args.input.is_empty() && args.row_group_target.is_none()
}

/// The error with what only the command line knows: other keys that may have been meant, the files of the rows.
fn explained(error: anyhow::Error, store: &Store<AnyKey>, key: &str, places: &Places) -> anyhow::Error {
    let error = match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => return error,
    };
    let hint = match &error {
        Error::NoOrderedColumn { .. } => {
            let meant = hint::did_you_mean(&open::similar_keys(store, key));
            let meant = meant.map(|meant| format!("{meant} Else ")).unwrap_or_default();
            Some(format!("{meant}add --ordered-on COLUMN for a new dataset"))
        }
        Error::Unsorted { row, column, .. } => {
            places.find(*row).map(|place| format!("that is {place}; sort the input by `{column}` first"))
        }
        Error::Unorderable { row, column, .. } => {
            places.find(*row).map(|place| format!("that is {place}; leave out rows without a value in `{column}`"))
        }
        _ => None,
    };
    match hint {
        Some(hint) => hint::with(error, hint),
        None => error.into(),
    }
}

fn summary(written: &Written) -> String {
    if !written.changed {
        return format!("nothing to change, still at version {}", written.version);
    }
    if written.files_written == 0 && written.files_replaced == 0 {
        return format!("version {}: no row group had to be rewritten", written.version);
    }
    let groups = counted(written.files_written as u64, "row group");
    let rows = counted(written.rows_written, "row");
    let replaced = match written.files_replaced {
        0 => String::new(),
        files => format!(", replaced {}", counted(files as u64, "row group")),
    };
    format!("version {}: wrote {groups} with {rows}{replaced}", written.version)
}

fn facts(key: &str, written: &Written) -> serde_json::Value {
    json!({
        "key": key,
        "version": written.version,
        "changed": written.changed,
        "rows_written": written.rows_written,
        "files_written": written.files_written,
        "files_replaced": written.files_replaced,
    })
}
