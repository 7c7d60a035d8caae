//! Runs statements, one after another.

use anyhow::{Result, bail};
use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, UInt64Type};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::sql::parser::Statement as Parsed;
use futures::StreamExt;
use oups_cli::args::Format;
use oups_cli::args::sql::Sql;
use oups_cli::args::usage::Usage;
use oups_cli::explain::moment;
use oups_cli::output::target::Target;
use oups_cli::output::{Rows, file, stream};
use oups_cli::terminal::counted::counted;
use oups_cli::terminal::message::message;
use oups_cli::terminal::stdout::Stdout;

use crate::allowed::{Kind, Rules};
use crate::engine::{Engine, Started};
use crate::explain::Asked;
use crate::statement::{Statement, split};
use crate::stores::Stores;
use crate::{panics, plan, source};

/// Runs all statements of the command line. It reads and checks all of them before the first one runs.
///
/// # Errors
///
/// The errors of the command line and of the first statement that fails, which ends the run.
pub(crate) fn run(args: &Sql, out: &mut Stdout) -> Result<()> {
    // Arrow is a stream in a file too.
    let target = Target { is_file: false, ..Target::of(args.output.as_deref(), args.format)? };
    let texts = source::read(&args.sources.0)?;
    let stores = Stores::open(args)?;
    let session = Session { engine: Engine::new(args, &stores)?, stores, writes: args.write };
    let options = session.engine.ctx.copied_config().options().sql_parser.clone();
    let statements: Vec<Statement> = texts.iter().flat_map(|text| split(text, &options)).collect();
    let kinds = statements.iter().map(|statement| Ok(session.parsed(statement)?.1)).collect::<Result<Vec<_>>>()?;
    one_has_rows(&kinds, &target)?;
    statements.iter().try_for_each(|statement| session.run(statement, &target, out))?;
    if let Some(path) = &target.path
        && !kinds.iter().any(|kind| kind.has_rows())
    {
        message(format_args!("no statement has rows: {} is not written", path.display()));
    }
    Ok(())
}

/// Checks that only one statement has rows, unless tables go to standard output.
fn one_has_rows(kinds: &[Kind], target: &Target) -> Result<()> {
    let with_rows = kinds.iter().filter(|kind| kind.has_rows()).count();
    if with_rows < 2 || (target.path.is_none() && target.format == Format::Table) {
        return Ok(());
    }
    let option = if target.path.is_some() { "--output" } else { "--format" };
    bail!(Usage(format!("{option}: one statement may have rows, and {with_rows} of these have: nothing was run")));
}

/// The engine and its stores.
struct Session {
    engine: Engine,
    stores: Stores,
    writes: bool,
}

impl Session {
    /// Parses a statement that may run. Also returns its kind.
    fn parsed(&self, statement: &Statement) -> Result<(Parsed, Kind)> {
        let options = self.engine.ctx.copied_config().options().sql_parser.clone();
        let parsed = statement.parsed(&options).map_err(|error| self.asked(statement).explain(error))?;
        let folds = options.enable_ident_normalization;
        let kind = Rules { stores: &self.stores, writes: self.writes, folds }.kind(&parsed)?;
        Ok((parsed, kind))
    }

    /// Runs one statement, and prints or exports its rows.
    fn run(&self, statement: &Statement, target: &Target, out: &mut Stdout) -> Result<()> {
        // Parsed again: a statement before it may have changed the settings of the parser.
        let (parsed, kind) = self.parsed(statement)?;
        let asked = self.asked(statement);
        let started = panics::caught(|| self.engine.start(parsed)).map_err(|what| asked.panicked(&what))?;
        let Started { rows, plan, moment } = started.map_err(|error| asked.explain(error))?;
        moment::tell(moment);
        let asked = Asked { plan: Some(&plan), ..asked };
        let shown = panics::caught(|| self.show(asked, rows, kind, target, out));
        shown.unwrap_or_else(|what| Err(asked.panicked(&what)))
    }

    fn asked<'s>(&'s self, statement: &'s Statement) -> Asked<'s> {
        Asked { statement, engine: &self.engine, stores: &self.stores, plan: None }
    }

    fn show(
        &self,
        asked: Asked<'_>,
        mut rows: SendableRecordBatchStream,
        kind: Kind,
        target: &Target,
        out: &mut Stdout,
    ) -> Result<()> {
        let schema = rows.schema();
        let mut batches = std::iter::from_fn(|| {
            let batch = self.engine.wait(rows.next())?;
            Some(batch.map_err(|error| asked.explain(error)))
        });
        match kind {
            Kind::Effect => batches.try_for_each(|batch| batch.map(drop)),
            Kind::Insert => {
                let taken = batches.try_fold(0, |taken, batch| Ok::<_, anyhow::Error>(taken + count(&batch?)?))?;
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

/// The number of inserted rows in the result of an `INSERT`.
fn count(batch: &RecordBatch) -> Result<u64> {
    let Some(column) = batch.columns().first() else { return Ok(0) };
    Ok(cast(column, &DataType::UInt64)?.as_primitive::<UInt64Type>().iter().flatten().sum())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::sync::Arc;

    use datafusion::logical_expr::{Volatility, create_udf};
    use oups::{AnyKey, KeySchema, Separator, Store};
    use oups_cli::args::usage;

    use super::*;
    use crate::source::{Name, Text};

    #[test]
    fn a_panic_is_told_with_its_statement() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let schema = KeySchema::parse("a:str", Separator::Dash).unwrap();
        Store::<AnyKey>::create_for(&path, schema).unwrap();
        let args: Sql = usage::parse([OsString::from("oups-sql"), path.into()]).unwrap();
        let stores = Stores::open(&args).unwrap();
        let session = Session { engine: Engine::new(&args, &stores).unwrap(), stores, writes: false };
        let panics = create_udf(
            "panics",
            vec![DataType::Int64],
            DataType::Int64,
            Volatility::Volatile,
            Arc::new(|_| panic!("of a test")),
        );
        session.engine.ctx.register_udf(panics);
        let statement = "select panics(n) from (select unnest(range(0, 10)) as n)\norder by 1";
        let text = Text { name: Arc::new(Name::Command), text: statement.to_owned() };
        let [statement] = &split(&text, &Default::default())[..] else { panic!("one statement") };
        let target = Target::of(None, Some(Format::Csv)).unwrap();
        let error = session.run(statement, &target, &mut Stdout::new()).unwrap_err();
        let told = "internal error, please report: of a test\n  select panics(n) from (select unnest(range(0, 10)) as n)\n  order by 1";
        assert_eq!(error.to_string(), told);
    }
}
