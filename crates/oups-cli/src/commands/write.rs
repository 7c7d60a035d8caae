//! `oups write`: writes files into one dataset.

use std::ops::ControlFlow;

use anyhow::{Result, bail};
use oups::{
    AnyKey, BringsRows, Change, ChangePlan, CommitReport, Compaction, Dataset, DuplicatesOn, Durability, Error,
    Expected, OfOneDataset, Phase, Resizes, SetsMetadata, Snapshot, Store, TakesDurability, Version,
};

use super::at_its_place::at_its_place;
use super::{key_columns, written};
use crate::args::usage::Usage;
use crate::args::{CommitArgs, DuplicateColumns, NumberOrNone, Storing, Write};
use crate::explain::hint;
use crate::input::{self, Places, Purpose};
use crate::interrupt::{self, Interrupted};
use crate::store;
use crate::terminal::message::message;
use crate::terminal::progress::Progress;
use crate::terminal::stdout::Stdout;

pub(crate) fn run(args: Write, out: &mut Stdout) -> Result<()> {
    let store = store::store(&args.store)?;
    // Without files the dataset must exist: no rows are there to make one of.
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

/// Prints a message if the key of a new dataset is written in another way than it was typed, so that the name of its
/// folder is no surprise.
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
    if args.input.is_empty() {
        let rewrite = rewrite(dataset, args)?;
        return Ok(match args.dry_run {
            true => Done::Planned(rewrite.plan()?),
            false => Done::Written(watched(rewrite, dataset, progress)?.commit().map_err(Interrupted::or)?),
        });
    }
    // Inferring types may read the whole input, long before rows are read.
    interrupt::unchanged();
    let found = dataset.snapshot_if_there()?;
    check_version(dataset, args.if_version, found.as_ref())?;
    let purpose = Purpose {
        stored: found.map(|snapshot| snapshot.schema().clone()),
        ordered_on: ordered_on(dataset, args)?,
        grows: args.storing.evolve_schema,
    };
    let input = input::rows(&args.input, &args.reading, &purpose, progress.clone(), places.clone())?;
    let input = input::sorted(input, &args.reading, purpose.ordered_on.as_deref(), places)?;
    let input = key_columns::settle(input, key, purpose.stored.as_ref(), args.key_columns, places)?;
    input::columns_are_stored(&input.schema(), &purpose)?;
    let write = bringing(dataset.write(input), &args.storing);
    let write = for_version(on_terms(unset(write, args), args.terms), args);
    Ok(match args.dry_run {
        true => Done::Planned(write.plan()?),
        false => Done::Written(watched(write, dataset, progress)?.commit().map_err(Interrupted::or)?),
    })
}

/// The change with its progress shown. A signal ends the program at once while nothing is changed. While row groups are
/// made it stops the change, which removes them; after that, the message says what may have happened.
fn watched<W>(change: Change<W>, dataset: &Dataset, progress: &Progress) -> Result<Change<W>> {
    const BEGUN: &str = "nothing was changed; the next write removes what was begun";

    interrupt::unchanged();
    let (bar, in_doubt) = (progress.clone(), in_doubt(dataset)?);
    Ok(change.progress(move |at| {
        bar.follow(at);
        match at.phase {
            Phase::Merging => {
                interrupt::stopping(BEGUN);
                interrupt::goes_on()
            }
            Phase::Publishing => interrupt::commits(&in_doubt),
            _ => ControlFlow::Continue(()),
        }
    }))
}

/// The change of a command without input files.
fn rewrite(dataset: &Dataset, args: &Write) -> Result<Change<Compaction>> {
    let Storing { ordered_on, duplicates, .. } = &args.storing;
    let useless = [
        (ordered_on.is_some(), "--ordered-on"),
        (duplicates.duplicates_on.is_some(), "--duplicates-on"),
        (duplicates.keep.is_some(), "--keep"),
    ];
    if let Some((_, option)) = useless.iter().find(|(given, _)| *given) {
        bail!(Usage(format!("{option} has no use without files to read rows from")));
    }
    let mut rewrite = resizing(dataset.rewrite(), &args.storing);
    if args.storing.max_off_target.is_none() && only_metadata(args) {
        // A change of metadata alone does not resize row groups.
        rewrite = rewrite.max_off_target(None);
    }
    Ok(for_version(on_terms(unset(rewrite, args), args.terms), args))
}

/// Checks the version before input is read in vain. The commit checks it again.
fn check_version(dataset: &Dataset, expected: Option<Expected>, found: Option<&Snapshot>) -> Result<(), Error> {
    let found = found.map_or(Version::ABSENT, Snapshot::version);
    match expected {
        Some(expected) if !expected.is(found) => {
            Err(Error::VersionConflict { dataset: dataset.path_text().to_owned(), expected, found })
        }
        _ => Ok(()),
    }
}

/// The message for an interrupted commit.
fn in_doubt(dataset: &Dataset) -> Result<String> {
    let before = match dataset.snapshot_if_there()? {
        Some(found) => format!("still at version {}", found.version().commit()),
        None => "not there".to_owned(),
    };
    let path = dataset.path_text();
    Ok(format!("{path} is {before}, or completely changed: `oups info` shows which; nothing needs repair"))
}

/// The change with the options of a write that brings rows.
pub(super) fn bringing<W: BringsRows>(change: Change<W>, args: &Storing) -> Change<W> {
    let mut change = resizing(change, args);
    if let Some(column) = &args.ordered_on {
        change = change.ordered_on(column);
    }
    if let Some(DuplicateColumns(columns)) = &args.duplicates.duplicates_on {
        change = change.duplicates_on(columns.clone());
    }
    if let Some(keep) = args.duplicates.keep {
        change = change.keep(keep);
    }
    change
}

fn resizing<W: Resizes>(mut change: Change<W>, args: &Storing) -> Change<W> {
    if let Some(target) = args.row_group_target {
        change = change.row_group_target(target);
    }
    if let Some(NumberOrNone(groups)) = args.max_off_target {
        change = change.max_off_target(groups);
    }
    if args.evolve_schema {
        change = change.evolve_schema();
    }
    args.meta.iter().fold(change, |change, (key, value)| change.metadata(key, value))
}

fn unset<W: SetsMetadata>(change: Change<W>, args: &Write) -> Change<W> {
    args.unset.iter().fold(change, |change, key| change.unset_metadata(key))
}

fn for_version<W: OfOneDataset>(change: Change<W>, args: &Write) -> Change<W> {
    match args.if_version {
        Some(version) => change.if_version(version),
        None => change,
    }
}

/// The column that the rows must be sorted by.
fn ordered_on(dataset: &Dataset, args: &Write) -> Result<Option<String>> {
    match &args.storing.ordered_on {
        Some(column) => Ok(Some(column.clone())),
        None => Ok(dataset.snapshot_if_there()?.map(|found| found.ordered_on().to_owned())),
    }
}

pub(super) fn on_terms<W: TakesDurability>(mut change: Change<W>, terms: CommitArgs) -> Change<W> {
    if terms.no_sync {
        change = change.durability(Durability::Unsynced);
    }
    if let Some(timeout) = terms.lock_timeout {
        change = change.lock_timeout(timeout);
    }
    change
}

fn only_metadata(args: &Write) -> bool {
    let changes = !args.storing.meta.is_empty() || !args.unset.is_empty();
    changes && args.input.is_empty() && args.storing.row_group_target.is_none()
}

/// Refuses a rule for duplicates if the dataset looks for none: `--keep reject` alone would let every duplicate in.
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
            Some(found) if found.settings().duplicates_on == DuplicatesOn::Off => {
                useless(&format!("all rows are kept, as in {}", dataset.path_text()))
            }
            Some(_) => Ok(()),
        },
    }
}

/// The error with what only the command line knows: keys that may have been meant, and the files of the rows.
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
