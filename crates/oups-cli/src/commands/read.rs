//! `oups read`: the rows of a dataset, printed or exported.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use arrow::array::RecordBatch;
use comfy_table::Table;

use crate::args::{Format, Read};
use crate::exit::{Usage, message};
use crate::open;
use crate::output::table::Shown;
use crate::output::{self, Rows, counted};
use crate::progress::Progress;
use crate::scan::Scan;
use crate::stdout::Stdout;

/// Up to so many rows are shown as they are; of more, half of them from each end.
const SHOWN: u64 = 40;

pub(crate) fn run(args: Read, out: &mut Stdout) -> Result<()> {
    let [key] = args.keys.as_slice() else {
        bail!(Usage("reads one key at a time; `oups align STORE KEY…` walks several side by side".to_owned()));
    };
    let (target, format) = target(&args)?;
    let store = open::store(&args.store)?;
    let (_, dataset) = open::dataset(&store, key)?;
    let scan = Scan::new(&dataset, &args.range, args.columns.clone())?;
    match target {
        Some(path) => export(&scan, args.limit, format, &path),
        None if format == Format::Table => print_table(&scan, args.limit, out),
        None => {
            // On a terminal the rows themselves are the sign of progress.
            let progress = if io::stdout().is_terminal() { Progress::hidden() } else { Progress::new() };
            let written = write(&scan, args.limit, (format, false), &progress, out);
            progress.done();
            written.map(|_| ())
        }
    }
}

fn export(scan: &Scan, limit: Option<u64>, format: Format, path: &Path) -> Result<()> {
    let progress = Progress::new();
    let rows = output::file::write(path, |file| write(scan, limit, (format, true), &progress, file));
    progress.done();
    message(format_args!("wrote {} to {}", counted(rows?, "row"), path.display()));
    Ok(())
}

/// Writes all rows up to the limit; answers how many.
fn write(
    scan: &Scan,
    limit: Option<u64>,
    (format, is_file): (Format, bool),
    progress: &Progress,
    out: &mut (dyn io::Write + Send),
) -> Result<u64> {
    progress.expect_rows(scan.rows()?.min(limit.unwrap_or(u64::MAX)));
    let mut batches = limited(scan.batches()?, limit, progress);
    let schema = scan.schema()?;
    match format {
        Format::Table => {
            let first = batches.collect::<Result<Vec<_>>>()?;
            let rows = first.iter().map(|batch| batch.num_rows() as u64).sum();
            output::table::write(Shown { schema, first, hidden: 0, last: Vec::new() }, None, out)?;
            Ok(rows)
        }
        Format::Csv => output::csv::write(Rows { schema, batches: &mut batches }, out),
        Format::Json => output::json::write(Rows { schema, batches: &mut batches }, out),
        Format::Parquet => output::parquet::write(Rows { schema, batches: &mut batches }, out),
        Format::Arrow if is_file => output::ipc::write_file(Rows { schema, batches: &mut batches }, out),
        Format::Arrow => output::ipc::write_stream(Rows { schema, batches: &mut batches }, out),
    }
}

/// Prints a table: with a limit the first rows, else all if they are few, and both ends if they are many.
fn print_table(scan: &Scan, limit: Option<u64>, out: &mut Stdout) -> Result<()> {
    let progress = Progress::new();
    let rows = scan.rows()?;
    let hidden = if limit.is_none() && rows > SHOWN { rows - SHOWN } else { 0 };
    let first = if hidden > 0 { Some(SHOWN / 2) } else { limit };
    let first = limited(scan.batches()?, first, &progress).collect::<Result<Vec<_>>>();
    let last = if hidden > 0 { scan.last(SHOWN as usize / 2) } else { Ok(Vec::new()) };
    progress.done();
    // The width is known only where standard output is a terminal.
    let width = Table::new().width().map(usize::from);
    let shown = Shown { schema: scan.schema()?, first: first?, hidden, last: last? };
    let left_out = output::table::write(shown, width, out)?;
    match limit {
        Some(limit) if limit < rows => message(format_args!("the first {limit} of {}", counted(rows, "row"))),
        _ => message(counted(rows, "row")),
    }
    if !left_out.is_empty() {
        let (columns, names) = (counted(left_out.len() as u64, "column"), left_out.join(", "));
        message(format_args!("{columns} did not fit: {names} (--columns chooses, --format csv shows all)"));
    }
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
