//! Prints plans with all their lines. A table would cut them.

use std::io::Write;

use anyhow::Result;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

/// Prints the plans of `EXPLAIN`, each under its name.
///
/// # Errors
///
/// The errors of the rows and of the output.
pub(crate) fn print(batches: &mut dyn Iterator<Item = Result<RecordBatch>>, out: &mut dyn Write) -> Result<()> {
    for batch in batches {
        let batch = batch?;
        let [names, plans] = batch.columns() else { continue };
        let options = FormatOptions::default();
        let (names, plans) = (ArrayFormatter::try_new(names, &options)?, ArrayFormatter::try_new(plans, &options)?);
        for row in 0..batch.num_rows() {
            writeln!(out, "{}", names.value(row))?;
            for line in plans.value(row).to_string().lines() {
                writeln!(out, "  {line}")?;
            }
        }
    }
    Ok(out.flush()?)
}
