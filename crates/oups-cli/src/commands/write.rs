//! `oups write`: files into one dataset.

use anyhow::{Result, bail};
use oups::{
    AnyKey, ChangePlan, CommitReport, Dataset, DuplicatesOn, Durability, Error, Expected, Snapshot, Store, Version,
};

use super::at_its_place::at_its_place;
use super::{key_columns, written};
use crate::args::usage::Usage;
use crate::args::{CommitArgs, DuplicateColumns, NumberOrNone, Write};
use crate::explain::hint;
use crate::input::{self, Places, Purpose};
use crate::terminal::message::message;
use crate::terminal::progress::Progress;
use crate::terminal::stdout::Stdout;
use crate::{interrupt, store};

pub(crate) fn run(args: Write, out: &mut Stdout) -> Result<()> {
    let store = store::store(&args.store)?;
    // Without rows there is nothing to make a dataset of.
    let find = if args.input.is_empty() { store::dataset } else { store::dataset_to_write };
    let (key, dataset) = find(&store, &args.key)?;
    let named = key.to_string();
    tell_of_path(&args.key, &key, &dataset)?;
    keep_has_a_use(&dataset, &args)?;
    let progress = Progress::new();
    let places = Places::default();
    let result = write(&dataset, &key, &args, &progress, &places);
    progress.done();
    match result.map_err(|error| explained(error, &store, &named, &places))? {
        Done::Written(written) => written::tell(&named, &written, args.json, out),
        Done::Planned(plan) => written::tell_plan(&named, &plan, args.json, out),
    }
}

/// A new dataset whose folder is named in another way than it was typed is not to be a surprise.
fn tell_of_path(typed: &str, key: &AnyKey, dataset: &Dataset) -> Result<()> {
    if typed == key.to_string() || dataset.exists()? {
        return Ok(());
    }
    let separator = key.schema().separator();
    let why = match typed.contains(separator.as_char())
        && key.schema().levels().iter().any(|level| level.fields.len() == 1)
    {
        true => {
            format!(": `{separator}` divides fields, unless a store is made with another (`oups init --separator`)")
        }
        false => String::new(),
    };
    message(format_args!("{typed} is the key {key}{why}"));
    Ok(())
}

enum Done {
    Written(CommitReport),
    Planned(ChangePlan),
}

fn write(dataset: &Dataset, key: &AnyKey, args: &Write, progress: &Progress, places: &Places) -> Result<Done> {
    let mut write = if args.input.is_empty() {
        dataset.rewrite()
    } else {
        // The input may be read to infer its types, long before its rows are.
        interrupt::unchanged();
        let found = dataset.snapshot_if_there()?;
        check_version(dataset, args.if_version, found.as_ref())?;
        let purpose = Purpose {
            stored: found.map(|snapshot| snapshot.manifest().schema.clone()),
            ordered_on: ordered_on(dataset, args)?,
            grows: args.storing.evolve_schema,
        };
        let input = input::rows(&args.input, &args.reading, &purpose, progress.clone(), places.clone())?;
        let input = input::sorted(input, &args.reading, purpose.ordered_on.as_deref(), places)?;
        let input = key_columns::settle(input, key, purpose.stored.as_ref(), args.key_columns, places)?;
        input::columns_are_stored(&input.schema(), &purpose)?;
        dataset.write(interrupt::until_read(input, in_doubt(dataset)?))
    };
    write = on_terms(options(write, args), args.terms);
    if args.dry_run { Ok(Done::Planned(write.plan()?)) } else { Ok(Done::Written(write.commit()?)) }
}

/// Looked at again by the commit; here, so that no input is read in vain.
fn check_version(dataset: &Dataset, expected: Option<Expected>, found: Option<&Snapshot>) -> Result<(), Error> {
    let found = found.map_or(Version::ABSENT, Snapshot::version);
    match expected {
        Some(expected) if !expected.is(found) => {
            Err(Error::VersionConflict { dataset: dataset.path_text().to_owned(), expected, found })
        }
        _ => Ok(()),
    }
}

/// What an interrupted commit may have done.
fn in_doubt(dataset: &Dataset) -> Result<String> {
    let before = match dataset.snapshot_if_there()? {
        Some(found) => format!("still at version {}", found.version().commit()),
        None => "not there".to_owned(),
    };
    Ok(format!("{} is {before}, or completely changed: `oups info` tells; nothing needs repair", dataset.path_text()))
}

fn options<'d>(mut write: oups::Write<'d>, args: &Write) -> oups::Write<'d> {
    if let Some(column) = &args.storing.ordered_on {
        write = write.ordered_on(column);
    }
    if let Some(target) = args.storing.row_group_target {
        write = write.row_group_target(target);
    }
    if let Some(DuplicateColumns(columns)) = &args.storing.duplicates.duplicates_on {
        write = write.duplicates_on(columns.clone());
    }
    if let Some(keep) = args.storing.duplicates.keep {
        write = write.keep(keep);
    }
    if let Some(NumberOrNone(groups)) = args.storing.max_off_target {
        write = write.max_off_target(groups);
    } else if only_metadata(args) {
        // Who changes a note does not ask for row groups of another size.
        write = write.max_off_target(None);
    }
    for (key, value) in &args.storing.meta {
        write = write.metadata(key, value);
    }
    for key in &args.unset {
        write = write.unset_metadata(key);
    }
    if let Some(version) = args.if_version {
        write = write.if_version(version);
    }
    if args.storing.evolve_schema { write.evolve_schema() } else { write }
}

/// The column that the rows are to be sorted by.
fn ordered_on(dataset: &Dataset, args: &Write) -> Result<Option<String>> {
    match &args.storing.ordered_on {
        Some(column) => Ok(Some(column.clone())),
        None => Ok(dataset.snapshot_if_there()?.map(|found| found.manifest().ordered_on.clone())),
    }
}

pub(super) fn on_terms(mut write: oups::Write<'_>, terms: CommitArgs) -> oups::Write<'_> {
    if terms.no_sync {
        write = write.durability(Durability::Unsynced);
    }
    if let Some(timeout) = terms.lock_timeout {
        write = write.lock_timeout(timeout);
    }
    write
}

fn only_metadata(args: &Write) -> bool {
    let changes = !args.storing.meta.is_empty() || !args.unset.is_empty();
    changes && args.input.is_empty() && args.storing.row_group_target.is_none()
}

/// Refuses a rule for duplicates where none are looked for: `--keep reject` alone would let every one in.
fn keep_has_a_use(dataset: &Dataset, args: &Write) -> Result<()> {
    const WANTED: &str = "say which rows are duplicates, with --duplicates-on COLUMNS";
    let useless = |why: &str| -> Result<()> { bail!(Usage(format!("--keep has no use where {why}: {WANTED}"))) };
    if args.storing.duplicates.keep.is_none() {
        return Ok(());
    }
    match &args.storing.duplicates.duplicates_on {
        Some(DuplicateColumns(DuplicatesOn::Off)) => useless("all rows are kept"),
        Some(_) => Ok(()),
        None => match dataset.snapshot_if_there()? {
            None => useless("all rows are kept"),
            Some(found) if found.manifest().settings.duplicates_on == DuplicatesOn::Off => {
                useless(&format!("all rows are kept, as in {}", dataset.path_text()))
            }
            Some(_) => Ok(()),
        },
    }
}

/// The error with what only the command line knows: other keys that may have been meant, the files of the rows.
fn explained(error: anyhow::Error, store: &Store<AnyKey>, key: &str, places: &Places) -> anyhow::Error {
    let error = match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => return error,
    };
    if let Error::NoOrderedColumn { .. } = &error {
        let meant = hint::did_you_mean(&store::similar_keys(store, key));
        let meant = meant.map(|meant| format!("{meant} Else ")).unwrap_or_default();
        return hint::with(error, format!("{meant}add --ordered-on COLUMN for a new dataset"));
    }
    at_its_place(error, places)
}
