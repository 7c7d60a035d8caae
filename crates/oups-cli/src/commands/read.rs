//! `oups read`: prints or exports rows.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anyhow::Result;
use arrow::array::RecordBatch;
use comfy_table::Table;
use oups::QueryStore;

use super::{plot, rows};
use crate::args::{Format, Read};
use crate::explain::moment;
use crate::output::stream::{self, SHOWN};
use crate::output::table::Shown;
use crate::output::target::Target;
use crate::output::{self, Rows, Unwritable};
use crate::read::Scan;
use crate::store;
use crate::terminal::counted::counted;
use crate::terminal::message::message;
use crate::terminal::progress::Progress;
use crate::terminal::stdout::Stdout;

pub(crate) fn run(args: Read, out: &mut Stdout) -> Result<()> {
    if let Some(column) = &args.plot {
        return plot::run(&args, column, &store::store(&args.store)?, out);
    }
    let shows_keys = args.key_fields.are_shown(args.keys.len());
    let ([key], false) = (args.keys.as_slice(), shows_keys) else { return several(args, shows_keys, out) };
    let target = rows::target(&args.to)?;
    let store = store::store(&args.store)?;
    let (_, dataset) = store::dataset(&store, key)?;
    let mut scan = Scan::new(&dataset, &args.range, args.columns.clone(), args.condition.as_deref())?;
    if args.reverse {
        scan = scan.reversed();
    }
    if args.verified {
        scan = scan.verified();
    }
    if args.explain {
        return Ok(write!(out, "{}", scan.explain(args.to.limit)?)?);
    }
    let shown = match &target.path {
        Some(path) => export(&scan, args.to.limit, &target, path),
        None if target.format == Format::Table => print_table(&scan, args.to.limit, out),
        None => {
            // On a terminal, the rows themselves show the progress.
            let progress = if io::stdout().is_terminal() { Progress::hidden() } else { Progress::new() };
            let written = write(&scan, args.to.limit, &target, &progress, out);
            progress.done();
            written.map(|_| ())
        }
    };
    shown.map_err(|error| match error.is::<Unwritable>() {
        true => error.context(format!("dataset {key}")),
        false => error,
    })
}

fn export(scan: &Scan, limit: Option<u64>, target: &Target, path: &Path) -> Result<()> {
    let progress = Progress::new();
    let rows = output::file::write(path, |file| write(scan, limit, target, &progress, file));
    progress.done();
    message(format_args!("wrote {} to {}", counted(rows?, "row"), path.display()));
    Ok(())
}

/// Writes all rows up to the limit, and returns their number.
fn write(
    scan: &Scan,
    limit: Option<u64>,
    target: &Target,
    progress: &Progress,
    out: &mut (dyn io::Write + Send),
) -> Result<u64> {
    // With a condition, this is an upper bound.
    progress.expect_rows(scan.rows_at_most(limit)?);
    let mut batches = counted_rows(scan.batches(limit)?, progress);
    let schema = scan.schema()?;
    stream::write(Rows { schema, batches: &mut batches }, target, out)
}

/// Prints a table. With a limit it shows the first rows; without one, all rows if they are few, or both ends if they
/// are many.
fn print_table(scan: &Scan, limit: Option<u64>, out: &mut Stdout) -> Result<()> {
    let progress = Progress::new();
    let rows = scan.rows()?;
    let hidden = if limit.is_none() && rows > SHOWN { rows - SHOWN } else { 0 };
    let first = if hidden > 0 { Some(SHOWN / 2) } else { limit };
    let first = counted_rows(scan.batches(first)?, &progress).collect::<Result<Vec<_>>>();
    let last = if hidden > 0 { scan.last(SHOWN / 2) } else { Ok(Vec::new()) };
    progress.done();
    // The width is known only if standard output is a terminal.
    let width = Table::new().width().map(usize::from);
    let shown = Shown { schema: scan.schema()?, first: first?, hidden, last: last? };
    let left_out = output::table::write(shown, width, out)?;
    match limit {
        Some(limit) if limit < rows => message(format_args!("the first {limit} of {}", counted(rows, "row"))),
        _ => message(counted(rows, "row")),
    }
    stream::tell_left_out(&left_out);
    Ok(())
}

/// Reads several datasets as one ordered stream.
fn several(args: Read, shows_keys: bool, out: &mut Stdout) -> Result<()> {
    let store = store::store(&args.store)?;
    let keys = store::keys(&store, &args.keys)?;
    let mut query = store.query(&keys).range(args.range.bounds());
    if !shows_keys {
        query = query.without_keys();
    }
    if let Some(columns) = &args.columns {
        query = query.columns(columns);
    }
    if let Some(limit) = args.to.limit {
        query = query.limit(limit);
    }
    if let Some(condition) = &args.condition {
        query = query.matching(condition);
    }
    if args.verified {
        query = query.verified();
    }
    if args.reverse {
        query = query.reverse();
    }
    if let Some(timeout) = args.together.one_moment {
        query = query.at_one_moment(timeout);
    }
    if args.explain {
        return Ok(write!(out, "{}", query.explain()?)?);
    }
    let rows = query.ordered()?;
    moment::tell(rows.moment());
    rows::show(rows, &args.to, out)
}

/// The batches; their rows are counted as progress.
fn counted_rows(
    batches: impl Iterator<Item = Result<RecordBatch>>,
    progress: &Progress,
) -> impl Iterator<Item = Result<RecordBatch>> {
    batches.inspect(|batch| progress.advance(batch.as_ref().map_or(0, |batch| batch.num_rows() as u64)))
}
