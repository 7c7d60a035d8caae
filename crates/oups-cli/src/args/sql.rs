//! The command line of `oups-sql`, which is a program of its own. It is defined here so that the completions of `oups` know
//! its options.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::Error;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, Parser, value_parser};

use super::Format;
use super::parse::{key_value, size, store_as, threads};

/// Ask stores of ordered datasets in SQL
#[derive(Debug, Parser)]
#[command(name = "oups-sql", version, max_term_width = 100)]
#[command(after_help = "\
The rows of a store are the table `store`, with the fields of its keys as columns in front. A
dataset is a table too, by its path: store.\"temperature-berlin/1D\".
The statements of -c and -f run in the order in which they are given; with neither, those on
standard input, or a shell if that is a terminal. Results go to standard output, messages to
standard error. A table shows up to 40 rows, of more only the first and the last 20; the other
formats hold all rows: JSON one object a line, Arrow as an IPC stream. Times with a zone are shown
in UTC.
Exit status: 0 done, 1 failed, 2 wrong usage, 3 visible but perhaps not durable, or not known
whether it has happened, 130 interrupted.

Examples:
  oups sql weather -c 'select airport, max(temp) from store group by airport'
  oups sql weather -f report.sql -o report.parquet
  oups sql weather --attach trades=../trades -c 'select * from trades limit 5'")]
pub struct Sql {
    /// Folder of the store; its rows are the table `store`
    pub store: PathBuf,
    /// Another store, as the table NAME; may be repeated
    #[arg(long, value_name = "NAME=STORE", value_parser = store_as)]
    pub attach: Vec<(String, PathBuf)>,
    /// The statements to run.
    #[command(flatten)]
    pub sources: Sources,
    /// File to write, all or nothing
    #[arg(long, short, value_name = "FILE|-")]
    pub output: Option<PathBuf>,
    /// table, csv, json, parquet, arrow; by default that of the output's extension, and a table on standard output
    #[arg(long, value_enum, hide_possible_values = true)]
    pub format: Option<Format>,
    /// Let INSERT change stores
    #[arg(long)]
    pub write: bool,
    /// Zone of times without an offset in the text of a statement
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub time_zone: String,
    /// Threads to read and compute with [default: as many as processors]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub threads: Option<u16>,
    /// Memory for sorts, groups and joins, beyond which they go to temporary files [default: half of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
    /// A setting of the engine: datafusion.…, oups.…; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
    /// Tell what is done, on standard error; -vv: each step of it
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,
}

/// A place with statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Command(String),
    /// A file; `-` is standard input.
    File(PathBuf),
}

/// All places with statements, in the order of the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources(pub Vec<Source>);

impl Args for Sources {
    fn augment_args(command: Command) -> Command {
        let statements = Arg::new("command").short('c').long("command").value_name("SQL").action(ArgAction::Append);
        let file = Arg::new("file").short('f').long("file").value_name("FILE|-").action(ArgAction::Append);
        command
            // A text may begin with a comment.
            .arg(statements.allow_hyphen_values(true).help("Statements to run; may be repeated"))
            .arg(file.value_parser(value_parser!(PathBuf)).help("File of statements; may be repeated"))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Sources {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let places = |id| matches.indices_of(id).into_iter().flatten();
        let commands = matches.get_many::<String>("command").into_iter().flatten().cloned().map(Source::Command);
        let files = matches.get_many::<PathBuf>("file").into_iter().flatten().cloned().map(Source::File);
        let mut all: Vec<_> = places("command").zip(commands).chain(places("file").zip(files)).collect();
        all.sort_by_key(|(place, _)| *place);
        Ok(Self(all.into_iter().map(|(_, source)| source).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Ask stores in SQL
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct PassedOn {
    /// The arguments of `oups-sql`.
    #[arg(last = true)]
    pub(crate) words: Vec<OsString>,
}

/// Puts `--` behind `sql` in a command line: another program parses what follows, `--help` too.
pub(super) fn apart(line: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut words: Vec<OsString> = line.into_iter().collect();
    let is_verbose = |word: &OsString| {
        let text = word.to_string_lossy();
        text == "--verbose" || text.strip_prefix('-').is_some_and(|v| !v.is_empty() && v.chars().all(|c| c == 'v'))
    };
    // The first word is the program itself.
    let Some(at) = words.iter().skip(1).position(|word| !is_verbose(word)).map(|at| at + 1) else { return words };
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word == text);
    if is(at, "sql") {
        words.insert(at + 1, "--".into());
    } else if is(at, "help") && is(at + 1, "sql") && words.len() == at + 2 {
        words.splice(at.., ["sql", "--", "--help"].map(OsString::from));
    }
    words
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_are_consistent() {
        Sql::command().debug_assert();
    }

    #[test]
    fn statements_keep_the_order_in_which_they_are_given() {
        let line = ["oups-sql", "data", "-c", "a", "-f", "b", "--command", "-- c", "--file=-", "-cd"];
        let command = |text: &str| Source::Command(text.to_owned());
        let file = |path: &str| Source::File(path.into());
        let sources = Sql::try_parse_from(line).unwrap().sources.0;
        assert_eq!(sources, [command("a"), file("b"), command("-- c"), file("-"), command("d")]);
        assert!(Sql::try_parse_from(["oups-sql", "data"]).unwrap().sources.0.is_empty());
    }

    #[test]
    fn what_follows_sql_is_not_judged() {
        let apart = |line: &str| {
            let words = apart(line.split(' ').map(OsString::from));
            words.join(OsString::from(" ").as_os_str()).into_string().unwrap()
        };
        assert_eq!(apart("oups sql data -vc a -- b --help"), "oups sql -- data -vc a -- b --help");
        assert_eq!(apart("oups -vv --verbose sql"), "oups -vv --verbose sql --");
        assert_eq!(apart("oups help sql"), "oups sql -- --help");
        for other in ["oups", "oups -v", "oups ls sql", "oups help", "oups help sql x", "oups help ls", "oups -x sql"] {
            assert_eq!(apart(other), other);
        }
    }
}
