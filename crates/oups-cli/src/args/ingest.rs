//! The options of `oups ingest`.

use std::path::PathBuf;

use clap::Args;

use super::change::{CommitArgs, Storing};
use super::input::Reading;

/// Merge the rows of files into the datasets of their keys
///
/// Columns named like the fields of the keys say which dataset a row is for; they are not stored. The rows of each key
/// must be sorted by the ordered column; rows of different keys may be mixed. Each dataset is written completely or not
/// at all.
#[derive(Debug, Args)]
#[command(after_help = "\
All rows are read and checked first, with bounded memory. Then one dataset after the other is
written. If one fails, the others are still written, unless --stop-on-error is given, and the exit
status is 1.

Examples:
  oups ingest data weather.parquet --ordered-on time --row-group-target MS
  oups ingest data '2013-*.csv' --ordered-on time --time-zone America/New_York --null NA
  oups ingest data all.jsonl --ordered-on time --sort --duplicates-on time
  duckdb … | oups ingest data - --ordered-on time")]
pub(crate) struct Ingest {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Files or quoted patterns of files; `-` is standard input
    #[arg(required = true)]
    pub(crate) input: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) storing: Storing,
    /// Stop at the first dataset that fails
    #[arg(long)]
    pub(crate) stop_on_error: bool,
    #[command(flatten)]
    pub(crate) terms: CommitArgs,
    /// Print one JSON object per dataset
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
}
