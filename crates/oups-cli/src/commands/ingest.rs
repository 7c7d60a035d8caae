//! `oups ingest`: writes files into the datasets of their keys.

use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::{Result, bail};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use oups::{AnyKey, DuplicatesOn, Error, IngestReport, Outcome, Store};
use serde_json::json;

use super::at_its_place::at_its_place;
use super::unfinished::Unfinished;
use super::{print_json, write, written};
use crate::args::{DuplicateColumns, Ingest};
use crate::explain::exit::tell;
use crate::explain::failures::Failures;
use crate::input::{self, Places, Purpose};
use crate::terminal::counted::counted;
use crate::terminal::message::message;
use crate::terminal::progress::Progress;
use crate::terminal::shell;
use crate::terminal::stdout::Stdout;
use crate::{interrupt, store};

pub(crate) fn run(args: Ingest, out: &mut Stdout) -> Result<()> {
    let store = store::store(&args.store)?;
    let (progress, places) = (Progress::new(), Places::default());
    let ingested = ingest(&store, &args, &progress, &places);
    progress.done();
    let ingested = ingested.map_err(|error| match error.downcast() {
        Ok(error) => at_its_place(error, &places),
        Err(error) => error,
    })?;
    let (datasets, rows) = (ingested.len() as u64, ingested.iter().map(|done| done.rows).sum());
    let (mut failures, mut unfinished, mut is_stopped) = (Failures::default(), unfinished(&args), false);
    for done in ingested {
        match &done.result {
            Ok(_) => unfinished.wrote(&done.dataset),
            // A signal has stopped the ingest before this one was changed.
            Err(Error::Stopped { by: None, .. }) => {
                is_stopped = true;
                continue;
            }
            Err(error) => failures.count(error),
        }
        tell_of(done, &args, &places, out)?;
    }
    if is_stopped && !failures.are_in_doubt() {
        bail!(unfinished.stopped());
    }
    failures.result(datasets)?;
    message(format_args!("{} into {}", counted(rows, "row"), counted(datasets, "dataset")));
    Ok(())
}

fn ingest(
    store: &Store<AnyKey>,
    args: &Ingest,
    progress: &Progress,
    places: &Places,
) -> Result<Vec<IngestReport<AnyKey>>> {
    // Inferring types may read the whole input, long before rows are read.
    interrupt::unchanged();
    let ordered_on = args.storing.ordered_on.as_deref();
    let purpose = Purpose {
        stored: Some(known(store)?),
        ordered_on: args.storing.ordered_on.clone(),
        grows: args.storing.evolve_schema,
    };
    let rows = input::rows(&args.input, &args.reading, &purpose, progress.clone(), places.clone())?;
    let rows = input::sorted(rows, &args.reading, ordered_on, places)?;
    let ingest = write::bringing(store.ingest(rows).stop_on_error(args.stop_on_error), &args.storing);
    let (bar, mut unfinished) = (progress.clone(), unfinished(args));
    let each = move |done: &IngestReport<AnyKey>| {
        bar.wrote_one_of(done.datasets as u64);
        if done.result.is_ok() {
            unfinished.wrote(&done.dataset);
            interrupt::stopping(unfinished.text());
        }
    };
    let (bar, at_first, mut is_read) = (progress.clone(), self::unfinished(args).text(), false);
    let told = move |at: &oups::Progress| {
        // While the rows of all datasets are read, nothing is changed, and a signal ends the program at once.
        if at.dataset.is_none() {
            return ControlFlow::Continue(());
        }
        if !mem::replace(&mut is_read, true) {
            interrupt::stopping(at_first.as_str());
        }
        bar.mention(at);
        interrupt::goes_on()
    };
    Ok(write::on_terms(ingest, args.terms).each(each).progress(told).commit()?)
}

fn unfinished(args: &Ingest) -> Unfinished {
    let duplicates = args.storing.duplicates.duplicates_on.as_ref();
    let drops_duplicates = duplicates.is_some_and(|DuplicateColumns(columns)| *columns != DuplicatesOn::Off);
    Unfinished::new(shell::word(&args.store), drops_duplicates)
}

/// The known types of CSV and JSON columns. Columns of key fields are texts, so that a value that is not a key fails by
/// itself. The other columns are those of the first dataset of the store.
fn known(store: &Store<AnyKey>) -> Result<SchemaRef> {
    let keys = store.schema().field_names();
    let mut fields: Vec<_> = keys.map(|name| Arc::new(Field::new(name, DataType::Utf8, true))).collect();
    if let Some(first) = store.keys(..)?.first() {
        fields.extend(store.dataset(first)?.info()?.schema.fields().iter().cloned());
    }
    Ok(Arc::new(Schema::new(fields)))
}

/// Prints one line for each dataset.
fn tell_of(done: IngestReport<AnyKey>, args: &Ingest, places: &Places, out: &mut Stdout) -> Result<()> {
    match done.result {
        Ok(what) if args.json => {
            let mut facts = written::facts(&done.dataset, &what);
            if let Some(facts) = facts.as_object_mut() {
                facts.insert("rows".to_owned(), json!(done.rows));
            }
            print_json(&facts, out)
        }
        Ok(what) => {
            message(written::line(&done.dataset, &what));
            Ok(())
        }
        Err(error) => {
            if args.json {
                let outcome = match error.outcome() {
                    Outcome::NotDone | Outcome::Partly => "not done",
                    Outcome::Done { .. } => "visible",
                    Outcome::Unknown => "unknown",
                };
                let (key, rows, error) = (&done.dataset, done.rows, error.to_string());
                print_json(&json!({"key": key, "rows": rows, "error": error, "outcome": outcome}), out)?;
            }
            tell(&at_its_place(error, places));
            Ok(())
        }
    }
}
