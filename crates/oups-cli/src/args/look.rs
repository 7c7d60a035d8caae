//! The options of commands that only look: read, align, asof, resample, ls, info, coverage.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use std::time::Duration;

use super::parse::{Aggregates, FillOption, aggregates, condition, duration, whole};

/// Print or export the rows of a dataset, or of several as one ordered stream
#[derive(Debug, Args)]
#[command(after_help = "\
A table shows up to 40 rows; of more rows, it shows the first 20 and the last 20. --limit N shows
the first N. On a terminal, columns that do not fit are left out; the other formats have all
columns. JSON is one object per line. Times with a zone are shown in UTC.
The rows of several keys are merged in order, with the keys' fields as columns in front, unless
--no-keys is given. The rows of one key have only its own columns, unless --with-keys is given.

Examples:
  oups read data JFK --start 2013-02-08 --end 2013-02-09T12:00 --columns time,temp
  oups read data EWR JFK LGA --start 2013-02-08 --columns time,temp --limit 6
  oups read data JFK --where 'temp > 80 and precip is not null' --limit 5 --reverse
  oups read data EWR JFK --plot temp --start 2013-02-01 --end 2013-03-01
  oups read data JFK --output jfk.parquet
  oups read data JFK --format csv | head
  oups read data buoy-7 --start=-5 --end 5")]
pub(crate) struct Read {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Keys of the datasets, as path text: temperature-berlin/1D
    #[arg(required = true, value_name = "KEY")]
    pub(crate) keys: Vec<String>,
    #[command(flatten)]
    pub(crate) range: Range,
    /// Columns to read, in this order
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) columns: Option<Vec<String>>,
    /// Only rows for which this holds: `temp > 30 and city in ('oslo', 'rome')`
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) condition: Option<String>,
    /// Read from the last row to the first
    #[arg(long)]
    pub(crate) reverse: bool,
    /// Compare every byte with the checksums before reading it
    #[arg(long)]
    pub(crate) verified: bool,
    /// Show the plan of the read, and read no rows
    #[arg(long)]
    pub(crate) explain: bool,
    /// Draw a column of numbers as a line, one picture per key, instead of printing rows
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["columns", "reverse", "explain", "output", "format", "with_keys", "no_keys", "one_moment"])]
    pub(crate) plot: Option<String>,
    #[command(flatten)]
    pub(crate) drawing: Drawing,
    #[command(flatten)]
    pub(crate) key_fields: KeyFields,
    #[command(flatten)]
    pub(crate) together: OneMoment,
    #[command(flatten)]
    pub(crate) to: To,
}

/// Whether the fields of the keys are columns of the rows.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct KeyFields {
    /// Add the key's fields as columns in front, also for one key
    #[arg(long)]
    with_keys: bool,
    /// Leave the keys' fields out
    #[arg(long, conflicts_with = "with_keys")]
    no_keys: bool,
}

impl KeyFields {
    /// Whether the fields are shown. By default they are shown for several datasets, whose rows must be told apart.
    pub(crate) fn are_shown(self, keys: usize) -> bool {
        self.with_keys || (keys > 1 && !self.no_keys)
    }
}

/// Where rows go.
#[derive(Debug, Args)]
pub(crate) struct To {
    /// Stop after N rows
    #[arg(long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
    pub(crate) limit: Option<u64>,
    /// File to write, all or nothing; `-` is standard output
    #[arg(long, short, value_name = "FILE|-")]
    pub(crate) output: Option<PathBuf>,
    /// Format; by default that of the output's extension, and a table on standard output
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}

/// Whether several datasets must be read as they were at one moment.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct OneMoment {
    /// Fail if no moment common to all datasets is found within this time (500ms, 10s, 2min); by default, a message
    /// says so
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) one_moment: Option<Duration>,
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

/// As what rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Csv,
    Json,
    Parquet,
    Arrow,
}

/// Walk several datasets side by side, in chunks that cover the same span
#[derive(Debug, Args)]
#[command(after_help = "\
Every chunk covers one span of the ordered column, half-open, for all keys. Spans ascend and do not
overlap; rows with equal values are never split over chunks. With --where a chunk may have no rows.
With --json, one object per line: {\"start\",\"end\",\"rows\":{key: count}}, where an open start or end is
null.

Examples:
  oups align data EWR JFK LGA --start 2013-02-08 --end 2013-02-09
  oups align data EWR JFK LGA --where 'temp < 20'
  oups align data EWR JFK LGA --json")]
pub(crate) struct Align {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Keys of the datasets
    #[arg(required = true, value_name = "KEY")]
    pub(crate) keys: Vec<String>,
    #[command(flatten)]
    pub(crate) range: Range,
    /// Only rows for which this holds: `temp > 30 and city in ('oslo', 'rome')`
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) condition: Option<String>,
    #[command(flatten)]
    pub(crate) together: OneMoment,
    /// Print one JSON object per chunk
    #[arg(long)]
    pub(crate) json: bool,
}

/// Join each row of one dataset with the row of others that was in force at its time
#[derive(Debug, Args)]
#[command(after_help = "\
Every row of LEFT is printed once, with the columns of the newest row of each RIGHT that is not
after it; without such a row, they are null. Columns of a RIGHT are named KEY.COLUMN. A tolerance is
a number of units of the ordered column, or of ns, us, ms, s, min, h, D or W.

Examples:
  oups asof data JFK EWR LGA --columns time,temp --right-columns time,temp --tolerance 90min
  oups asof data trades quotes --by symbol --strict --output joined.parquet")]
pub(crate) struct AsOf {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Key of the dataset whose rows are kept
    pub(crate) left: String,
    /// Keys of the datasets that are looked up
    #[arg(required = true, value_name = "RIGHT")]
    pub(crate) rights: Vec<String>,
    #[command(flatten)]
    pub(crate) range: Range,
    /// Only rows of LEFT for which this holds: `temp > 30 and city in ('oslo', 'rome')`
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) condition: Option<String>,
    /// Only rows that are equal in these columns match
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) by: Vec<String>,
    /// Rows further away than this do not match
    #[arg(long, value_name = "5min")]
    pub(crate) tolerance: Option<String>,
    /// Which row matches: the newest before, or the oldest after
    #[arg(long, value_enum, default_value = "backward")]
    pub(crate) direction: Side,
    /// Rows with the same ordered value do not match
    #[arg(long)]
    pub(crate) strict: bool,
    /// Columns of LEFT, in this order
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) columns: Option<Vec<String>>,
    /// Columns of each RIGHT, in this order
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) right_columns: Option<Vec<String>>,
    #[command(flatten)]
    pub(crate) together: OneMoment,
    #[command(flatten)]
    pub(crate) to: To,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Side {
    Backward,
    Forward,
}

/// Make one row of the rows of each period: first, last, min, max, sum, count, mean
#[derive(Debug, Args)]
#[command(after_help = "\
Periods are written like row group targets: 15min, 1D, W, MS; for whole numbers, as a number.
Datasets come one after the other; if there are several, the keys' fields are columns in front. A
period without rows is left out, unless --fill gives it a row: of nulls, or of the values before
(flat bars at the previous close).

Examples:
  oups resample data JFK EWR --period MS --agg temp:min,mean,max --agg precip:sum
  oups resample data trades --period 1min --agg price:first,max,min,last --output bars.parquet
  oups resample data trades --period 1min --agg price:first,max,min,last --fill previous")]
pub(crate) struct Resample {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Keys of the datasets
    #[arg(required = true, value_name = "KEY")]
    pub(crate) keys: Vec<String>,
    #[command(flatten)]
    pub(crate) range: Range,
    /// Length of the periods
    #[arg(long, value_name = "1D")]
    pub(crate) period: String,
    /// Aggregates of a column; can be given several times
    #[arg(long = "agg", required = true, value_name = "COLUMN:A,B", value_parser = aggregates)]
    pub(crate) aggregates: Vec<Aggregates>,
    /// Add a row for each period without rows between others
    #[arg(long, value_enum)]
    pub(crate) fill: Option<FillOption>,
    /// Only rows for which this holds: `temp > 30 and city in ('oslo', 'rome')`
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) condition: Option<String>,
    #[command(flatten)]
    pub(crate) key_fields: KeyFields,
    #[command(flatten)]
    pub(crate) together: OneMoment,
    #[command(flatten)]
    pub(crate) to: To,
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
    /// Show rows, row groups, bytes and span too
    #[arg(long, short)]
    pub(crate) long: bool,
    /// Print one JSON object per key
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

/// Draw which spans datasets cover: gaps, density, sizes of row groups
///
/// Only manifests are read: no row group is opened, however many a dataset has.
#[derive(Debug, Args)]
#[command(after_help = "\
Each dataset has two lines on an axis that all share. The first is the darker the denser the rows
are, compared with the densest place of the dataset. The second shows the rows of the row groups,
compared with the largest row group of all. A gap is a stretch between row groups that is more than
three times as long as the distance between rows beside it; rows missing within a row group are not
seen. Of texts only the order is drawn. With --json, one object per dataset; lengths are in seconds,
or in units of a number.
Conditions on different fields must all hold; those on one field are alternatives.

Examples:
  oups coverage data
  oups coverage data city=berlin city=oslo 'quantity=temp*'
  oups coverage data --svg coverage.svg
  oups coverage data --json | jq -c '{key, gap: .gaps[]}'")]
pub(crate) struct Coverage {
    /// Folder of the store
    pub(crate) store: PathBuf,
    /// Only keys whose field has this value; `*` and `?` match any text and any character
    #[arg(value_name = "FIELD=VALUE", value_parser = condition)]
    pub(crate) filter: Vec<String>,
    /// Draw an SVG for browsers; `-` is standard output
    #[arg(long, value_name = "FILE|-", conflicts_with_all = ["json", "width", "ascii"])]
    pub(crate) svg: Option<PathBuf>,
    /// Print one JSON object per dataset
    #[arg(long, conflicts_with_all = ["width", "ascii"])]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) look: Drawing,
}

/// How to draw with characters.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Drawing {
    /// Characters per line; by default the width of the terminal, or 100 without a terminal
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(20..=1000))]
    pub(crate) width: Option<u16>,
    /// Draw only with characters that every terminal has
    #[arg(long)]
    pub(crate) ascii: bool,
}
