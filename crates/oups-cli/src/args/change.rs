//! Commands that change datasets: write, delete, compact, meta, rm.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};
use oups::Expected;
use oups::sizing::RowGroupTarget;

use super::input::Reading;
use super::look::Range;
use super::parse::{
    DuplicateColumns, KeepOption, KeyColumnsOption, NumberOrNone, condition, duplicates_on, duration, key_value,
    number_or_none, target,
};

/// How a change is committed.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct CommitArgs {
    /// Do not wait for the disk: for bulk loads that can be repeated
    #[arg(long)]
    pub(crate) no_sync: bool,
    /// Give up if another writer holds the dataset for this long (500ms, 10s, 2min); by default, wait
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) lock_timeout: Option<Duration>,
}

/// Which rows are duplicates, and which of them is kept.
#[derive(Debug, Args)]
pub(crate) struct Duplicates {
    /// Columns in which duplicates are equal, besides the ordered column; `*`: all columns; `none`: no row is a
    /// duplicate
    #[arg(long, value_name = "A,B|*|none", value_parser = duplicates_on, requires = "input")]
    pub(crate) duplicates_on: Option<DuplicateColumns>,
    /// Which of several duplicates stays
    #[arg(long, value_enum, requires = "input")]
    pub(crate) keep: Option<KeepOption>,
}

/// How rows are stored. The first write of a dataset makes these options its settings.
#[derive(Debug, Args)]
pub(crate) struct Storing {
    /// Column that the dataset is ordered on; needed once, at the first write
    #[arg(long, value_name = "COLUMN")]
    pub(crate) ordered_on: Option<String>,
    /// Wanted size of row groups: rows (1000000) or a period (15min, 1D, W-MON, MS, QS, YS)
    #[arg(long, value_name = "ROWS|PERIOD", value_parser = target)]
    pub(crate) row_group_target: Option<RowGroupTarget>,
    #[command(flatten)]
    pub(crate) duplicates: Duplicates,
    /// Merge neighbouring off-target row groups once there are more than this many; `none`: never
    #[arg(long, value_name = "N|none", value_parser = number_or_none)]
    pub(crate) max_off_target: Option<NumberOrNone>,
    /// Let the columns grow so that the rows fit: new columns, wider types
    #[arg(long)]
    pub(crate) evolve_schema: bool,
    /// Set a text in the dataset's metadata
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) meta: Vec<(String, String)>,
}

/// Merge the rows of files into one dataset
///
/// The rows must be sorted by the ordered column. They are merged with the stored ones: at equal values, stored rows
/// come first. Duplicates are dropped if asked for. The write is visible completely or not at all.
#[derive(Debug, Args)]
#[command(after_help = "\
CSV needs a header; JSON is one object per line; both may be packed with gzip or Zstandard. The
types of columns are those of the dataset. For a new dataset they are inferred from the whole file,
and messages name doubtful values. Empty fields are null. Times with an offset become UTC. See
docs/input.md. Several inputs are read one after the other and must have the same columns. The
options of the first write become the settings of the dataset.

Examples:
  oups write data JFK 2013-01.parquet 2013-02.parquet --ordered-on time --row-group-target 1D
  oups write data JFK 2013.parquet --ordered-on time --duplicates-on time,station --keep last
  oups write data JFK '2013-*.csv' --ordered-on time --sort --time-format '%d.%m.%Y %H:%M'
  oups read data JFK --format arrow | oups write copy JFK - --ordered-on time
  oups write data JFK corrections.csv --dry-run     shows what would be rewritten
  oups write data JFK corrections.csv --meta 'source=buoy 7'
  oups write data JFK with-gusts.csv --evolve-schema     adds columns that are new
  oups write data JFK --row-group-target 100000     resizes row groups, no new rows")]
pub(crate) struct Write {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Key of the dataset, as path text: temperature-berlin/1D
    pub(crate) key: String,
    /// Files or quoted patterns of files: .parquet, .csv, .tsv, .jsonl, .arrow; `-` is standard input
    pub(crate) input: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) storing: Storing,
    /// Remove a text from the dataset's metadata
    #[arg(long, value_name = "KEY")]
    pub(crate) unset: Vec<String>,
    /// What to do with columns that are named like fields of the keys; by default, they are refused
    #[arg(long, value_enum, requires = "input")]
    pub(crate) key_columns: Option<KeyColumnsOption>,
    #[command(flatten)]
    pub(crate) terms: CommitArgs,
    /// Fail unless the dataset is at this version; 0: does not exist; with the draw of `info --json`, also if the
    /// dataset was removed and made again meanwhile
    #[arg(long, value_name = "N|N-DRAW")]
    pub(crate) if_version: Option<Expected>,
    /// Show which row groups would be rewritten, and change nothing; duplicates count as new rows
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print facts as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// Delete the rows of a range
///
/// The range is half-open: a row at --end stays. Row groups wholly inside are dropped without being read; at most two,
/// at the ends, are rewritten. The deletion is visible completely or not at all.
#[derive(Debug, Args)]
#[command(after_help = "\
A deletion cannot be undone; --dry-run shows what would be deleted. Programs that are reading the
dataset go on undisturbed. A dataset without rows keeps its settings and metadata; `oups rm` removes
it altogether.

Examples:
  oups delete data JFK --start 2013-02-08 --end 2013-02-09
  oups delete data JFK --end 2013-01-01 --dry-run     shows what is before that day
  oups delete data buoy-7 --start=-5 --end 5 --if-version 12
  oups delete data JFK --all")]
pub(crate) struct Delete {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Key of the dataset, as path text: temperature-berlin/1D
    pub(crate) key: String,
    #[command(flatten)]
    pub(crate) range: Range,
    /// Delete all rows
    #[arg(long, conflicts_with_all = ["start", "end"])]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) terms: CommitArgs,
    /// Fail unless the dataset is at this version; with the draw of `info --json`, also if the dataset was removed and
    /// made again meanwhile
    #[arg(long, value_name = "N|N-DRAW")]
    pub(crate) if_version: Option<Expected>,
    /// Show which row groups would be dropped and which rewritten, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print facts as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Bring the row groups of datasets to the wanted size
///
/// Many small writes leave small row groups. Runs of small row groups are merged, and row groups that are too large are
/// split. The others are not touched, and no row changes.
#[derive(Debug, Args)]
#[command(after_help = "\
Each dataset is committed on its own. If one fails, the others are still compacted, and the exit
status is 1. --row-group-target applies to this command alone: later writes use the dataset's own.
Conditions on different fields must all hold; those on one field are alternatives.

Examples:
  oups compact data
  oups compact data city=berlin city=oslo 'quantity=temp*'
  oups compact data --row-group-target 1000000 --dry-run")]
pub(crate) struct Compact {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Only keys whose field has this value; `*` and `?` match any text and any character
    #[arg(value_name = "FIELD=VALUE", value_parser = condition)]
    pub(crate) filter: Vec<String>,
    /// Wanted size of row groups, for this command alone: rows (1000000) or a period (15min, 1D, W-MON, MS, QS, YS)
    #[arg(long, value_name = "ROWS|PERIOD", value_parser = target)]
    pub(crate) row_group_target: Option<RowGroupTarget>,
    /// The most off-target row groups that may stay side by side; by default a single one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_off_target: Option<u64>,
    #[command(flatten)]
    pub(crate) terms: CommitArgs,
    /// Show which row groups would be rewritten, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print one JSON object per dataset
    #[arg(long)]
    pub(crate) json: bool,
}

/// Show or change the metadata of a dataset
///
/// Without a text to set or unset, all texts are printed as `key=value`. A change is a commit of its own and touches no
/// row.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("change").args(["set", "unset"]).multiple(true))]
#[command(after_help = "\
Examples:
  oups meta data JFK
  oups meta data JFK 'source=buoy 7' checked=yes --unset note
  oups meta data JFK --json")]
pub(crate) struct Meta {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Key of the dataset, as path text: temperature-berlin/1D
    pub(crate) key: String,
    /// Texts to set
    #[arg(value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) set: Vec<(String, String)>,
    /// Remove a text
    #[arg(long, value_name = "KEY")]
    pub(crate) unset: Vec<String>,
    /// Give up if another writer holds the dataset for this long (500ms, 10s, 2min); by default, wait
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "change")]
    pub(crate) lock_timeout: Option<Duration>,
    /// Fail unless the dataset is at this version; with the draw of `info --json`, also if the dataset was removed and
    /// made again meanwhile
    #[arg(long, value_name = "N|N-DRAW", requires = "change")]
    pub(crate) if_version: Option<Expected>,
    /// Print facts as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Remove datasets
#[derive(Debug, Args)]
#[command(after_help = "\
A removal cannot be undone. Programs that are reading a removed dataset go on undisturbed.

Examples:
  oups rm data temperature-berlin/1D")]
pub(crate) struct Rm {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Keys of the datasets
    #[arg(required = true, value_name = "KEY")]
    pub(crate) keys: Vec<String>,
    /// Give up if another writer holds a dataset for this long (500ms, 10s, 2min); by default, wait
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) lock_timeout: Option<Duration>,
    /// Print facts as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
