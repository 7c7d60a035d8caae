//! The command line as it is typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use oups::key::Separator;
use oups::target::RowGroupTarget;

/// Many ordered datasets as plain Parquet files: appended, corrected, read by range, without a server.
#[derive(Debug, Parser)]
#[command(name = "oups", version, about, max_term_width = 100, disable_help_subcommand = true)]
#[command(after_help = "\
Examples:
  oups init data --schema 'origin:str'
  oups write data JFK jfk.csv --ordered-on time
  oups ls data --long
  oups read data JFK --start 2013-02-08 --end 2013-02-09

Results go to standard output, messages and progress to standard error.
Exit status: 0 done, 1 failed, 2 wrong usage.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(Init),
    Write(Write),
    Read(Read),
    Align(Align),
    Ls(Ls),
    Info(Info),
    Rm(Rm),
    Completions(Completions),
}

/// Make a store
#[derive(Debug, Args)]
#[command(after_help = "\
Types: str, int (64 bits), bool, char, i8 to i128, u8 to u128.

Examples:
  oups init data --schema 'quantity:str,city:str/frequency:str'     keys like temperature-berlin/1D
  oups init data --schema 'station:int' --separator _")]
pub(crate) struct Init {
    /// Folder of the store; made where it is missing
    pub(crate) store: PathBuf,
    /// Fields of the keys: `name:type`, joined by `,` in one level, levels by `/`
    #[arg(long, value_name = "SCHEMA")]
    pub(crate) schema: String,
    /// What joins the fields of a level in a path: one of - _ = @ + , ~ or a space
    #[arg(long, value_name = "CHAR", default_value = "-", hide_default_value = true, allow_hyphen_values = true)]
    pub(crate) separator: Separator,
    /// Print facts as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Merge the rows of files into one dataset
///
/// The rows must be sorted by the ordered column. They are merged with the stored ones: at equal values, stored rows
/// come first. The write is visible completely or not at all.
#[derive(Debug, Args)]
#[command(after_help = "\
CSV needs a header. Where the dataset exists, its columns say the types of the CSV's; otherwise
they are inferred from the whole file. Empty fields are null. Times with an offset become UTC.
Several inputs are read one after the other and must have the same columns.
Options of the first write are kept as the settings of the dataset.

Examples:
  oups write data JFK 2013-01.parquet 2013-02.parquet --ordered-on time --row-group-target 1D
  oups write data JFK corrections.csv --meta 'source=buoy 7'
  oups write data JFK --row-group-target 100000     resizes row groups, no new rows")]
pub(crate) struct Write {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Key of the dataset, as path text: temperature-berlin/1D
    pub(crate) key: String,
    /// Files: .parquet, .csv, .tsv
    pub(crate) input: Vec<PathBuf>,
    /// Column that the dataset is ordered on; needed once, at the first write
    #[arg(long, value_name = "COLUMN")]
    pub(crate) ordered_on: Option<String>,
    /// Wanted size of row groups: rows (1000000) or a period (15min, 1D, W-MON, MS, QS, YS)
    #[arg(long, value_name = "ROWS|PERIOD")]
    pub(crate) row_group_target: Option<RowGroupTarget>,
    /// Off-target row groups from which on neighbours are merged; `none` never merges them
    #[arg(long, value_name = "N|none", value_parser = number_or_none)]
    pub(crate) max_off_target: Option<NumberOrNone>,
    /// Set a text in the dataset's metadata
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) meta: Vec<(String, String)>,
    /// Remove a text from the dataset's metadata
    #[arg(long, value_name = "KEY")]
    pub(crate) unset: Vec<String>,
    /// Do not wait for the disk: for bulk loads that can be repeated
    #[arg(long)]
    pub(crate) no_sync: bool,
    /// Give up when another writer holds the dataset for so long (500ms, 10s, 2min); the default waits
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) lock_timeout: Option<Duration>,
    /// Fail unless the dataset is at this version; 0: does not exist
    #[arg(long, value_name = "N")]
    pub(crate) if_version: Option<u64>,
    /// Print facts as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Print or export the rows of a dataset
#[derive(Debug, Args)]
#[command(after_help = "\
A table shows up to 40 rows, of more only the first and the last 20; --limit N shows the first N.
On a terminal, columns that do not fit are left out; the other formats always hold all of them.
JSON is one object a line. Times with a zone are shown in UTC.

Examples:
  oups read data JFK --start 2013-02-08 --end 2013-02-09T12:00 --columns time,temp
  oups read data JFK --output jfk.parquet
  oups read data JFK --format csv | head
  oups read data buoy-7 --start=-5 --end 5")]
pub(crate) struct Read {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Key of the dataset, as path text: temperature-berlin/1D
    #[arg(required = true, value_name = "KEY")]
    pub(crate) keys: Vec<String>,
    #[command(flatten)]
    pub(crate) range: Range,
    /// Columns to read, in this order
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) columns: Option<Vec<String>>,
    /// Stop after N rows
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// File to write, all or nothing; `-` is standard output
    #[arg(long, short, value_name = "FILE|-")]
    pub(crate) output: Option<PathBuf>,
    /// Format; by default that of the output's extension, and a table on standard output
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}

#[derive(Debug, Default, Args)]
pub(crate) struct Range {
    /// First value of the ordered column: a number, a text, a date, a time in RFC 3339
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub(crate) start: Option<String>,
    /// Value of the ordered column before which to stop
    #[arg(long, value_name = "Y", allow_negative_numbers = true)]
    pub(crate) end: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Csv,
    Json,
    Parquet,
}

/// Walk several datasets side by side, in chunks that cover the same span
#[derive(Debug, Args)]
#[command(after_help = "\
Every chunk covers one span of the ordered column, half-open, for all keys. Spans ascend and do not
overlap; rows with equal values are never split over chunks. With --json, one object a line:
{\"start\",\"end\",\"rows\":{key: count}}, where an open start or end is null.

Examples:
  oups align data EWR JFK LGA --start 2013-02-08 --end 2013-02-09
  oups align data EWR JFK LGA --json")]
pub(crate) struct Align {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Keys of the datasets
    #[arg(required = true, value_name = "KEY")]
    pub(crate) keys: Vec<String>,
    #[command(flatten)]
    pub(crate) range: Range,
    /// Print one JSON object a chunk
    #[arg(long)]
    pub(crate) json: bool,
}

/// List the keys of a store
#[derive(Debug, Args)]
#[command(after_help = "\
Conditions on different fields must all hold; those on one field are alternatives.

Examples:
  oups ls data
  oups ls data city=berlin city=oslo 'quantity=temp*' --long
  oups ls data --long --json")]
pub(crate) struct Ls {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Only keys whose field has this value; `*` and `?` match any text and any character
    #[arg(value_name = "FIELD=VALUE", value_parser = condition)]
    pub(crate) filter: Vec<String>,
    /// With rows, row groups, bytes and span
    #[arg(long, short)]
    pub(crate) long: bool,
    /// Print one JSON object a key
    #[arg(long)]
    pub(crate) json: bool,
}

/// Show columns, settings, metadata and row groups of a dataset
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oups info data temperature-berlin/1D
  oups info data temperature-berlin/1D --json
  oups info data temperature-berlin/1D --files | xargs du -ch")]
pub(crate) struct Info {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Key of the dataset
    pub(crate) key: String,
    /// Print facts as JSON
    #[arg(long, conflicts_with = "files")]
    pub(crate) json: bool,
    /// Print the paths of the row group files, in order
    #[arg(long)]
    pub(crate) files: bool,
}

/// Remove datasets
#[derive(Debug, Args)]
#[command(after_help = "\
There is no way back. Programs that read a removed dataset at the moment go on undisturbed.

Examples:
  oups rm data temperature-berlin/1D")]
pub(crate) struct Rm {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Keys of the datasets
    #[arg(required = true, value_name = "KEY")]
    pub(crate) keys: Vec<String>,
    /// Print facts as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Print a script that completes commands and options in a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oups completions bash > ~/.local/share/bash-completion/completions/oups
  oups completions fish > ~/.config/fish/completions/oups.fish")]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: Shell,
}

/// A number, or the word `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NumberOrNone(pub(crate) Option<u64>);

fn number_or_none(text: &str) -> Result<NumberOrNone, String> {
    if text == "none" {
        return Ok(NumberOrNone(None));
    }
    text.parse().map(|number| NumberOrNone(Some(number))).map_err(|_| "expected a whole number or `none`".to_owned())
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected `key=value`".to_owned()),
    }
}

fn condition(text: &str) -> Result<String, String> {
    if text.contains('=') { Ok(text.to_owned()) } else { Err("expected `field=value`".to_owned()) }
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a time such as 500ms, 10s, 2min or 1h".to_owned();
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit.trim() {
        "ms" => number / 1000.0,
        "s" => number,
        "min" | "m" => number * 60.0,
        "h" => number * 3600.0,
        _ => return Err(wrong()),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_need_a_unit() {
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("2 min"), Ok(Duration::from_secs(120)));
        for wrong in ["10", "s", "-1s", "1e9s", "", "1.2.3s", "99999999999999999999999h"] {
            assert!(duration(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn every_command_shows_examples() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Examples:\n  oups "), "{}", command.get_name());
        }
    }
}
