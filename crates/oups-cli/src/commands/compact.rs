//! `oups compact`: brings row groups to the wanted size.

use std::io::Write;
use std::ops::ControlFlow;

use anyhow::Result;
use oups::{AnyKey, Change, ChangePlan, CommitReport, Compaction, Error, Store};

use super::{print_json, write, written};
use crate::args::Compact;
use crate::explain::failures::Failures;
use crate::explain::{exit, places};
use crate::interrupt::{self, Interrupted};
use crate::output::value;
use crate::store;
use crate::terminal::counted::counted;
use crate::terminal::message::message;
use crate::terminal::progress::Progress;
use crate::terminal::stdout::Stdout;

pub(crate) fn run(args: Compact, out: &mut Stdout) -> Result<()> {
    let store = store::store(&args.store)?;
    let keys = store.keys(places::filter(&store, &args.filter)?)?;
    let progress = Progress::new();
    progress.expect_datasets(keys.len() as u64);
    if args.dry_run {
        interrupt::unchanged();
    } else {
        interrupt::stopping(BEGUN);
    }
    let mut total = Total::default();
    let all: Result<()> = keys.iter().try_for_each(|key| {
        match interrupt::goes_on() {
            ControlFlow::Continue(()) => one(&store, key, &args, &progress, &mut total, out)?,
            ControlFlow::Break(()) => total.is_stopped = true,
        }
        progress.advance(1);
        if total.is_stopped { Err(total.stopped(keys.len() as u64)) } else { Ok(()) }
    });
    progress.done();
    all?;
    out.finish()?;
    if !args.json {
        message(total.text(args.dry_run));
    }
    Ok(total.failures.result(keys.len() as u64)?)
}

/// The message if a second signal ends the program at once.
const BEGUN: &str = "each dataset is as it was or completely changed, and the next write removes what was begun";

/// What was done to all datasets together.
#[derive(Debug, Default)]
struct Total {
    /// Whether a signal has stopped the command before this dataset was changed.
    is_stopped: bool,
    changed: u64,
    unchanged: u64,
    failures: Failures,
    before: u64,
    after: u64,
}

impl Total {
    /// The error if a signal has stopped the command, which works on `of` datasets. A dataset in doubt is more urgent.
    fn stopped(&self, of: u64) -> anyhow::Error {
        if let (true, Err(failures)) = (self.failures.are_in_doubt(), self.failures.result(of)) {
            return failures.into();
        }
        let interrupted = match self.changed {
            0 => Interrupted::unchanged(),
            changed => {
                let of = counted(of, "dataset");
                Interrupted::with(format!("compacted {changed} of {of}, each other one is as it was"))
            }
        };
        interrupted.into()
    }

    fn count(&mut self, done: &Done) {
        let changed = match done {
            Done::Written(written) => written.changed,
            Done::Planned(plan) => !plan.is_noop(),
        };
        if changed {
            self.changed += 1;
        } else {
            self.unchanged += 1;
        }
        if let Done::Written(written) = done {
            self.before += written.files_replaced as u64;
            self.after += written.files_written as u64;
        }
    }

    fn text(&self, dry_run: bool) -> String {
        let Self { changed, unchanged, failures, before, after, .. } = self;
        let datasets = changed + unchanged + failures.all();
        if datasets == 0 {
            return "no dataset matches".to_owned();
        }
        let datasets = counted(datasets, "dataset");
        match (changed, dry_run) {
            (_, true) => format!("would compact {changed} of {datasets}; this was a dry run, nothing is changed"),
            (0, false) => format!("compacted none of {datasets}"),
            _ => format!("compacted {changed} of {datasets}: {} into {after}", counted(*before, "row group")),
        }
    }
}

/// Compacts a dataset and prints what was done. A failure is printed and counted, so that the command goes on. Only an
/// error of printing is returned.
fn one(
    store: &Store<AnyKey>,
    key: &AnyKey,
    args: &Compact,
    progress: &Progress,
    total: &mut Total,
    out: &mut Stdout,
) -> Result<()> {
    let result = if args.dry_run {
        plan(store, key, args).map(Done::Planned)
    } else {
        compact(store, key, args, progress).map(Done::Written)
    };
    match result {
        // The dataset was removed after the keys were listed.
        Err(Error::NoDataset { .. }) => Ok(()),
        Err(Error::Stopped { .. }) => {
            total.is_stopped = true;
            Ok(())
        }
        Err(error) => {
            total.failures.count(&error);
            progress.aside(|| exit::tell(&error.into()));
            Ok(())
        }
        Ok(done) => {
            total.count(&done);
            progress.aside(|| done.tell(&key.to_string(), args.json, out))
        }
    }
}

enum Done {
    Written(CommitReport),
    Planned(ChangePlan),
}

impl Done {
    /// Prints a line: as JSON for every dataset, as text only for datasets that change.
    fn tell(&self, key: &str, json: bool, out: &mut Stdout) -> Result<()> {
        match self {
            Self::Written(done) if json => print_json(&written::facts(key, done), out)?,
            Self::Planned(plan) if json => print_json(&written::plan_facts(key, plan), out)?,
            Self::Written(done) if done.changed => message(written::line(key, done)),
            Self::Planned(plan) if !plan.is_noop() => writeln!(out, "{key}\n{}", plan.draw(&value::text))?,
            _ => {}
        }
        Ok(())
    }
}

fn compact(store: &Store<AnyKey>, key: &AnyKey, args: &Compact, progress: &Progress) -> Result<CommitReport, Error> {
    let (dataset, bar) = (store.dataset(key)?, progress.clone());
    let compact = write::on_terms(options(dataset.compact(), args), args.terms);
    let compact = compact.progress(move |at| {
        bar.mention(at);
        interrupt::goes_on()
    });
    compact.commit()
}

fn plan(store: &Store<AnyKey>, key: &AnyKey, args: &Compact) -> Result<ChangePlan, Error> {
    let dataset = store.dataset(key)?;
    options(dataset.compact(), args).plan()
}

fn options(mut compact: Change<Compaction>, args: &Compact) -> Change<Compaction> {
    if let Some(target) = args.row_group_target {
        compact = compact.row_group_target(target);
    }
    if let Some(groups) = args.max_off_target {
        compact = compact.max_off_target(groups);
    }
    compact
}
