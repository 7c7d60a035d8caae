//! Commands that take care of a store: verify, repair, export, settings.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};
use oups::Expected;
use oups::sizing::RowGroupTarget;

use super::look::OneMoment;
use super::parse::{
    DuplicateColumns, KeepOption, NumberOrNone, condition, duplicates_on, duration, number_or_none, target,
};

/// Look at every byte, and tell what is not as it should be
///
/// Nothing is changed, and programs that read and write at the moment are not in the way.
#[derive(Debug, Args)]
#[command(after_help = "\
Findings are damage (rows are lost or may be wrong: `oups repair`), or what lies about: leftovers of
dead programs, which the next write clears away, and files that are not part of the store. The exit
status is 1 if there is damage. With --json, one object a finding:
{\"kind\",\"damage\",\"dataset\",\"row_group\",\"file\",\"detail\"}; row_group counts from 0 as in
`oups info --json`, and is null where the finding is not about one.
Conditions on different fields must all hold; those on one field are alternatives.

Examples:
  oups verify data
  oups verify data city=berlin 'quantity=temp*'
  oups verify data --json | jq -r 'select(.damage) | .dataset' | sort -u")]
pub(crate) struct Verify {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Only keys whose field has this value; `*` and `?` match any text and any character
    #[arg(value_name = "FIELD=VALUE", value_parser = condition)]
    pub(crate) filter: Vec<String>,
    /// Print one JSON object a finding
    #[arg(long)]
    pub(crate) json: bool,
}

/// Make a damaged dataset whole again with every row group that is intact
///
/// Works with a damaged or lost manifest too. Damaged files are moved to KEY.damaged beside the dataset, nothing is
/// deleted. If all is well, nothing is changed.
#[derive(Debug, Args)]
#[command(after_help = "\
It tells what is lost, by span and rows, which files are set aside, and whether metadata is lost,
which only the manifest holds. Rows that are lost can be written again as any others.

Examples:
  oups verify data
  oups repair data temperature-berlin/1D
  oups repair data temperature-berlin/1D --json --lock-timeout 10s")]
pub(crate) struct Repair {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Key of the dataset, as path text: temperature-berlin/1D
    pub(crate) key: String,
    /// Give up when a writer holds the dataset for so long (500ms, 10s, 2min); the default waits
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) lock_timeout: Option<Duration>,
    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Copy datasets into a new store, for backups and to give away
///
/// All datasets are copied as they were at one moment, whatever programs write meanwhile, or it is told; every byte is
/// checked. The copy is there when it is complete, and a store like any other.
#[derive(Debug, Args)]
#[command(after_help = "\
DEST must not exist, or be an empty folder. The copy is made beside it, as DEST.incomplete-…, and
renamed at the end. A damaged dataset makes it fail: repair it first, or leave it out by conditions.
Conditions on different fields must all hold; those on one field are alternatives.

Examples:
  oups export data backup/2026-11-24
  oups export data berlin city=berlin")]
pub(crate) struct Export {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Folder of the new store
    pub(crate) dest: PathBuf,
    /// Only keys whose field has this value; `*` and `?` match any text and any character
    #[arg(value_name = "FIELD=VALUE", value_parser = condition)]
    pub(crate) filter: Vec<String>,
    #[command(flatten)]
    pub(crate) together: OneMoment,
    /// Print facts as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Show or change the settings of a dataset
///
/// Settings are what writes use that do not give their own; they were those of the first write. A change is a commit of
/// its own that touches no row.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("setting").multiple(true)
    .args(["row_group_target", "duplicates_on", "keep", "max_off_target"]))]
#[command(after_help = "\
A new target shapes the row groups that later writes make; `oups compact` applies it at once.
Duplicates that are stored already stay.

Examples:
  oups settings data JFK
  oups settings data JFK --row-group-target 1D && oups compact data origin=JFK
  oups settings data JFK --duplicates-on time,station --keep first")]
pub(crate) struct Settings {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Key of the dataset, as path text: temperature-berlin/1D
    pub(crate) key: String,
    /// Wanted size of row groups: rows (1000000) or a period (15min, 1D, W-MON, MS, QS, YS)
    #[arg(long, value_name = "ROWS|PERIOD", value_parser = target)]
    pub(crate) row_group_target: Option<RowGroupTarget>,
    /// Columns in which duplicates are equal, besides the ordered column; `*`: in all; `none` keeps duplicates
    #[arg(long, value_name = "A,B|*|none", value_parser = duplicates_on)]
    pub(crate) duplicates_on: Option<DuplicateColumns>,
    /// Which of several duplicates stays
    #[arg(long, value_enum)]
    pub(crate) keep: Option<KeepOption>,
    /// Off-target row groups from which on neighbours are merged; `none` never merges them
    #[arg(long, value_name = "N|none", value_parser = number_or_none)]
    pub(crate) max_off_target: Option<NumberOrNone>,
    /// Give up when another writer holds the dataset for so long (500ms, 10s, 2min); the default waits
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "setting")]
    pub(crate) lock_timeout: Option<Duration>,
    /// Fail unless the dataset is at this version; with its draw (`info --json`), one that was removed and
    /// made again is another
    #[arg(long, value_name = "N|N-DRAW", requires = "setting")]
    pub(crate) if_version: Option<Expected>,
    /// Print facts as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
