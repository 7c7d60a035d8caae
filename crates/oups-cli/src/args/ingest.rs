//! The command `ingest`.

use std::path::PathBuf;

use clap::Args;
use oups::target::RowGroupTarget;

use super::change::{Duplicates, Terms};
use super::input::Reading;
use super::parse::{NumberOrNone, key_value, number_or_none};

/// Merge the rows of files into the datasets of their keys
///
/// Columns named as the fields of the keys say which dataset a row is for; they are not stored. The rows of each key must
/// be sorted by the ordered column, those of different keys may be mixed. Every dataset is written completely or not at
/// all.
#[derive(Debug, Args)]
#[command(after_help = "\
All rows are read and checked first, with bounded memory. Then one dataset after the other is written.
One that fails does not stop the others, unless --stop-on-error; the exit status is 1 then.

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
    /// Column that the datasets are ordered on; needed where the first one is new
    #[arg(long, value_name = "COLUMN")]
    pub(crate) ordered_on: Option<String>,
    /// Wanted size of row groups: rows (1000000) or a period (15min, 1D, W-MON, MS, QS, YS)
    #[arg(long, value_name = "ROWS|PERIOD")]
    pub(crate) row_group_target: Option<RowGroupTarget>,
    #[command(flatten)]
    pub(crate) duplicates: Duplicates,
    /// Off-target row groups from which on neighbours are merged; `none` never merges them
    #[arg(long, value_name = "N|none", value_parser = number_or_none)]
    pub(crate) max_off_target: Option<NumberOrNone>,
    /// Set a text in the metadata of every dataset that rows come for
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) meta: Vec<(String, String)>,
    /// Let new columns and wider types into the datasets
    #[arg(long)]
    pub(crate) evolve_schema: bool,
    /// Stop at the first dataset that fails
    #[arg(long)]
    pub(crate) stop_on_error: bool,
    #[command(flatten)]
    pub(crate) terms: Terms,
    /// Print one JSON object a dataset
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
}
