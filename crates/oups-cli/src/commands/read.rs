//! `oups read`: the rows of a dataset, printed or exported.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use arrow::array::RecordBatch;
use comfy_table::Table;

use crate::args::{Format, Read};
use crate::exit::{Usage, message};
use crate::output::{self, Rows, counted};
use crate::progress::Progress;
use crate::stdout::Stdout;
use crate::{open, scan};

pub(crate) fn run(args: Read, out: &mut Stdout) -> Result<()> {
    let [key] = args.keys.as_slice() else {
        bail!(Usage("reads one key at a time; `oups align STORE KEY…` walks several side by side".to_owned()));
    };
    let (target, format) = target(&args)?;
    let store = open::store(&args.store)?;
    let (_, dataset) = open::dataset(&store, key)?;
    let progress = if target.is_none() && format != Format::Table && io::stdout().is_terminal() {
        Progress::hidden()
    } else {
        Progress::new()
    };
    let reader = scan::open(&dataset, &args.range, args.columns.as_deref(), &progress)?;
    let schema = reader.schema();
    let mut batches = limited(reader, args.limit, &progress);
    let rows = Rows { schema, batches: &mut batches };
    match target {
        Some(path) => {
            let count = output::file::write(&path, |file| write(rows, format, file));
            progress.done();
            message(format_args!("wrote {} to {}", counted(count?, "row"), path.display()));
        }
        None if format == Format::Table => table(rows, args.limit.is_some(), &progress, out)?,
        None => _ = write(rows, format, out)?,
    }
    progress.done();
    Ok(())
}

/// Where the rows go, `None` for standard output, and as what.
fn target(args: &Read) -> Result<(Option<PathBuf>, Format)> {
    let path = args.output.clone().filter(|path| path != Path::new("-"));
    let format = match (args.format, &path) {
        (Some(format), _) => format,
        (None, None) => Format::Table,
        (None, Some(path)) => format_of(path)?,
    };
    if format == Format::Parquet && path.is_none() && io::stdout().is_terminal() {
        bail!(Usage("Parquet does not go to a terminal: give --output FILE, or a pipe".to_owned()));
    }
    Ok((path, format))
}

fn format_of(path: &Path) -> Result<Format> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("csv") => Ok(Format::Csv),
        Some("json" | "jsonl" | "ndjson") => Ok(Format::Json),
        Some("parquet" | "pq") => Ok(Format::Parquet),
        Some("txt") => Ok(Format::Table),
        _ => {
            let path = path.display();
            bail!(Usage(format!("cannot tell the format of {path}: expected .csv, .json or .parquet, or --format")))
        }
    }
}

/// The batches up to a number of rows.
fn limited(
    batches: impl Iterator<Item = Result<RecordBatch>>,
    limit: Option<u64>,
    progress: &Progress,
) -> impl Iterator<Item = Result<RecordBatch>> {
    let mut left = limit.unwrap_or(u64::MAX);
    let mut batches = batches;
    std::iter::from_fn(move || {
        // Looked at before the next batch is read: a limit is to save work.
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

fn write(rows: Rows<'_>, format: Format, out: &mut (dyn io::Write + Send)) -> Result<u64> {
    match format {
        Format::Table => Ok(output::table::write(rows, true, None, out)?.rows),
        Format::Csv => output::csv::write(rows, out),
        Format::Json => output::json::write(rows, out),
        Format::Parquet => output::parquet::write(rows, out),
    }
}

fn table(rows: Rows<'_>, every_row: bool, progress: &Progress, out: &mut Stdout) -> Result<()> {
    // Known only where standard output is a terminal.
    let width = Table::new().width().map(usize::from);
    let shown = output::table::write(rows, every_row, width, out);
    progress.done();
    let shown = shown?;
    message(counted(shown.rows, "row"));
    if !shown.left_out.is_empty() {
        let (columns, names) = (counted(shown.left_out.len() as u64, "column"), shown.left_out.join(", "));
        message(format_args!("{columns} did not fit: {names} (--columns chooses, --format csv shows all)"));
    }
    Ok(())
}
