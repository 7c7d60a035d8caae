//! A session of statements: each is parsed, run and shown, and says what an interruption leaves of it.

use std::cell::Cell;
use std::sync::Arc;

use anyhow::{Error, Result};
use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, UInt64Type};
use datafusion::common::DataFusionError;
use datafusion::common::config::SqlParserOptions;
use datafusion::sql::parser::Statement as Parsed;
use futures::StreamExt;
use oups::Outcome;
use oups_cli::args::Format;
use oups_cli::args::sql::Sql;
use oups_cli::explain::moment;
use oups_cli::interrupt::{self, Interrupted};
use oups_cli::output::target::Target;
use oups_cli::output::{Rows, file, stream};
use oups_cli::terminal::counted::counted;
use oups_cli::terminal::message::message;
use oups_cli::terminal::stdout::Stdout;
use oups_datafusion::{Halt, done_in_part, error_of};

use crate::allowed::{Kind, Rules};
use crate::engine::{Engine, Started};
use crate::explain::Asked;
use crate::statement::Statement;
use crate::stores::Stores;
use crate::{panics, plan};

const KEPT: &str = "what was inserted before stays, and nothing else was changed";

/// What a signal does to a statement that only reads. One that writes is always asked to stop, so that it says what it has
/// written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// It ends the program.
    Ends,
    /// It stops the statement.
    Stops,
}

/// The engine and its stores.
pub(crate) struct Session {
    pub(crate) engine: Engine,
    pub(crate) stores: Stores,
    writes: bool,
    patience: Patience,
    /// Whether a statement may have written to a store.
    has_written: Cell<bool>,
}

impl Session {
    /// Opens the stores and begins a session.
    ///
    /// # Errors
    ///
    /// As [`Stores::open`] and [`Engine::new`].
    pub(crate) fn open(args: &Sql, patience: Patience) -> Result<Self> {
        Self::over(Stores::open(args)?, args, patience)
    }

    fn over(stores: Stores, args: &Sql, patience: Patience) -> Result<Self> {
        let engine = Engine::new(args, &stores)?;
        Ok(Self { engine, stores, writes: args.write, patience, has_written: Cell::new(false) })
    }

    /// How texts are parsed now. A statement may change it.
    pub(crate) fn parser_options(&self) -> SqlParserOptions {
        self.engine.ctx.copied_config().options().sql_parser.clone()
    }

    /// The kind of a statement.
    ///
    /// # Errors
    ///
    /// If it cannot be parsed, or may not run.
    pub(crate) fn kind(&self, statement: &Statement) -> Result<Kind> {
        Ok(self.parsed(statement)?.1)
    }

    /// Parses a statement that may run. Also returns its kind.
    fn parsed(&self, statement: &Statement) -> Result<(Parsed, Kind)> {
        let options = self.parser_options();
        let parsed = statement.parsed(&options).map_err(|error| self.asked(statement).explain(error))?;
        let folds = options.enable_ident_normalization;
        let kind = Rules { stores: &self.stores, writes: self.writes, folds }.kind(&parsed)?;
        Ok((parsed, kind))
    }

    /// Runs one statement, and prints or exports its rows.
    ///
    /// # Errors
    ///
    /// Those of the statement; [`Interrupted`] if a signal has stopped it.
    pub(crate) fn run(&self, statement: &Statement, target: &Target, out: &mut Stdout) -> Result<()> {
        let halt = Arc::new(Halt::default());
        if self.patience == Patience::Stops {
            self.stop_by_signals(&halt);
        }
        let done = self.run_until(&halt, statement, target, out);
        self.rest();
        done
    }

    /// Until the next statement, a signal ends the program. Ctrl-C does not end a shell.
    pub(crate) fn rest(&self) {
        let what = if self.has_written.get() { KEPT } else { interrupt::UNCHANGED };
        match self.patience {
            Patience::Ends => interrupt::changing(what.to_owned()),
            Patience::Stops => interrupt::typing(what),
        }
    }

    fn stop_by_signals(&self, halt: &Arc<Halt>) {
        let halt = halt.clone();
        interrupt::waking(move || halt.ask());
    }

    fn run_until(&self, halt: &Arc<Halt>, statement: &Statement, target: &Target, out: &mut Stdout) -> Result<()> {
        // Parsed again: a statement before it may have changed the settings of the parser.
        let (parsed, kind) = self.parsed(statement)?;
        let asked = self.asked(statement);
        let started = panics::caught(|| self.engine.start(parsed, halt)).map_err(|what| asked.panicked(&what))?;
        let Some(started) = started.map_err(|error| asked.explain(error))? else {
            return Err(Interrupted::unchanged().into());
        };
        moment::tell(started.moment);
        if started.writes {
            self.has_written.set(true);
            self.stop_by_signals(halt);
        }
        let plan = started.plan.clone();
        let asked = Asked { plan: Some(&plan), ..asked };
        let shown = panics::caught(|| self.show(asked, started, halt, kind, target, out));
        shown.unwrap_or_else(|what| Err(asked.panicked(&what)))
    }

    fn asked<'s>(&'s self, statement: &'s Statement) -> Asked<'s> {
        Asked { statement, engine: &self.engine, stores: &self.stores, plan: None }
    }

    fn show(
        &self,
        asked: Asked<'_>,
        started: Started,
        halt: &Halt,
        kind: Kind,
        target: &Target,
        out: &mut Stdout,
    ) -> Result<()> {
        let Started { mut rows, writes, .. } = started;
        let schema = rows.schema();
        let mut batches = std::iter::from_fn(|| {
            let batch = match writes {
                // It looks at the halt itself, and then says what it has written.
                true => self.engine.wait(rows.next()),
                false => match self.engine.wait_unless(halt, rows.next()) {
                    Some(batch) => batch,
                    None => return Some(Err(Interrupted::unchanged().into())),
                },
            };
            Some(batch?.map_err(|error| if halt.is_asked() { stopped(asked, error) } else { asked.explain(error) }))
        });
        match kind {
            Kind::Effect => batches.try_for_each(|batch| batch.map(drop)),
            Kind::Insert => {
                let taken = batches.try_fold(0, |taken, batch| Ok::<_, Error>(taken + count(&batch?)?))?;
                message(format_args!("inserted {}", counted(taken, "row")));
                Ok(())
            }
            Kind::Plan if target.format == Format::Table => match &target.path {
                Some(path) => file::write(path, |file| plan::print(&mut batches, file)),
                None => plan::print(&mut batches, out),
            },
            Kind::Plan | Kind::Rows => stream::show(Rows { schema, batches: &mut batches }, target, false, out),
        }
    }
}

/// The error of a statement that was asked to stop, and has stopped. If it is not known what it has written, or whether that
/// is durable, the error says so as always.
fn stopped(asked: Asked<'_>, error: DataFusionError) -> Error {
    let outcome = error_of(&error).map_or(Outcome::NotDone, |error| error.outcome());
    match (outcome, done_in_part(&error)) {
        (Outcome::NotDone, Some(done)) => Interrupted::with(done.to_owned()).into(),
        (Outcome::NotDone, None) => Interrupted::unchanged().into(),
        _ => asked.explain(error),
    }
}

/// The number of inserted rows in the result of an `INSERT`.
fn count(batch: &RecordBatch) -> Result<u64> {
    let Some(column) = batch.columns().first() else { return Ok(0) };
    Ok(cast(column, &DataType::UInt64)?.as_primitive::<UInt64Type>().iter().flatten().sum())
}

#[cfg(test)]
mod tests;
