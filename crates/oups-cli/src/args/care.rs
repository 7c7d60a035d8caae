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

/// Check every byte of datasets and report what is wrong
///
/// Nothing is changed. Other programs may read and write meanwhile.
#[derive(Debug, Args)]
#[command(after_help = "\
A finding is damage (rows are lost or may be wrong: see `oups repair`), a leftover of a dead
program, which the next write clears away, or a file that is not part of the store. The exit status
is 1 if anything is damaged. With --json, one object per finding:
{\"kind\",\"damage\",\"dataset\",\"row_group\",\"file\",\"detail\"}; row_group counts from 0, as in
`oups info --json`, and is null if the finding is not about a row group.
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
    /// Print one JSON object per finding
    #[arg(long)]
    pub(crate) json: bool,
}

/// Rebuild a damaged dataset from its intact row groups
///
/// It also works if the manifest is damaged or lost. Damaged files are moved to KEY.damaged beside the dataset; nothing
/// is deleted. If nothing is damaged, nothing is changed.
#[derive(Debug, Args)]
#[command(after_help = "\
The report says which spans and how many rows are lost, which files are set aside, and whether
metadata is lost: only the manifest holds it. Lost rows can be written again like any others.

Examples:
  oups verify data
  oups repair data temperature-berlin/1D
  oups repair data temperature-berlin/1D --json --lock-timeout 10s")]
pub(crate) struct Repair {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Key of the dataset, as path text: temperature-berlin/1D
    pub(crate) key: String,
    /// Give up if a writer holds the dataset for this long (500ms, 10s, 2min); by default, wait
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) lock_timeout: Option<Duration>,
    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Copy datasets into a new store, for backups and to give away
///
/// All datasets are copied as they were at one moment, whatever programs write meanwhile; if no such moment is found, a
/// message says so. Every byte is checked. The copy appears once it is complete, and is a store like any other.
#[derive(Debug, Args)]
#[command(after_help = "\
DEST must not exist, or must be an empty folder. The copy is made beside it, as DEST.incomplete-…,
and renamed at the end. A damaged dataset makes the export fail: repair it first, or leave it out by
conditions.
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
/// A write uses the settings unless it gives its own; the first write of a dataset sets them. A change is a commit of
/// its own and touches no row.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("setting").multiple(true)
    .args(["row_group_target", "duplicates_on", "keep", "max_off_target"]))]
#[command(after_help = "\
A new target applies to the row groups that later writes make; `oups compact` applies it at once.
Duplicates that are already stored stay.

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
    /// Columns in which duplicates are equal, besides the ordered column; `*`: all columns; `none`: no row is a
    /// duplicate
    #[arg(long, value_name = "A,B|*|none", value_parser = duplicates_on)]
    pub(crate) duplicates_on: Option<DuplicateColumns>,
    /// Which of several duplicates stays
    #[arg(long, value_enum)]
    pub(crate) keep: Option<KeepOption>,
    /// Merge neighbouring off-target row groups once there are more than this many; `none`: never
    #[arg(long, value_name = "N|none", value_parser = number_or_none)]
    pub(crate) max_off_target: Option<NumberOrNone>,
    /// Give up if another writer holds the dataset for this long (500ms, 10s, 2min); by default, wait
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "setting")]
    pub(crate) lock_timeout: Option<Duration>,
    /// Fail unless the dataset is at this version; with the draw of `info --json`, also if the dataset was removed and
    /// made again meanwhile
    #[arg(long, value_name = "N|N-DRAW", requires = "setting")]
    pub(crate) if_version: Option<Expected>,
    /// Print facts as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
