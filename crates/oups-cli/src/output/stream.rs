//! Prints or exports a stream of rows.

use std::collections::VecDeque;
use std::io;

use anyhow::Result;
use arrow::array::RecordBatch;
use comfy_table::Table;

use super::table::{self, Shown};
use super::target::Target;
use super::{Rows, csv, file, ipc, json, parquet};
use crate::args::Format;
use crate::terminal::counted::counted;
use crate::terminal::message::message;
use crate::terminal::program::program;
use crate::terminal::stdout::Stdout;

/// Up to so many rows are shown as they are; of more, half of them from each end.
pub(crate) const SHOWN: u64 = 40;

/// Prints or exports all rows. A table of many rows shows both ends, unless `all` are wanted.
///
/// # Errors
///
/// The errors of the rows; an error if a value has no text in the format, or the output cannot be written.
pub fn show(rows: Rows<'_>, target: &Target, all: bool, out: &mut Stdout) -> Result<()> {
    match &target.path {
        Some(path) => {
            let rows = file::write(path, |file| write(rows, target, file))?;
            message(format_args!("wrote {} to {}", counted(rows, "row"), path.display()));
            Ok(())
        }
        None if target.format == Format::Table => print_table(rows, all, out),
        None => write(rows, target, out).map(drop),
    }
}

/// Writes all rows, and returns their number.
pub(crate) fn write(rows: Rows<'_>, target: &Target, out: &mut (dyn io::Write + Send)) -> Result<u64> {
    match target.format {
        Format::Table => {
            let Rows { schema, batches } = rows;
            let first = batches.collect::<Result<Vec<_>>>()?;
            let rows = first.iter().map(|batch| batch.num_rows() as u64).sum();
            table::write(Shown { schema, first, hidden: 0, last: Vec::new() }, None, out)?;
            Ok(rows)
        }
        Format::Csv => csv::write(rows, out),
        Format::Json => json::write(rows, out),
        Format::Parquet => parquet::write(rows, out),
        Format::Arrow if target.is_file => ipc::write_file(rows, out),
        Format::Arrow => ipc::write_stream(rows, out),
    }
}

/// Prints all rows if they are few or `all` are wanted, otherwise both ends. It never holds more than these and a
/// batch.
fn print_table(rows: Rows<'_>, all: bool, out: &mut Stdout) -> Result<()> {
    let Rows { schema, batches } = rows;
    let (mut rows, mut first) = (0, Vec::new());
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
    // The width is known only where standard output is a terminal.
    let width = Table::new().width().map(usize::from);
    let left_out = table::write(Shown { schema, first, hidden: after - shown, last }, width, out)?;
    message(counted(rows + after, "row"));
    tell_left_out(&left_out);
    Ok(())
}

/// The last `rows` rows of a stream. It never holds more than these and one batch.
fn keep_last(batches: impl Iterator<Item = Result<RecordBatch>>, rows: usize) -> Result<Vec<RecordBatch>> {
    let mut last = VecDeque::new();
    let mut held = 0;
    for batch in batches {
        let batch = batch?;
        held += batch.num_rows();
        last.push_back(batch);
        while let Some(oldest) = last.front_mut()
            && held > rows
        {
            let drop = (held - rows).min(oldest.num_rows());
            held -= drop;
            if drop == oldest.num_rows() {
                last.pop_front();
            } else {
                *oldest = oldest.slice(drop, oldest.num_rows() - drop);
            }
        }
    }
    Ok(last.into())
}

/// Prints a message about columns that did not fit into the terminal.
pub(crate) fn tell_left_out(left_out: &[String]) {
    if !left_out.is_empty() {
        let (columns, names) = (counted(left_out.len() as u64, "column"), left_out.join(", "));
        let chooses = program().chooses;
        message(format_args!("{columns} did not fit: {names} ({chooses} chooses, --format csv shows all)"));
    }
}
