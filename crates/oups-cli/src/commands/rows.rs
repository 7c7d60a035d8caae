//! Prints or exports a stream of rows.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::SchemaRef;
use comfy_table::Table;

use crate::args::usage::Usage;
use crate::args::{Format, To};
use crate::output::table::Shown;
use crate::output::{self, Rows};
use crate::read::keep_last;
use crate::terminal::counted::counted;
use crate::terminal::message::message;
use crate::terminal::progress::Progress;
use crate::terminal::stdout::Stdout;

/// The format of rows, and whether they go into a file: Arrow has one form for files and one for streams.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) format: Format,
    pub(super) is_file: bool,
}

/// Prints or exports all rows, up to the limit. A table of many rows shows both ends.
pub(super) fn show(reader: impl RecordBatchReader, to: &To, out: &mut Stdout) -> Result<()> {
    let (target, format) = target(to)?;
    let schema = reader.schema();
    let hide = target.is_none() && io::stdout().is_terminal() && format != Format::Table;
    let progress = if hide { Progress::hidden() } else { Progress::new() };
    let batches = reader.map(|batch| batch.map_err(|error| oups::Error::from(error).into()));
    let mut batches = limited(batches, to.limit, &progress);
    let done = match &target {
        Some(path) => {
            let rows =
                output::file::write(path, |file| write(schema, &mut batches, Form { format, is_file: true }, file));
            rows.map(|rows| message(format_args!("wrote {} to {}", counted(rows, "row"), path.display())))
        }
        None if format == Format::Table => table(schema, &mut batches, to.limit.is_some(), out),
        None => write(schema, &mut batches, Form { format, is_file: false }, out).map(|_| ()),
    };
    progress.done();
    done
}

/// Writes all rows, and returns their number.
pub(super) fn write(
    schema: SchemaRef,
    batches: &mut dyn Iterator<Item = Result<RecordBatch>>,
    Form { format, is_file }: Form,
    out: &mut (dyn io::Write + Send),
) -> Result<u64> {
    match format {
        Format::Table => {
            let first = batches.collect::<Result<Vec<_>>>()?;
            let rows = first.iter().map(|batch| batch.num_rows() as u64).sum();
            output::table::write(Shown { schema, first, hidden: 0, last: Vec::new() }, None, out)?;
            Ok(rows)
        }
        Format::Csv => output::csv::write(Rows { schema, batches }, out),
        Format::Json => output::json::write(Rows { schema, batches }, out),
        Format::Parquet => output::parquet::write(Rows { schema, batches }, out),
        Format::Arrow if is_file => output::ipc::write_file(Rows { schema, batches }, out),
        Format::Arrow => output::ipc::write_stream(Rows { schema, batches }, out),
    }
}

/// Prints all rows if they are few or `all` are wanted, otherwise both ends. It never holds more than these and a
/// batch.
fn table(
    schema: SchemaRef,
    batches: &mut dyn Iterator<Item = Result<RecordBatch>>,
    all: bool,
    out: &mut Stdout,
) -> Result<()> {
    let mut rows = 0;
    let mut first = Vec::new();
    while all || rows < SHOWN / 2 {
        let Some(batch) = batches.next().transpose()? else { break };
        rows += batch.num_rows() as u64;
        first.push(batch);
    }
    let mut split = Vec::new();
    if !all && let Some(last) = first.pop() {
        let before = rows - last.num_rows() as u64;
        let kept = usize::try_from((SHOWN / 2).saturating_sub(before)).map_or(0, |kept| kept.min(last.num_rows()));
        first.push(last.slice(0, kept));
        split.push(Ok(last.slice(kept, last.num_rows() - kept)));
        rows = before + kept as u64;
    }
    let mut after = 0;
    let rest = split.into_iter().chain(batches).inspect(|batch| {
        after += batch.as_ref().map_or(0, |batch| batch.num_rows() as u64);
    });
    let last = keep_last(rest, SHOWN as usize / 2)?;
    let shown: u64 = last.iter().map(|batch| batch.num_rows() as u64).sum();
    let width = Table::new().width().map(usize::from);
    let left_out = output::table::write(Shown { schema, first, hidden: after - shown, last }, width, out)?;
    message(counted(rows + after, "row"));
    tell_left_out(&left_out);
    Ok(())
}

/// Prints a message about columns that did not fit into the terminal.
pub(super) fn tell_left_out(left_out: &[String]) {
    if !left_out.is_empty() {
        let (columns, names) = (counted(left_out.len() as u64, "column"), left_out.join(", "));
        message(format_args!("{columns} did not fit: {names} (--columns chooses, --format csv shows all)"));
    }
}

/// The file that rows go to, `None` for standard output, and their format.
pub(super) fn target(args: &To) -> Result<(Option<PathBuf>, Format)> {
    let path = args.output.clone().filter(|path| path != Path::new("-"));
    let format = match (args.format, &path) {
        (Some(format), _) => format,
        (None, None) => Format::Table,
        (None, Some(path)) => format_of(path)?,
    };
    if matches!(format, Format::Parquet | Format::Arrow) && path.is_none() && io::stdout().is_terminal() {
        bail!(Usage("Parquet and Arrow do not go to a terminal: give --output FILE, or a pipe".to_owned()));
    }
    Ok((path, format))
}

fn format_of(path: &Path) -> Result<Format> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("csv") => Ok(Format::Csv),
        Some("json" | "jsonl" | "ndjson") => Ok(Format::Json),
        Some("parquet" | "pq") => Ok(Format::Parquet),
        Some("arrow" | "feather" | "ipc") => Ok(Format::Arrow),
        Some("txt") => Ok(Format::Table),
        _ => {
            let path = path.display();
            bail!(Usage(format!(
                "cannot tell the format of {path}: expected .csv, .json, .arrow or .parquet, or --format"
            )))
        }
    }
}

/// The batches up to a number of rows.
pub(super) fn limited(
    batches: impl Iterator<Item = Result<RecordBatch>>,
    limit: Option<u64>,
    progress: &Progress,
) -> impl Iterator<Item = Result<RecordBatch>> {
    let mut left = limit.unwrap_or(u64::MAX);
    let mut batches = batches;
    std::iter::from_fn(move || {
        // Checked before the next batch is read, so that a limit saves work.
        if left == 0 {
            return None;
        }
        let batch = batches.next()?.map(|batch| {
            let rows = usize::try_from(left).map_or(batch.num_rows(), |left| left.min(batch.num_rows()));
            left -= rows as u64;
            progress.advance(rows as u64);
            batch.slice(0, rows)
        });
        Some(batch)
    })
}

/// The most rows that a table shows. Of more rows, it shows half as many from each end.
pub(super) const SHOWN: u64 = 40;
